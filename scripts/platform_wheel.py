"""A platform's wheel from the one without a library: the same files, the library beside the code that loads it, and the platform's tag."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from pathlib import Path

WHEN = (1980, 1, 1, 0, 0, 0)  # so that the same source gives the same bytes


def add_library(pure: Path, library: Path, tag: str) -> Path:
    """Write the wheel beside the pure one and return its path; `RECORD` lists every file by hash, as wheels must."""
    output = pure.with_name(pure.name.replace("py3-none-any", f"py3-none-{tag}"))
    with zipfile.ZipFile(pure) as given:
        files = {name: given.read(name) for name in given.namelist()}
    record = next(name for name in files if name.endswith(".dist-info/RECORD"))
    del files[record]
    info = record.removesuffix("RECORD") + "WHEEL"
    files[info] = retagged(files[info].decode(), tag).encode()
    files[f"leadrank/forest/{library.name}"] = library.read_bytes()
    lines = [f"{name},sha256={digest(data)},{len(data)}" for name, data in files.items()]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, WHEN)
            entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return output


def retagged(info: str, tag: str) -> str:
    """Name the platform in the wheel's own description."""
    tags = "\n".join(f"Tag: py3-none-{one}" for one in tag.split("."))
    return re.sub(r"Tag: py3-none-any", tags, info).replace("Root-Is-Purelib: true", "Root-Is-Purelib: false")


def digest(data: bytes) -> str:
    """Hash as RECORD wants it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
