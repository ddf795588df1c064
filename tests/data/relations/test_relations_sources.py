"""All tables of a project are read once, and what goes wrong names table and file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from leadrank.data import read_project_tables
from leadrank.errors import DataError, UsageError
from leadrank.project import read_project

PROJECT = """
source = {source}
[lead]
table = {lead}
key = "id"
[[parent]]
table = {firms}
name = "firms"
key = "firm"
[[parent]]
table = {firms}
name = "owners"
key = "firm"
by = "owner"
[target]
column = "won"
"""


def project(folder: Path, source: str, lead: str, firms: str) -> Path:
    path = folder / "leadrank.toml"
    path.write_text(PROJECT.format(source=repr(source), lead=repr(lead), firms=repr(firms)))
    return path


def test_files_of_a_folder_are_read_once_each_and_rows_that_do_not_split_are_kept(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,firm,owner,won\n1,a,b,yes\n2,b,a,no\n3,b\n")
    (tmp_path / "firms.csv").write_text("firm,size\na,1\nb,2\n")
    tables = read_project_tables(read_project(project(tmp_path, ".", "leads.csv", "firms.csv")))
    assert {name: raw.frame.height for name, raw in tables.items()} == {"lead": 2, "firms": 2, "owners": 2}
    assert tables["firms"].frame is tables["owners"].frame
    assert len(tables["lead"].rejected) == 1
    assert tables["lead"].findings[0].message.startswith("lead: ")


def test_one_database_holds_all_tables(tmp_path: Path) -> None:
    place = tmp_path / "crm.db"
    with sqlite3.connect(place) as connection:
        connection.executescript("create table leads (id, firm, owner, won); insert into leads values (1, 'a', 'b', 'yes');"
                                 "create table firms (firm, size); insert into firms values ('a', 1);")
    connection.close()
    tables = read_project_tables(read_project(project(tmp_path, f"sqlite:///{place}", "leads", "firms")))
    assert tables["firms"].frame.rows() == [("a", 1)]


def test_an_error_names_table_and_file(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,firm,owner,won\n1,a,b,yes\n")
    with pytest.raises(DataError, match=r"table 'firms': .*nowhere\.csv"):
        read_project_tables(read_project(project(tmp_path, ".", "leads.csv", "nowhere.csv")))


def test_a_project_without_a_lead_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leadrank.toml").write_text("[target]\ncolumn = 'won'\n")
    with pytest.raises(UsageError, match="names no lead table"):
        read_project_tables(read_project(tmp_path / "leadrank.toml"))
