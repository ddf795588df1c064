"""What `scripts/kernel` does where there is no compiler, and the wheels that it writes."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from leadrank.forest.library import ABI, LIBRARY

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def platform_wheel(script):
    return script("scripts/platform_wheel.py")


@pytest.fixture
def pure(tmp_path):
    path = tmp_path / "leadrank-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("leadrank/__init__.py", "")
        wheel.writestr("leadrank-0.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("leadrank-0.1.0.dist-info/RECORD", "leadrank/__init__.py,,\n")
    return path


def test_a_platform_wheel_holds_the_library_and_lists_every_file(platform_wheel, pure, tmp_path):
    (tmp_path / "_kernel.so").write_bytes(b"library")
    made = platform_wheel.add_library(pure, tmp_path / "_kernel.so", "manylinux_2_17_x86_64.manylinux2014_x86_64")
    assert made.name == "leadrank-0.1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    with zipfile.ZipFile(made) as wheel:
        assert wheel.read("leadrank/forest/_kernel.so") == b"library"
        info = wheel.read("leadrank-0.1.0.dist-info/WHEEL").decode()
        record = list(csv.reader(io.StringIO(wheel.read("leadrank-0.1.0.dist-info/RECORD").decode())))
        assert [row[0] for row in record] == wheel.namelist()
        for name, digest, size in record[:-1]:
            data = wheel.read(name)
            assert (digest, size) == (f"sha256={platform_wheel.digest(data)}", str(len(data)))
    assert info.splitlines()[1:] == ["Root-Is-Purelib: false", "Tag: py3-none-manylinux_2_17_x86_64", "Tag: py3-none-manylinux2014_x86_64"]


def test_the_same_library_gives_the_same_wheel(platform_wheel, pure, tmp_path):
    (tmp_path / "_kernel.so").write_bytes(b"library")
    first, second = (platform_wheel.add_library(pure, tmp_path / "_kernel.so", "win_amd64").read_bytes() for _ in range(2))
    assert first == second


def test_without_a_compiler_the_build_says_so_and_goes_on(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "kernel"), "--compiler", "system"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "NumPy evaluates forests" in done.stderr


def test_source_and_loader_name_the_same_version():
    source = LIBRARY.with_name("kernel.c").read_text(encoding="utf-8")
    assert re.findall(r"#define ABI (\d+)", source) == [str(ABI)]
