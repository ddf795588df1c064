"""Measure how reliable the running service is: kills while models are promoted, a database that dies, slow clients, load, open lists, and a soak.

    python -m benchmarks.serve_campaign -o benchmarks/serve_campaign.json      # all parts in full, about half an hour
    python -m benchmarks.serve_campaign --only slow,load                       # some of them
    python -m benchmarks.serve_campaign --scale 0.02 --folder DIR              # small; models are kept in DIR, and taken from there

Each part gives its figures, its goal in words, and what it missed. With -o the parts that ran take the place of their former figures.
What schemathesis finds in a thousand requests of each operation and role is told by `pytest -m campaign tests/serving/test_serving_schema.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.serving_campaign.database import database
from benchmarks.serving_campaign.dawdlers import ORDER
from benchmarks.serving_campaign.inputs import Inputs, inputs_of
from benchmarks.serving_campaign.load import load
from benchmarks.serving_campaign.open_lists import HELD, open_lists
from benchmarks.serving_campaign.promotions import promotions
from benchmarks.serving_campaign.slow import slow
from benchmarks.serving_campaign.soak import soak

SMALL = 0.1
"""Up to here nobody refuses to read: to let those go takes half a minute."""
Part = Callable[[Inputs, Path, float], dict[str, Any]]
PARTS: dict[str, Part] = {
    "promotions": lambda inputs, folder, scale: promotions(inputs, folder, kills=round(200 * scale)),
    "database": lambda inputs, folder, scale: database(inputs, folder, kills=max(1, round(20 * scale))),
    "slow": lambda inputs, folder, scale: slow(
        inputs, folder, clients=round(500 * scale), seconds=max(2, round(60 * scale)), kinds=ORDER if scale > SMALL else ORDER[:2]
    ),
    "load": lambda inputs, folder, scale: load(inputs, folder, seconds=max(1, round(20 * scale))),
    "lists": lambda inputs, folder, scale: open_lists(inputs, folder, seconds=max(4, 30 * scale), held=max(1_000, round(HELD * scale))),
    "soak": lambda inputs, folder, scale: soak(inputs, folder, seconds=600 * scale),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between them")
    parser.add_argument("--scale", type=float, default=1.0, help="how much of the full size")
    parser.add_argument("--folder", type=Path, help="where the models are kept")
    parser.add_argument("-o", "--output", type=Path)
    asked = parser.parse_args()
    report: dict[str, Any] = json.loads(asked.output.read_text()) if asked.output and asked.output.exists() else {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        inputs = inputs_of(asked.folder or Path(made))
        for name in asked.only.split(","):
            folder = Path(made) / name
            folder.mkdir()
            report[name] = PARTS[name](inputs, folder, asked.scale) | {"machine": f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"}
            print(json.dumps({name: report[name]}, indent=2), flush=True)
            if asked.output:
                asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.exit(any(part["missed"] for part in report.values()))


if __name__ == "__main__":
    main()
