"""The body of a request, no larger than allowed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from leadrank.serving.problems import Problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Gone(Exception):  # noqa: N818 - nothing went wrong with us
    """The caller hung up before the request was whole."""


async def read_body(receive: Receive, most: int) -> bytes:
    """Read a body whole.

    Raises
    ------
    Problem
        It is larger than `most` bytes (413).
    Gone
        The caller hung up.
    """
    message = await receive()
    if not message.get("more_body", False) and message["type"] == "http.request":
        body: bytes = message["body"]
        if len(body) > most:
            raise too_large(most)
        return body
    parts = [part async for part in _pieces(message, receive, most)]
    return b"".join(parts)


async def body_pieces(receive: Receive, most: int) -> AsyncIterator[bytes]:
    """Give a body piece by piece as it comes; raises as `read_body` does."""
    message = await receive()
    async for part in _pieces(message, receive, most):
        yield part


async def _pieces(message: Message, receive: Receive, most: int) -> AsyncIterator[bytes]:
    length = 0
    while True:
        if message["type"] != "http.request":
            raise Gone
        body = message.get("body", b"")
        length += len(body)
        if length > most:
            raise too_large(most)
        if body:
            yield body
        if not message.get("more_body", False):
            return
        message = await receive()


def too_large(most: int) -> Problem:
    """Say that a body has too many bytes; the rest of it is not read."""
    return Problem(413, f"A body here has at most {most:,} bytes.", "Send it in parts.", headers={"connection": "close"})
