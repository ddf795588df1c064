"""Runs the service in one process; how several run is `workers`."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import Any, Literal

from uvicorn import Config, Server

from leadrank.errors import UsageError
from leadrank.serving.hot.express import ExpressProtocol
from leadrank.serving.hot.front import Front
from leadrank.serving.settings import Settings

GRACE = 3
"""Seconds in which requests that are under way may end after a signal."""
BACKLOG = 2048
UNREAD = 128 << 10
"""Bytes of an answer that a system keeps for a client who does not take them (Linux: twice as many); by itself it would keep megabytes."""
YOUNG = 20_000
"""New objects before the collector looks at them: the leads of a batch are gone by then, without its help."""


def listen(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes any that is free.

    Raises
    ------
    UsageError
        It is taken, not ours, or no address.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        taken = socket.socket(family, kind, protocol)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD)
        taken.bind(address)
        taken.listen(BACKLOG)
    except OSError as problem:
        said = problem.strerror or str(problem)
        raise UsageError(f"{host}:{port} cannot be listened on: {said}.", "Choose another: --port 0 takes any that is free.") from problem
    taken.set_inheritable(True)
    return taken


class Obedient(Server):
    """A server that ends at once where it was told to before it could hear it.

    Parameters
    ----------
    config
        How it serves.
    told
        Says whether that was so.
    """

    def __init__(self, config: Config, told: Callable[[], bool]) -> None:
        super().__init__(config)
        self._told = told

    async def main_loop(self) -> None:
        """Serve."""
        self.should_exit |= self._told()
        await super().main_loop()


def run_one(app: Front, taken: socket.socket, settings: Settings, told: Callable[[], bool]) -> None:
    """Serve until a signal comes, or where one came before; what is under way ends first."""
    settle()
    Obedient(config_of(app, settings), told).run(sockets=[taken])


class Room(Obedient):
    """A small application that has the address until somebody else is ready for it.

    Parameters
    ----------
    app
        Answers at once, so that nobody is left without an answer when it ends.
    settings
        How the service runs.
    told
        Says whether a signal came already.
    """

    def __init__(self, app: Any, settings: Settings, told: Callable[[], bool]) -> None:
        super().__init__(config_of(app, settings, lifespan="off"), told)

    def hold(self, taken: socket.socket) -> None:
        """Serve until told to leave, or until a signal comes; the address stays taken."""
        self.run(sockets=[taken.dup()])

    def leave(self) -> None:
        """End soon; to be called from any thread."""
        self.should_exit = self.force_exit = True


def settle() -> None:
    """Take what is there for good out of the collector's rounds: each would take longer than hundreds of scores."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def config_of(app: Any, settings: Settings, *, factory: bool = False, lifespan: Literal["on", "off"] = "on") -> Config:
    """Return how an application is served."""
    return Config(
        app, factory=factory, workers=settings.workers, http=ExpressProtocol, ws="none", lifespan=lifespan, access_log=False, log_config=None,
        server_header=False, proxy_headers=False, backlog=BACKLOG, limit_concurrency=settings.limits.open, timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE,
    )
