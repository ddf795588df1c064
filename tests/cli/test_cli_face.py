"""The library as a user types it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import leadrank
from leadrank.errors import UsageError
from leadrank.project import parse_project


@pytest.mark.parametrize("name", leadrank.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(leadrank, name) is not None
    assert name in dir(leadrank)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trane'"):
        leadrank.trane  # noqa: B018


def test_train_is_the_verb_even_after_its_module_was_imported() -> None:
    code = "from leadrank.train import train; import leadrank; assert callable(leadrank.train) and leadrank.train is not train"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_tables_of_a_project_are_read(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,won\n1,yes\n2,no\n")
    (tmp_path / "leadrank.toml").write_text('[lead]\ntable = "leads.csv"\n[target]\ncolumn = "won"\n')
    frame = leadrank.read_tables(leadrank.read_project(tmp_path / "leadrank.toml"))
    assert frame.to_dicts() == [{"id": "1", "won": "yes"}, {"id": "2", "won": "no"}]


def test_what_is_no_project_cannot_be_trained_on() -> None:
    with pytest.raises(UsageError, match="expects a project first, str came"):
        leadrank.train("leads.csv", [])  # type: ignore[arg-type]


def test_a_project_without_a_table_cannot_be_read() -> None:
    with pytest.raises(UsageError, match="names no table"):
        leadrank.read_tables(parse_project({"target": {"column": "won"}}))
