"""What is installed is pinned by hash, listed, and does not reach out."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lock", ["dev.lock", "compiler.lock"])
def test_every_package_is_pinned_by_version_and_hash_and_no_address_is_told(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    entries = [e for e in re.split(r"\n(?=[a-zA-Z0-9])", text.replace("\\\n", " ")) if e and not e.startswith("#")]
    assert entries
    assert all(re.match(r"[\w.\[\]-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_a_test_that_reaches_for_another_machine_is_stopped() -> None:
    with socket.socket() as wire, pytest.raises(PermissionError, match="reached out"):
        wire.connect(("192.0.2.1", 80))


def test_the_bill_of_materials_lists_what_is_installed(tmp_path: Path) -> None:
    out = tmp_path / "sbom.json"
    tool = Path(sys.executable).with_name("cyclonedx-py")
    subprocess.run([tool, "environment", "--output-reproducible", "-o", out, ROOT / ".venv"], check=True, capture_output=True)
    names = {part["name"].lower() for part in json.loads(out.read_text())["components"]}
    assert {"numpy", "polars", "fastapi", "sqlalchemy"} <= names
