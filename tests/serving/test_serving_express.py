"""A lead that is answered in the moment in which its last byte arrives gets what the usual way gives, however its bytes arrive."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serving.conftest import Open, bearer, people

from leadrank.serving.app import app_of
from leadrank.serving.run import GRACE, config_of, listen
from leadrank.serving.service import Service

HEAD = "POST /predict{query} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{more}content-length: {length}\r\n\r\n"


class Line:
    """A connection to a running service."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)
            time.sleep(0.02)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        status = int(self.file.readline().split()[1])
        headers = {}
        while (line := self.file.readline().strip()) != b"":
            name, _, value = line.decode().partition(": ")
            headers[name] = value
        return status, headers, self.file.read(int(headers["content-length"]))

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def request(body: bytes, *, query: str = "", more: str = "") -> bytes:
    return HEAD.format(query=query, more=more, length=len(body)).encode() + body


@pytest.fixture
def running(opened: Open, leads: Path) -> Iterator[tuple[Service, int]]:
    from uvicorn import Server

    service = opened(leads)
    taken = listen("127.0.0.1", 0)
    server = Server(config_of(app_of(service), service.settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield service, taken.getsockname()[1]
    server.should_exit = True
    thread.join(GRACE + 5)


@pytest.fixture
def line(running: tuple[Service, int]) -> Iterator[Line]:
    made = Line(running[1])
    yield made
    made.close()


USUAL = "expect: 100-continue\r\n"
"""A header that sends a request the usual way."""


def _usual(line: Line, body: bytes, query: str = "") -> tuple[int, dict[str, str], bytes]:
    head, _, _ = request(body, query=query, more=USUAL).partition(body or b"\0")
    line.send(head)
    assert line.file.readline() + line.file.readline() == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.send(body)
    return line.answer()


@pytest.mark.parametrize(("body", "query"), [
    (b'{"visits": 3, "source": "Google"}', ""), (b'{"visits": 3, "vists": 1}', "?reasons=2"), (b'{"vists": 1}', "?strict=true"), (b"{", ""),
    (b'{"visits": []}', ""), (b"[]", ""), (b'{"visits": 3}', "?reasons=x"),
])
def test_both_ways_give_the_same_answer(line: Line, body: bytes, query: str) -> None:
    line.send(request(body, query=query))
    status, headers, told = line.answer()
    again, other, same = _usual(line, body, query)
    assert status == again
    assert {name: value for name, value in headers.items() if name not in {"date", "x-request-id", "content-length"}} == {
        name: value for name, value in other.items() if name not in {"date", "x-request-id", "content-length"}
    }
    one, two = json.loads(told), json.loads(same)
    assert {**one, "request": ""} == {**two, "request": ""}


def test_bytes_may_arrive_one_by_one(line: Line) -> None:
    whole = request(b'{"visits": 3}')
    line.send(*(whole[k : k + 7] for k in range(0, len(whole), 7)))
    assert line.answer()[0] == 200


def test_requests_that_come_together_are_answered_in_their_order(line: Line) -> None:
    other = b"GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    line.send(request(b'{"visits": 1}') + other + request(b'{"visits": 2}') + request(b"{") + other + request(b"[]"))
    assert [line.answer()[0] for _ in range(6)] == [200, 200, 200, 400, 200, 422]


HEADS = ("", "x-request-id: one\r\n", "x-request-id: two\r\n")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(HEADS), st.sampled_from(["", "?reasons=1", "?reasons=2"]), st.integers(0, 9)), min_size=1, max_size=12),
       st.lists(st.integers(0, 4000), max_size=4))
def test_heads_that_came_before_are_never_mixed_up(
    running: tuple[Service, int], asked: list[tuple[str, str, int]], cuts: list[int],
) -> None:
    """However requests are cut and joined on their way, each is answered by its own head and its own body, in their order."""
    scorer, line = running[0].desk.champion.current().scorer, Line(running[1])
    whole = b"".join(request(b'{"visits": %d}' % visits, query=query, more=more) for more, query, visits in asked)
    ends = sorted({0, *(cut % len(whole) for cut in cuts), len(whole)})
    for start, end in pairwise(ends):
        line.socket.sendall(whole[start:end])
        time.sleep(0.002)
    for more, query, visits in asked:
        status, headers, told = line.answer()
        assert status == 200
        assert more.partition(": ")[2].strip() in {"", headers["x-request-id"]}
        found = json.loads(told)
        assert ("reasons" in found) is bool(query)
        assert found["probability"] == scorer.one({"visits": visits}).probability
    line.close()


