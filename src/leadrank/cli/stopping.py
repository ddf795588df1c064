"""An end before the end: Ctrl-C, or SIGTERM as a container's stop sends it. Soon, in one line, and without half-written files."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

GRACE = 1.0
"""Seconds in which a command may end by itself; a library that is deep in its own code would not hear of it."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAID = "Interrupted: stopped as asked; no half-written file is left behind."
_folders: set[Path] = set()
_came: list[int] = []


def exit_code() -> int:
    """Return what a shell reports of a program that a signal ended: 130, or 143 where it was SIGTERM that came."""
    return 128 + (_came or [signal.SIGINT])[0]


def tidy_up(folder: Path) -> None:
    """Remember where drafts are written, to remove them where there is no time to wait for their writers."""
    _folders.add(folder)


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn signals into `KeyboardInterrupt`, and end the process where nobody catches it in time.

    The interpreter runs handlers between two steps of its main thread. While that is in a library's code, or waits for threads that are, only
    the wake-up pipe hears of a signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _came.clear()
    heard, told = os.pipe()
    os.set_blocking(told, False)
    before = {number: signal.signal(number, _stop) for number in SIGNALS}
    former = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    hook, sys.unraisablehook = sys.unraisablehook, _quietly(sys.unraisablehook)
    watch = threading.Thread(target=_watch, args=(heard,), daemon=True)
    watch.start()
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(told)
        watch.join()
        os.close(heard)
        if _came:
            _remove_drafts()


@contextmanager
def drained() -> Iterator[None]:
    """Take SIGTERM for the ordinary end of a server: it comes out of one that has answered what was under way. Ctrl-C stays an interruption."""
    try:
        yield
    except KeyboardInterrupt:
        if exit_code() != 128 + signal.SIGTERM:
            raise
        # Where the interruption passed through an `exec` of text (dataclasses make their methods so), the interpreter remembers it and would end
        # by SIGINT although it was caught; the next such `exec` makes it forget.
        exec("")  # noqa: S102


@contextmanager
def in_own_time() -> Iterator[Callable[[], bool]]:
    """Let what hears of signals by itself, and ends by itself, take its time: neither the watch nor an interruption comes in between.

    It is given what says whether a signal came before its own handlers stood: an interruption at such a moment may be lost, where it falls into the
    end of an object, which Python lets nobody interrupt.
    """
    came: list[int] = []
    former = signal.set_wakeup_fd(-1)
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in SIGNALS}
    try:
        yield lambda: bool(came)
    except KeyboardInterrupt:
        if not came:
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(former, warn_on_full_buffer=False)
    if came:
        _stop(came[0], None)


def _stop(number: int, _frame: FrameType | None) -> None:
    _came.append(number)
    for own in SIGNALS:
        signal.signal(own, signal.SIG_IGN)  # a second one must not disturb the tidying
    raise KeyboardInterrupt


def _quietly(hook: Callable[[sys.UnraisableHookArgs], object]) -> Callable[[sys.UnraisableHookArgs], object]:
    """Leave out what is raised where Python has nobody to tell, such as an object's end; the watch sees to it that the process stops."""
    return lambda given: None if given.exc_type is KeyboardInterrupt else hook(given)


def _watch(heard: int) -> None:
    """Wait for the first of our signals; then for the end of the command, but not for long."""
    import select

    while number := os.read(heard, 1):
        if number[0] in SIGNALS:
            if select.select([heard], [], [], GRACE)[0] and not os.read(heard, 1):
                return
            _end(number[0])


def _remove_drafts() -> None:
    for folder in _folders:
        for draft in folder.glob(f".*.{os.getpid()}.part"):
            with suppress(OSError):
                draft.unlink()


def _end(number: int) -> None:
    _remove_drafts()
    with suppress(OSError):
        shown = "\r\x1b[K\x1b[?25h" if os.isatty(2) else ""  # a progress bar hides the cursor
        os.write(2, f"{shown}{SAID}\n".encode())
    os._exit(128 + number)
