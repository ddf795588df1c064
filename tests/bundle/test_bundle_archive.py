"""A bundle comes back as it was written, or not at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle  # noqa: TID251 — made here to be refused there
import stat
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.bundle import archive, layout, seal
from leadrank.bundle.archive import archive_bytes, read_archive, write_archive
from leadrank.errors import BundleError

KEY = b"k" * 32
PARTS = {"a.json": b"[1,2]", "model/forest.bin": bytes(range(256)) + b"\0" * 900}
MANIFEST = {"version": "0.1.0", "figures": {"auc": 0.875}}

names = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,8}(/[a-z0-9][a-z0-9_.-]{0,8}){0,2}", fullmatch=True).filter(
    lambda name: name != "manifest.json"
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(
    parts=st.dictionaries(names, st.binary(max_size=3000), max_size=5), facts=st.dictionaries(st.text(max_size=8), json_values, max_size=4)
)
@settings(deadline=None, max_examples=150)
def test_whatever_is_written_reads_back_the_same(parts: dict[str, bytes], facts: dict[str, object]) -> None:
    manifest, back = read_archive(archive_bytes(parts, {**facts, "version": "0.1.0"}))
    assert back == parts
    assert {name: manifest[name] for name in facts if name not in {"version", "format", "parts"}} == {
        name: value for name, value in facts.items() if name not in {"version", "format", "parts"}
    }
    assert manifest["version"] == "0.1.0"
    assert manifest["format"] == seal.FORMAT


@given(data=st.binary(max_size=400))
@settings(deadline=None, max_examples=300)
def test_no_bytes_raise_anything_but_a_bundle_error(data: bytes) -> None:
    for candidate in (data, b"PK\x03\x04" + data, archive_bytes(PARTS, MANIFEST)[: -len(data) or None]):
        if candidate != archive_bytes(PARTS, MANIFEST):
            with pytest.raises(BundleError):
                read_archive(candidate)


@given(body=st.binary(max_size=300), position=st.integers(0, 2000), key=st.none() | st.just(KEY))
@settings(deadline=None, max_examples=300)
def test_a_body_resealed_by_a_stranger_is_refused_or_what_a_writer_would_have_written(
    body: bytes, position: int, key: bytes | None
) -> None:
    whole = archive_bytes(PARTS, MANIFEST)[: -seal.seal_length(signed=False)]
    forged = seal.seal(whole[:position] + body + whole[position + len(body) :], None)
    try:
        manifest, parts = read_archive(forged, key=key)
    except BundleError:
        return
    assert key is None
    assert archive_bytes(parts, manifest) == forged


@pytest.mark.parametrize("key", [None, KEY])
def test_every_change_of_every_single_byte_is_refused_with_and_without_a_key(key: bytes | None) -> None:
    whole = archive_bytes({"a.json": b"[1]"}, {"version": "0.1.0"}, key=key)
    for position, byte in enumerate(whole):
        for mask in (0x01, 0x20, 0x80, 0xFF):
            changed = bytearray(whole)
            changed[position] = byte ^ mask
            for offered in {None, key}:
                with pytest.raises(BundleError):
                    read_archive(changed, key=offered)


def test_every_shorter_and_every_longer_file_is_refused() -> None:
    whole = archive_bytes({"a.json": b"[1]"}, {"version": "0.1.0"})
    for length in range(len(whole)):
        with pytest.raises(BundleError):
            read_archive(whole[:length])
        with pytest.raises(BundleError):
            read_archive(whole[-length:] if length else b"")
    for changed in (whole + b"\n", b"\n" + whole, whole + whole, whole[:50] + whole[49:]):
        with pytest.raises(BundleError):
            read_archive(changed)


def test_identical_inputs_give_identical_bytes_whatever_their_order() -> None:
    one = archive_bytes(PARTS, MANIFEST, key=KEY)
    other = archive_bytes(dict(reversed(PARTS.items())), dict(reversed(MANIFEST.items())), key=KEY)
    assert one == other


def test_what_was_read_can_be_written_again_as_it_was() -> None:
    one = archive_bytes(PARTS, MANIFEST)
    manifest, parts = read_archive(one)
    assert archive_bytes(parts, manifest) == one


def test_the_file_is_a_zip_that_any_program_opens_with_the_manifest_first() -> None:
    with zipfile.ZipFile(io.BytesIO(archive_bytes(PARTS, MANIFEST))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["manifest.json", *sorted(PARTS)]
        assert opened.read("model/forest.bin") == PARTS["model/forest.bin"]
        assert opened.comment.startswith(b"leadrank-1 needs=0.1.0 sha256=")


def test_a_signed_bundle_opens_with_its_key_and_without_one_but_with_no_other() -> None:
    signed = archive_bytes(PARTS, MANIFEST, key=KEY)
    assert read_archive(signed, key=KEY)[1] == PARTS
    assert read_archive(signed)[1] == PARTS
    with pytest.raises(BundleError, match="not made with this key"):
        read_archive(signed, key=b"x" * 32)


def test_a_key_asks_for_a_signature() -> None:
    with pytest.raises(BundleError, match="is not signed"):
        read_archive(archive_bytes(PARTS, MANIFEST), key=KEY)


@pytest.mark.parametrize("key", [b"", b"short", "k" * 32])
def test_a_key_too_short_to_be_one_is_refused_on_both_sides(key: bytes) -> None:
    for act in (lambda: archive_bytes(PARTS, MANIFEST, key=key), lambda: read_archive(archive_bytes(PARTS, MANIFEST), key=key)):
        with pytest.raises(BundleError, match="at least 16 bytes"):
            act()


def test_a_signature_moved_to_other_content_is_refused() -> None:
    signed, other = archive_bytes(PARTS, MANIFEST, key=KEY), archive_bytes({**PARTS, "a.json": b"[3,4]"}, MANIFEST, key=b"x" * 32)
    begin = signed.index(b"hmac=") + 5
    where = other.index(b"hmac=") + 5
    forged = other[:where] + signed[begin : begin + 64] + b" sha256="
    forged += seal.hashlib.sha256(forged).hexdigest().encode()
    assert read_archive(forged)[1]["a.json"] == b"[3,4]"
    with pytest.raises(BundleError, match="not made with this key"):
        read_archive(forged, key=KEY)


def test_an_unknown_format_is_refused_with_the_version_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(seal, "FORMAT", 7)
        later.setattr(seal, "READS", {7: "3.2.0"})
        future = seal.seal(b"whatever format 7 will be", None)
    with pytest.raises(BundleError, match=r"format 7; this version reads format 1") as caught:
        read_archive(future)
    assert "leadrank>=3.2.0" in caught.value.remedy


def _pickles() -> list[bytes]:
    return [pickle.dumps([{"a": 1.5}, ("x", 2)], protocol) for protocol in range(6)] + [b"cos\nsystem\n(S'true'\ntR."]


@pytest.mark.parametrize("data", _pickles(), ids=[*map(str, range(6)), "os.system"])
def test_a_pickle_is_named_as_one_and_never_opened(data: bytes, tmp_path: Path) -> None:
    for suffix in ("model.pkl", "model.leadrank"):
        (tmp_path / suffix).write_bytes(data)
        with pytest.raises(BundleError, match="This is a pickle") as caught:
            read_archive(tmp_path / suffix)
        assert "never unpickles" in caught.value.remedy


def _zip(*named: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in named:
            made.writestr(name, content)
    return stream.getvalue()


FOREIGN = {
    "an empty file": b"",
    "a gzip file": gzip.compress(b"x", mtime=0),
    "a zlib stream": zlib.compress(pickle.dumps([1])),
    "a plain zip": _zip(("a.txt", b"a")),
    "a zip with a pickle in it": _zip(("archive/data.pkl", b"a"), ("archive/version", b"3")),
    "a zip of NumPy arrays": _zip(("x.npy", b"a")),
    "as by packing it again": _zip(("manifest.json", b"{}")),
    "a CatBoost model": b"CBM1\x00\x01",
    "a LightGBM model": b"tree\nversion=v4\n",
    "an XGBoost model": b'{"learner":{}}',
    "a Parquet table": b"PAR1\x15",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\n",
    "a web page": b"<!DOCTYPE html>",
    "text": b"id,Converted\n1,0\n",
    "unknown kind": bytes(range(7, 40)),
}


@pytest.mark.parametrize("said", FOREIGN)
def test_a_foreign_file_is_refused_by_what_it_is(said: str) -> None:
    with pytest.raises(BundleError, match=said) as caught:
        read_archive(FOREIGN[said])
    assert caught.value.exit_code == 4
    assert caught.value.remedy


def test_paths_that_are_no_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").write_bytes(b"x")
    for path, said in (
        (tmp_path, "is a folder"),
        (tmp_path / "absent.leadrank", "no file"),
        (tmp_path / "pipe", "device or a pipe"),
        (Path("/dev/zero"), "device or a pipe"),
        (tmp_path / "loop", "cannot be read"),
        (tmp_path / "file" / "below", "cannot be read"),
        (str(tmp_path / "a\0b"), "cannot be read|no file"),
        (None, "NoneType came"),
    ):
        with pytest.raises(BundleError, match=said):
            read_archive(path)


def test_a_bundle_larger_than_allowed_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = archive_bytes({"numbers.json": json.dumps(list(range(2000))).encode()}, MANIFEST)
    monkeypatch.setattr(archive, "inflate", lambda entry: pytest.fail(f"unpacked {entry.name}"))
    with pytest.raises(BundleError, match="unpacks to"):
        read_archive(whole, most=len(whole))
    with pytest.raises(BundleError, match="larger than"):
        read_archive(whole, most=len(whole) - 1)


def test_a_part_that_would_expand_like_a_bomb_is_stored_instead() -> None:
    whole = archive_bytes({"zeros": bytes(1 << 20)}, MANIFEST)
    assert len(whole) > 1 << 20
    assert read_archive(whole)[1]["zeros"] == bytes(1 << 20)


def _bomb(claimed: int) -> bytes:
    packed = zlib.compress(bytes(50 << 20), 9)[2:-4]
    entry = layout.Entry(name="manifest.json", method=layout.DEFLATED, crc=0, size=claimed, packed=packed)
    return seal.seal(layout.pack([entry], seal.seal_length(signed=False)), None)


def test_a_bomb_is_refused_whatever_size_it_claims() -> None:
    with pytest.raises(BundleError, match="not allowed"):
        read_archive(_bomb(50 << 20))
    with pytest.raises(BundleError, match="does not unpack"):
        read_archive(_bomb(1000))


@pytest.mark.parametrize(
    "name", ["../a", "/a", "a/../b", "", "a//b", "a/", "manifest.json", "A", "a\\b", "c:a", ".a", "a\n", "é", "a" * 201, "a\0"]
)
def test_a_part_cannot_be_named_so_that_a_reader_is_led_astray(name: str) -> None:
    with pytest.raises(BundleError, match="cannot hold a part named"):
        archive_bytes({name: b"x"}, MANIFEST)


@pytest.mark.parametrize(
    "manifest",
    [{}, {"version": 1}, {"version": "1", "x": float("nan")}, {"version": "1", "x": {1, 2}}, {"version": "1", "x": {1: 1, "1": 2}}],
)
def test_a_manifest_that_json_cannot_hold_is_refused(manifest: dict[str, object]) -> None:
    with pytest.raises(BundleError):
        archive_bytes({}, manifest)


def test_writing_replaces_a_file_in_one_step_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "leads.leadrank"
    path.write_bytes(b"old")
    write_archive(path, PARTS, MANIFEST)
    assert read_archive(path)[1] == PARTS
    assert [entry.name for entry in tmp_path.iterdir()] == ["leads.leadrank"]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(_fresh(tmp_path).stat().st_mode)


def _fresh(folder: Path) -> Path:
    (folder / "fresh").write_bytes(b"")
    return folder / "fresh"


def test_writing_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leads.leadrank"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BundleError, match="No space left"):
        write_archive(path, PARTS, MANIFEST)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["leads.leadrank"]


def test_a_target_that_cannot_be_a_file_is_an_error_of_the_bundle(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path, tmp_path / "absent" / "x.leadrank", tmp_path / "file" / "x.leadrank", Path("/dev/null"), tmp_path / ("x" * 300)):
        with pytest.raises(BundleError, match=r"written|replaced"):
            write_archive(path, PARTS, MANIFEST)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_headers_that_say_one_thing_twice_differently_are_refused() -> None:
    whole = archive_bytes(PARTS, MANIFEST)[: -seal.seal_length(signed=False)]
    first = struct.Struct("<4s5H3I2H").size
    for position in (*range(4, first), *range(whole.index(b"PK\x01\x02"), len(whole))):
        changed = bytearray(whole)
        changed[position] ^= 1
        with pytest.raises(BundleError):
            read_archive(seal.seal(bytes(changed), None))


def test_reading_reserves_no_more_memory_than_the_file_needs(tmp_path: Path) -> None:
    write_archive(tmp_path / "x.leadrank", PARTS, MANIFEST)
    tracemalloc.start()
    read_archive(tmp_path / "x.leadrank")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
