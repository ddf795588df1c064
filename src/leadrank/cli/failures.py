"""What went wrong, as an exit code and two lines: what was expected and what came, then what to do."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable

import typer

from leadrank.cli import stopping
from leadrank.errors import LeadrankError, nearest

FAULT = 1
USAGE = 2
INTERRUPTED = 130
"""What Typer returns after Ctrl-C."""
CLOSED_PIPE = 141
FULL = (errno.ENOSPC, errno.EDQUOT)
ISSUES = "https://github.com/leadrank/leadrank/issues"


def guard(action: Callable[[], object], *, debug: bool) -> int:
    """Run a command and turn every failure into an exit code and a message on standard error.

    Parameters
    ----------
    action
        Parses the arguments and does the work; an integer that it returns is the exit code.
    debug
        Whether to print the traceback as well.

    Returns
    -------
    int
        0 done; 1 a check did not hold, or our fault; 2 usage; 3 data; 4 bundle; 5 service; 130 Ctrl-C; 141 nobody reads the output; 143 SIGTERM.
    """
    try:
        result = action()
        sys.stdout.flush()
    except BaseException as problem:
        if debug and not isinstance(problem, SystemExit | typer.Exit):
            traceback.print_exc()
        return _answered(problem, debug=debug)
    if result == INTERRUPTED:
        return _interrupted()
    return result if isinstance(result, int) else 0


def _answered(problem: BaseException, *, debug: bool) -> int:
    if isinstance(problem, LeadrankError):
        return _said(type(problem).__name__, str(problem), problem.exit_code)
    if isinstance(problem, typer.TyperException):
        return _said("UsageError", f"{_usage(problem)}\n  {_help_of(problem)}", USAGE)
    if isinstance(problem, KeyboardInterrupt | typer.Abort):
        return _interrupted()
    if isinstance(problem, BrokenPipeError | SystemExit | typer.Exit):
        return _closed(problem)
    return _out_of_room(problem) or _fault(problem, debug=debug)


def _out_of_room(problem: BaseException) -> int | None:
    if isinstance(problem, OSError) and problem.errno in FULL:
        _discard_output()
        return _said("UsageError", f"what came out could not be written: {problem.strerror}.\n  Make room, or write to another place.", USAGE)
    if isinstance(problem, MemoryError):
        return _said("MemoryError", "there is not enough memory for this table.\n  Give fewer rows or columns, or a larger machine.", FAULT)
    return None


def _fault(problem: BaseException, *, debug: bool) -> int:
    remedy = "" if debug else f"\n  Run it again with --debug and report what it prints: {ISSUES}"
    what = " ".join(str(problem).split())[:300]
    return _said(type(problem).__name__, f"this is a fault in Leadrank, not in your data: {what}{remedy}", FAULT)


def _said(name: str, text: str, code: int) -> int:
    print(f"{name}: {text}", file=sys.stderr)
    return code


def _usage(problem: typer.TyperException) -> str:
    known = getattr(problem, "possibilities", None)
    if known is None and not hasattr(problem, "option_name"):
        return problem.format_message()
    hint = nearest(getattr(problem, "option_name", ""), known or ())
    return f"{problem.message.rstrip('.')}. {hint}".strip()


def _help_of(problem: typer.TyperException) -> str:
    context = getattr(problem, "ctx", None)
    return f"See `{context.command_path if context else 'leadrank'} --help`."


def _interrupted() -> int:
    print(stopping.SAID, file=sys.stderr)
    return stopping.exit_code()


def _closed(problem: BrokenPipeError | SystemExit | typer.Exit) -> int:
    """Answer an early end: a pipe that nobody reads (which Typer turns into SystemExit), or an exit with a code."""
    code = problem.code if isinstance(problem, SystemExit) else getattr(problem, "exit_code", None)
    if not isinstance(problem, BrokenPipeError) and not isinstance(problem.__context__, BrokenPipeError):
        return code if isinstance(code, int) else 0
    _discard_output()
    return CLOSED_PIPE


def _discard_output() -> None:
    """Send what is still buffered nowhere, or the interpreter complains on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
