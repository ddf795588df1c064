"""Whoever does not take an answer costs little while there is patience, and nothing afterwards."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving.conftest import Open
from uvicorn import Config, Server

from leadrank.serving.app import app_of
from leadrank.serving.hot import patience
from leadrank.serving.hot.express import ExpressProtocol
from leadrank.serving.run import listen

LONG = b"GET /docs/assets/redoc.standalone.js HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
ESTABLISHED = 1
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how a connection is")


@pytest.fixture
def port(opened: Open, leads: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(patience, "TAKING", 0.2)
    monkeypatch.setattr(patience, "LOOK", 0.1)
    taken = listen("127.0.0.1", 0)
    server = Server(Config(app_of(opened(leads)), http=ExpressProtocol, ws="none", lifespan="on", access_log=False, log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield taken.getsockname()[1]
    server.should_exit = True
    thread.join()


@on_linux
def test_an_answer_that_nobody_takes_is_forgotten_by_the_system_as_well(port: int) -> None:
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.sendall(LONG)
        deadline = time.monotonic() + 10
        while deaf.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@on_linux
def test_the_system_keeps_no_megabytes_of_an_answer_for_each_client() -> None:
    with listen("127.0.0.1", 0) as taken, socket.create_connection(taken.getsockname()):
        line, _ = taken.accept()
        with line:
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 512 << 10
