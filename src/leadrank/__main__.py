"""`python -m leadrank`, and the console script."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; set thread limits first, since numeric libraries read them once, when they are loaded."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # noqa: TID251 - a door
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # noqa: TID251 - a door
    try:
        from leadrank.cli.main import STOPPED, run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while the command line is being loaded
        sys.stderr.write("Interrupted: stopped as asked.\n")
        sys.exit(130)
    if code in STOPPED:
        sys.stderr.flush()
        os._exit(code)  # the interpreter would wait for threads that are at work
    sys.exit(code)


if __name__ == "__main__":
    main()
