"""`python -m leadrank`, and the console script."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; set thread limits first, since numeric libraries read them once, when they are loaded."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # noqa: TID251 - a door
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # noqa: TID251 - a door
    from leadrank.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
