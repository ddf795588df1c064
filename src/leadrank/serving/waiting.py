"""A start before the database is there: the service listens and says that it is not ready, until the database answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from socket import socket
from threading import Thread

from leadrank.errors import ServiceError
from leadrank.serving.hot.body import Receive, Send
from leadrank.serving.hot.front import HEADERS, LIVE, Reply, Scope, reply_of, send_reply
from leadrank.serving.numbers import number_of
from leadrank.serving.problems import Problem
from leadrank.serving.run import Room
from leadrank.serving.service import Service, open_service
from leadrank.serving.settings import Settings
from leadrank.store.reach import answers

AGAIN = 1.0
"""Seconds between two tries."""


def opened_in_time(settings: Settings, taken: socket, tell: Callable[[], None], told: Callable[[], bool]) -> Service:
    """Open a service as soon as its database answers; whoever comes before is told so.

    Parameters
    ----------
    settings
        How it runs, and for how long to wait.
    taken
        Where it listens.
    tell
        Called once, where there is something to wait for.
    told
        Says whether the process was told to end already.

    Raises
    ------
    ServiceError
        The database did not answer in time, or it did and refuses.
    """
    found = Future[Service]()
    room = Room(waiting_room, settings, told)
    found.add_done_callback(lambda _: room.leave())
    # A daemon: whoever ends the service does not wait for a database that says nothing.
    Thread(target=_fulfil, args=(found, lambda: open_when_there(settings, tell)), daemon=True).start()
    room.hold(taken)
    if told():
        raise KeyboardInterrupt
    return found.result()


def open_when_there(settings: Settings, tell: Callable[[], None] = lambda: None) -> Service:
    """Open a service, again and again for as long as nobody answers for its database; `tell` is called once where that is so.

    Raises
    ------
    ServiceError
        The database did not answer in time, or it did and refuses.
    """
    end, told = time.monotonic() + settings.wait, False
    while True:
        # Asked before the try: a server that begins to answer during it is to be tried once more.
        there = answers(settings.database)
        try:
            return open_service(settings)
        except ServiceError:
            if there or time.monotonic() >= end:
                raise
        if not told:
            tell()
            told = True
        time.sleep(max(0.0, min(AGAIN, end - time.monotonic())))


async def waiting_room(scope: Scope, _: Receive, send: Send) -> None:
    """Answer that the process is alive, and all else with a problem."""
    number = number_of(dict(scope["headers"]))
    if scope["path"] == LIVE and scope["method"] in {"GET", "HEAD"}:
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, "content-type": "application/json", "x-request-id": number}.items())
        reply = Reply(200, b'{"status":"ok"}', lines.encode("latin-1"))
    else:
        away = Problem(503, "The service waits for its database.", "Try again in a moment.", headers={"retry-after": "1"})
        reply = reply_of(away, number)
    # Whoever asks again shall come to the service itself, once it is there.
    await send_reply(send, reply._replace(lines=reply.lines + b"connection: close\r\n"))


def _fulfil(found: Future[Service], work: Callable[[], Service]) -> None:
    try:
        found.set_result(work())
    except BaseException as problem:
        found.set_exception(problem)
