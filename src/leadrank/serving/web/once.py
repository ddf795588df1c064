"""What a form asks for is done once, however often it is sent: each form carries a number of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from leadrank.operations import replies
from leadrank.operations.desk import Desk
from leadrank.serving.web.visit import Visit


def once(visit: Visit, number: str, told: tuple[str, ...], act: Callable[[Desk], object]) -> None:
    """Do something at a desk, unless the same was done from the same form.

    Parameters
    ----------
    number
        The form's; without one it is simply done.
    told
        What is done, to which lead, with which words. Other words from the same form are another act: somebody went back and wrote them.
    act
        Does it.
    """
    if not number:
        act(visit.desk)
        return
    request = hashlib.sha256("\0".join((number, visit.who.role, *told)).encode("utf-8", "surrogatepass")).hexdigest()

    def do(desk: Desk) -> tuple[int, bytes]:
        act(desk)
        return 303, b""

    replies.once(visit.desk, visit.who, f"form:{request}", request, do, now=visit.now)
