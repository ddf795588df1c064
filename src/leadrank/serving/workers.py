"""Several processes that share a socket: one that dies is replaced, all end together, and none outlives the one that started them."""

from __future__ import annotations

import math
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing import parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from uvicorn import Config
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from leadrank.serving.app import app_of
from leadrank.serving.hot.front import Front
from leadrank.serving.run import GRACE, config_of, settle
from leadrank.serving.settings import Settings
from leadrank.serving.waiting import open_when_there

LAST = GRACE + 1.2
"""Seconds after which a process that was told to end is not waited for any longer."""
GLANCE = 0.25
"""Seconds that a process has to say that it lives, before the others are looked at."""


def run_several(settings: Settings, taken: socket.socket, told: Callable[[], bool]) -> None:
    """Serve with several processes until a signal comes; not at all where one came before."""
    with TemporaryDirectory(prefix="leadrank-figures-") as folder:
        shared = replace(settings, figures=Path(folder))
        workers = Workers(config_of(partial(worker_app, shared), shared, factory=True), sockets=[taken])
        if told():
            return
        workers.run()
    if workers.interrupted:
        raise KeyboardInterrupt


class Workers(Multiprocess):
    """The processes, as seen by the one that started them."""

    interrupted = False

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._silent: dict[Process, float] = {}

    def keep_subprocess_alive(self) -> None:
        """Replace who died or hangs; in short looks, since nobody hears meanwhile that all shall end."""
        for process in self.processes:
            if self.signal_queue:
                return
            if not process.process.is_alive() or process.is_alive(GLANCE):
                self._silent.pop(process, None)
            elif time.monotonic() - self._silent.setdefault(process, time.monotonic()) > self.config.timeout_worker_healthcheck:
                process.kill()
                process.join()
                del self._silent[process]
        if not self._silent:
            super().keep_subprocess_alive()

    def handle_int(self) -> None:
        """Remember that it was Ctrl-C."""
        self.interrupted = True
        super().handle_int()

    def join_all(self) -> None:
        """Wait for all to end, but not for one that hangs."""
        end = time.monotonic() + LAST
        for process in self.processes:
            process.process.join(max(0.0, end - time.monotonic()))
            if process.process.is_alive():
                process.process.kill()
                process.process.join()


def worker_app(settings: Settings) -> Front:
    """Make the application in a process of its own; one that takes the place of another waits for the database as long as it takes."""
    Thread(target=_follow_parent, daemon=True).start()
    # Nothing is under way yet: whoever is told to end may do so at once.
    heard = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = app_of(open_when_there(replace(settings, wait=math.inf)))
    settle()
    signal.signal(signal.SIGTERM, heard)
    return app


def _follow_parent() -> None:
    """End when the process that started this one has ended without a word."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
