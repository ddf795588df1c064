"""Three ways to promote models and to be killed meanwhile; each returns how many promotions were acknowledged before."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

from benchmarks.serving_campaign.inputs import Inputs
from benchmarks.serving_campaign.service import ROOT, Service

LONGEST = 0.5
"""Seconds after the beginning of the first promotion, within which the kill comes."""


def operations(inputs: Inputs, _folder: Path, url: str, moment: float) -> int:
    """Kill a process that promotes by the operations themselves; `moment` lies between 0 and 1, here and below."""
    command = [sys.executable, "-m", "benchmarks.serving_campaign.promoter", url, str(inputs.newer)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as promoter:
        assert promoter.stdout is not None
        assert promoter.stdout.readline() == "ready\n"
        time.sleep(moment * LONGEST)
        promoter.kill()
        return promoter.stdout.read().count("promoted\n")


def starting(inputs: Inputs, folder: Path, url: str, moment: float) -> int:
    """Kill a service that starts with a new model, between the opening of its store and its first words, and a little after."""
    service = Service(folder, str(inputs.newer), "--database", url)
    log = Path(url.removeprefix("sqlite:///") + "-wal")
    while not log.exists() and service.process.poll() is None:
        time.sleep(0.001)
    time.sleep(moment * LONGEST)
    service.kill()
    return 0


def asked(inputs: Inputs, folder: Path, url: str, moment: float) -> int:
    """Kill a service that is told over HTTP to add a model, to put it in use and to take it back, again and again."""
    service, done = Service(folder, "--database", url), [0]
    service.wait_ready()
    client = threading.Thread(target=_promote, args=(service, inputs.newer.read_bytes(), done))
    client.start()
    time.sleep(moment * LONGEST)
    service.kill()
    client.join()
    return done[0]


def _promote(service: Service, bundle: bytes, done: list[int]) -> None:
    added = service.ask("POST", "/models", bundle)
    if added.status != 201:
        return
    paths = f"/models/{added.told['id']}/activate", "/models/rollback"
    with contextlib.suppress(AssertionError):
        while True:
            for path in paths:
                assert service.ask("POST", path, {}).status == 200
                done[0] += 1
