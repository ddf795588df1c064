"""Signed bundles on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrank.bundle import load_bundle
from leadrank.cli.main import run
from leadrank.cli.signing import key_of
from leadrank.errors import UsageError

Capture = pytest.CaptureFixture[str]
READERS = (
    ("score", "new.csv", "--reasons", "0"), ("evaluate", "march.csv"), ("verify", "leads.csv"), ("explain", "new.csv", "--lead"), ("report", "-o"),
    ("card", "-o"), ("inspect",),
)


@pytest.fixture(scope="module")
def signed(folder: Path) -> Path:
    """Train and sign."""
    (folder / "right.key").write_text("a key of more than 16 bytes\n")
    (folder / "wrong.key").write_text("another key, as long as that\n")
    place = folder / "signed.leadrank"
    flags = ["--trials", "1", "--threads", "1", "-o", str(place), "--key-file", str(folder / "right.key")]
    assert run(["train", str(folder / "leadrank.toml"), *flags]) == 0
    return place


def arguments(reader: tuple[str, ...], bundle: Path, folder: Path) -> list[str]:
    """Return the call of a command that reads the bundle."""
    command, *rest = (str(folder / part) if part.endswith(".csv") else part for part in reader)
    last = {"--lead": (folder / "new.csv").read_text().splitlines()[1].split(",")[0], "-o": str(folder / "signed.out")}
    return [command, str(bundle), *rest, *([last[rest[-1]]] if rest and rest[-1] in last else [])]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: str(reader[0]))
def test_every_reader_takes_the_right_key_and_no_other(reader: tuple[str, ...], signed: Path, folder: Path, capsys: Capture) -> None:
    call = arguments(reader, signed, folder)
    assert run([*call, "--key-file", str(folder / "right.key")]) == 0
    capsys.readouterr()
    assert run([*call, "--key-file", str(folder / "wrong.key")]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert "signature was not made with this key" in err


def test_a_bundle_without_signature_is_refused_where_a_key_is_given(signed: Path, folder: Path, bundle: str, capsys: Capture) -> None:
    assert load_bundle(signed).identity == load_bundle(bundle).identity
    assert run(["inspect", bundle, "--key-file", str(folder / "right.key")]) == 4
    assert "the bundle is not signed" in capsys.readouterr().err


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_the_newline_of_an_editor_is_no_part_of_the_key(ending: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(bytes(range(1, 17)) + ending)
    assert key_of(tmp_path / "key") == bytes(range(1, 17))


def test_a_key_that_is_short_or_absent_is_wrong_usage(tmp_path: Path) -> None:
    assert key_of(None) is None
    (tmp_path / "key").write_bytes(b"15 bytes it has\n")
    with pytest.raises(UsageError, match=r"at least 16 bytes, .* holds 15"):
        key_of(tmp_path / "key")
    with pytest.raises(UsageError, match="cannot be read"):
        key_of(tmp_path / "gone")
