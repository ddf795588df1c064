"""docs/cli.md says what the commands say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from leadrank.cli.main import COMMANDS, app

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
GROUP: Any = typer.main.get_command(app)
SECTIONS = {part.split("\n", 1)[0]: part for part in PAGE.split("\n## leadrank ")[1:]}


def rows_of(text: str) -> dict[str, str]:
    """Return what the tables of a section say of each flag, by the flag's first name."""
    return {m[1]: m[2] for m in re.finditer(r"^\| `([^`]+)`.*? \| (.+) \|$", text.replace("\\|", "¦"), re.MULTILINE)}


def named(parameter: Any) -> str:
    name: str = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
    return name.replace("|", "¦")


def test_every_command_has_its_section_in_order() -> None:
    assert list(SECTIONS) == list(GROUP.commands)


@pytest.mark.parametrize("name", list(GROUP.commands))
def test_every_flag_of_a_command_is_described_in_its_own_words(name: str) -> None:
    real = {named(p): p.help.replace("|", "¦") for p in GROUP.commands[name].params if p.name != "help"}
    written = rows_of(SECTIONS[name])
    assert set(written) == set(real)
    for flag, said in real.items():
        assert written[flag].startswith(said), flag


def test_every_flag_of_the_program_is_described() -> None:
    real = {p.opts[0] for p in GROUP.params} | {"--help"}
    assert {flag for flag in rows_of(PAGE.partition("\n## ")[0]) if flag.startswith("-")} == real


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_example_is_shown(command: Any) -> None:
    for example in COMMANDS[command][1]:
        assert f"    {example}\n" in SECTIONS[command.__name__.replace("_", "-")]


def test_every_exit_code_is_listed() -> None:
    for code in (0, 1, 2, 3, 4, 5, 130, 141):
        assert f"\n| {code} | " in PAGE