def test_a_connection_that_is_in_use_is_not_closed(line: Line) -> None:
    """What waits after an ordinary answer for the next request must not go on waiting amid scores."""
    for whole in (request(b"{}"), request(b"{}"), b"GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"):
        line.send(whole)
        assert line.answer()[0] == 200
    start = time.monotonic()
    while time.monotonic() - start < 6.5:
        line.send(request(b"{}"))
        assert line.answer()[0] == 200
        time.sleep(0.2)


@pytest.mark.parametrize("head", [
    HEAD, HEAD.replace("content-length: {length}", "Content-Length:{length}\r\nx-other: 1"), HEAD.replace("host", "content-length: {length}\r\nhost"),
])
def test_no_head_stands_for_another(line: Line, head: str) -> None:
    """Neither one with two lengths, nor one whose length only looks like that of the one before, nor one that goes on after it."""
    for length, body in ((2, b"{}"), (2, b"{}"), (15, b'{"visits": 345}'), (2, b"{}")):
        line.send(head.format(query="", more="", length=length).encode() + body)
        assert line.answer()[0] == (200 if head.count("{length}") == 1 else 400)
        if head.count("{length}") > 1:
            return
    line.send(head.format(query="", more="", length=2).encode().replace(b":2\r", b": 2, 2\r").replace(b": 2\r", b": 2, 2\r") + b"{}")
    assert line.answer()[0] == 400


def test_a_head_that_came_before_may_have_another_length(line: Line) -> None:
    for body in (b'{"visits": 3}', b'{"visits": 31}', b'{"visits": 3}', b'{"visits": 31'):
        line.send(request(body))
        assert line.answer()[0] == (200 if body.endswith(b"}") else 400)
    line.send(request(b'{"visits": 3}') + b"x")
    assert line.answer()[0] == 200


def test_the_body_of_a_head_that_came_before_may_come_later(line: Line) -> None:
    for _ in range(2):
        line.send(request(b'{"visits": 3}'))
        assert line.answer()[0] == 200
    head, _, body = request(b'{"visits": 3}').partition(b"{")
    line.send(head, b"{" + body)
    assert line.answer()[0] == 200


def test_an_empty_body_is_no_json(line: Line) -> None:
    line.send(request(b""))
    assert line.answer()[0] == 400


def test_a_caller_who_wants_to_go_is_let_go(line: Line) -> None:
    line.send(request(b"{}", more="connection: close\r\n"))
    status, headers, _ = line.answer()
    assert (status, headers["connection"]) == (200, "close")
    assert line.file.read() == b""


def test_a_body_without_a_length_takes_the_usual_way(line: Line) -> None:
    line.send(b"POST /predict HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
    assert line.answer()[0] == 200


def test_a_body_that_is_too_large_is_refused(line: Line) -> None:
    line.send(HEAD.format(query="", more="", length=(1 << 20) + 1).encode())
    line.send(b"x" * ((1 << 20) + 1))
    assert line.answer()[0] == 413


def test_a_key_is_looked_up_once_and_then_known(running: tuple[Service, int], line: Line) -> None:
    service, _ = running
    key = bearer(people(service)["rep"])["authorization"]
    for _ in range(3):
        line.send(request(b"{}", more=f"authorization: {key}\r\n"))
        assert line.answer()[0] == 200
    line.send(request(b"{}"))
    assert line.answer()[0] == 401
    line.send(request(b"{}", more="authorization: Bearer lr_0_0\r\n"))
    assert line.answer()[0] == 401


def test_a_connection_that_rests_is_closed(running: tuple[Service, int], line: Line) -> None:
    line.send(request(b"{}"))
    assert line.answer()[0] == 200
    start = time.monotonic()
    assert line.file.read() == b""
    assert 4 < time.monotonic() - start < 9
    assert running
