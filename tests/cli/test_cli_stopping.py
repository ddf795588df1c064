"""A command that is stopped, or finds no room, ends soon, in one line, and leaves no half-written file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadrank.cli import stopping
from leadrank.cli.main import run

FULL = Path("/dev/full")
SAID = stopping.SAID + "\n"
DEEP = """
import hashlib, os, sys
from pathlib import Path
from leadrank.cli import main, stopping
import typer

app = typer.Typer()
app.callback()(lambda: None)

@app.command()
def dig() -> None:
    folder = Path(sys.argv[1])
    stopping.tidy_up(folder)
    (folder / f".out.csv.{os.getpid()}.part").write_text("half")
    print("deep", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 400_000_000)

main.app = app
sys.exit(main.run(["dig"]))
"""

DRAINED = """
import sys
from leadrank.cli import stopping

with stopping.stoppable(), stopping.drained():
    exec("import time; print('deep', flush=True); time.sleep(60)")
sys.exit(0)
"""


def test_a_server_that_is_told_to_end_while_it_is_still_loading_ends_as_told(tmp_path: Path) -> None:
    """An interruption inside an `exec` of text, which dataclasses use, would else become the end of the process itself."""
    (tmp_path / "served.py").write_text(DRAINED)
    with subprocess.Popen([sys.executable, "-m", "served"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "deep\n"
        started.send_signal(signal.SIGTERM)
        assert started.wait(20) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_library_deep_in_its_own_code_does_not_keep_a_command_from_stopping(number: int, code: int, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", DEEP, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "deep\n"
        assert len(list(tmp_path.iterdir())) == 1
        at = time.monotonic()
        started.send_signal(number)
        _, err = started.communicate(timeout=30)
        assert time.monotonic() - at < stopping.GRACE + 4
    assert (started.returncode, err) == (code, SAID)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_scoring_that_waits_for_its_input_stops_at_once(number: int, code: int, folder: Path, bundle: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "leadrank", "score", bundle, "-", "-o", str(tmp_path / "out.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stdin is not None
        assert started.stderr is not None
        started.stdin.write((folder / "new.csv").read_text() * 40)  # more than a pipe holds: somebody reads
        started.stdin.flush()
        started.send_signal(number)
        assert started.stderr.read() == SAID
        assert started.wait() == code
    assert not list(tmp_path.iterdir())


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in stopping.SIGNALS]
    with stopping.stoppable():
        assert [signal.getsignal(number) for number in stopping.SIGNALS] != before
    assert [signal.getsignal(number) for number in stopping.SIGNALS] == before


def test_a_full_disk_is_told_in_words(
    folder: Path, bundle: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new = str(folder / "new.csv")
    if FULL.exists():
        assert run(["score", bundle, new, "-o", "/dev/full"]) == 2
        assert capsys.readouterr().err.startswith("UsageError: /dev/full cannot be written: No space left on device.")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert run(["score", bundle, new, "-o", str(tmp_path / "out.csv")]) == 2
    assert "out.csv cannot be written: No space left on device." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is full")
@pytest.mark.parametrize("command", [["score", "BUNDLE", "NEW"], ["score", "BUNDLE", "NEW", "--top", "3"], ["inspect", "BUNDLE"]])
def test_standard_output_without_room_is_told_in_words(command: list[str], folder: Path, bundle: str) -> None:
    arguments = [{"BUNDLE": bundle, "NEW": str(folder / "new.csv")}.get(word, word) for word in command]
    with FULL.open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "leadrank", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("UsageError: ")
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr
