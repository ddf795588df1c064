"""Promotes models without a pause until it is killed, and says so of each when it is done.

    python -m benchmarks.serving_campaign.promoter URL BUNDLE
"""

from __future__ import annotations

import sys
from pathlib import Path

from leadrank.operations.champion import Champion
from leadrank.operations.desk import Desk
from leadrank.operations.registry import activate, register, rollback
from leadrank.operations.who import LOCAL
from leadrank.serving.service import utc_now
from leadrank.store.connect import open_store


def main(url: str, bundle: str) -> None:
    desk, content = Desk(open_store(url), Champion()), Path(bundle).read_bytes()
    desk.champion.refresh(desk.store)
    print("ready", flush=True)
    newer = register(desk, content, now=utc_now())
    print("promoted", flush=True)
    while True:
        rollback(desk, LOCAL, now=utc_now())
        print("promoted", flush=True)
        activate(desk, LOCAL, newer, now=utc_now())
        print("promoted", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
