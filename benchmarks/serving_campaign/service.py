"""`leadrank serve` as a process of its own: started, asked over HTTP, ended or killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
LONG = 30.0
"""Seconds to wait for an answer; what takes longer is counted as broken."""


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where nothing did."""

    status: int
    kind: str
    body: bytes
    seconds: float
    cookie: str = ""

    @property
    def told(self) -> Any:
        return json.loads(self.body)


class Service:
    """A process that was told to serve; `url` waits until it does."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.said, self._url = folder / "said.txt", ""
        with self.said.open("a") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "leadrank", "serve", *arguments, "--port", "0"], cwd=ROOT, env=environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True,
            )

    @property
    def url(self) -> str:
        """Its address; nothing if it ended before it had one."""
        assert self.process.stdout is not None
        self._url = self._url or self.process.stdout.readline().strip()
        return self._url

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request over a connection of its own."""
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        try:
            with contextlib.closing(connection):
                connection.request(method, path, content, {"content-type": "application/json", **(headers or {})})
                came = connection.getresponse()
                return Answer(came.status, came.headers.get_content_type(), came.read(), time.monotonic() - start, came.headers["set-cookie"] or "")
        except (OSError, http.client.HTTPException) as broken:
            return Answer(0, type(broken).__name__, b"", time.monotonic() - start)

    def wait_ready(self, processes: int = 1) -> None:
        """Wait until it answers, and has so many processes."""
        end = time.monotonic() + 60
        while not self.url or self.ask("GET", "/health/ready").status != 200 or len(self.processes()) < processes:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(self.said.read_text())
            time.sleep(0.1)

    def processes(self) -> list[psutil.Process]:
        """All of its processes."""
        head = psutil.Process(self.process.pid)
        return [head, *head.children(recursive=True)]

    def kill(self) -> None:
        """End it as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def stop(self) -> tuple[int, float]:
        """Ask it to end; return its exit code and the seconds that it took."""
        start = time.monotonic()
        self.process.terminate()
        return self.process.wait(60), time.monotonic() - start


@contextlib.contextmanager
def running(folder: Path, *arguments: str, workers: int = 1) -> Iterator[Service]:
    """Start a service and wait until it is ready; kill it at the end if it still runs."""
    service = Service(folder, *arguments, "--workers", str(workers))
    try:
        service.wait_ready(1 if workers == 1 else workers + 1)
        yield service
    finally:
        service.kill()


def lite(place: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{place}"
