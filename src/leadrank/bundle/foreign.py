"""What a file is that is not a bundle, said from its first bytes; nothing is opened, unpacked or unpickled to find out."""

from __future__ import annotations

import re

from leadrank.errors import BundleError

NEVER = "Leadrank never unpickles: loading a pickle runs whatever its author wrote."
UNPACK = "A bundle is the .leadrank file itself, not compressed again: unpack it first if it holds one."
TRAIN = "Make a bundle with: leadrank train DATA --target COLUMN -o FILE.leadrank"
MODEL = f"A model alone has no columns, calibration or decisions. {TRAIN}"

KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip file", UNPACK),
    (b"BZh", "a bzip2 file", UNPACK),
    (b"\xfd7zXZ\x00", "an xz file", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"\x78\x01", "a zlib stream, as joblib writes around a pickle", NEVER),
    (b"\x78\x9c", "a zlib stream, as joblib writes around a pickle", NEVER),
    (b"\x78\xda", "a zlib stream, as joblib writes around a pickle", NEVER),
    (b"CBM1", "a CatBoost model", MODEL),
    (b"tree\n", "a LightGBM model", MODEL),
    (b'{"learner"', "an XGBoost model", MODEL),
    (b"{L\x00\x00\x00\x00\x00\x00", "an XGBoost model", MODEL),
    (b"\x89HDF", "an HDF5 file", MODEL),
    (b"\x93NUMPY", "a NumPy array", MODEL),
    (b"PAR1", "a Parquet table", f"It may be the data. {TRAIN}"),
    (b"SQLite format 3\x00", "an SQLite database", f"It may be the data. {TRAIN}"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file", "Fetch the file: git lfs pull"),
    (b"<", "a web page or XML; a download may have failed", "Download the file again."),
    (b"\x7fELF", "a program", TRAIN),
)
BINARY_PICKLE = re.compile(rb"\x80[\x02-\x05]")
OLD_PICKLE = re.compile(rb"c[A-Za-z_][\w.]*\n\w+\n|\((?:[dl]|i[\w.]+\n|S'|c[\w.]+\n)|[\]})]q?")
PICKLE_INSIDE = re.compile(rb"\.(?:pkl|pickle|joblib)PK|\.(?:pkl|pickle|joblib)\x00|data\.pkl")
FIRST_NAME = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)


def describe(data: bytes) -> BundleError:
    r"""Make the error that says what a file without a seal is.

    Examples
    --------
    >>> print(describe(b"\x80\x04K\x01."))
    This is a pickle, not a Leadrank bundle.
      Leadrank never unpickles: loading a pickle runs whatever its author wrote.
    """
    kind, remedy = _kind(data)
    return BundleError(f"This is {kind}, not a Leadrank bundle.", remedy)


def _kind(data: bytes) -> tuple[str, str]:
    if not data:
        return "an empty file", "The copy or the download may have failed: fetch it again."
    if data.startswith(b"PK"):
        return _kind_of_zip(data)
    if BINARY_PICKLE.match(data) or (OLD_PICKLE.match(data) and data.endswith(b".")):
        return "a pickle", NEVER
    for prefix, kind, remedy in KINDS:
        if data.startswith(prefix):
            return kind, remedy
    return ("text", f"It may be the data. {TRAIN}") if _is_text(data[:4096]) else ("a file of an unknown kind", TRAIN)


def _kind_of_zip(data: bytes) -> tuple[str, str]:
    named = FIRST_NAME.match(data)
    name = data[30 : 30 + int.from_bytes(named.group(1), "little")] if named else b""
    if name == b"manifest.json":
        return "a bundle whose end is missing or was changed, as by packing it again", "Copy the original again, or train again."
    if PICKLE_INSIDE.search(data):
        return "a zip with a pickle in it", NEVER
    if name.endswith(b".npy"):
        return "a zip of NumPy arrays", MODEL
    return "a plain zip", TRAIN


def _is_text(head: bytes) -> bool:
    return not re.search(rb"[\x00-\x08\x0e-\x1f]", head)
