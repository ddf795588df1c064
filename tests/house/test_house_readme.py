"""What README and docs show does what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from leadrank.cli.main import app
from leadrank.data.simulations import SIMULATIONS, simulate

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]
GROUP: Any = typer.main.get_command(app)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(page: Path, language: str) -> list[str]:
    return [text for name, text in FENCED.findall(page.read_text(encoding="utf-8")) if name == language]


def _commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = "\n".join(_blocks(page, "sh")) + "\n" + "\n".join(re.findall(r"^    (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE))
        for line in text.replace("\\\n", " ").splitlines():
            asked = re.search(r"(?:^|\| )(?:\.venv/bin/)?leadrank ([a-z].*)", line)
            if asked:
                found.append((str(page.relative_to(ROOT)), asked[1]))
    return found


def test_the_readme_and_the_first_steps_show_commands() -> None:
    pages = [page for page, _ in _commands()]
    assert pages.count("README.md") >= 4
    assert pages.count("docs/getting-started.md") >= 7
    assert pages.count("docs/cli.md") >= 12


@pytest.mark.parametrize(("page", "command"), _commands())
def test_every_command_that_is_shown_can_be_given(page: str, command: str) -> None:  # noqa: ARG001
    """Its name, its flags, their values and the number of its arguments are accepted; nothing is run."""
    words = shlex.split(command.split(" > ", maxsplit=1)[0].split(" | ", maxsplit=1)[0], comments=True)
    GROUP.commands[words[0]].make_context(words[0], words[1:])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hold what the examples begin with: a project file, past leads, and new ones."""
    simulation = SIMULATIONS["courses"]
    table = simulate("courses", rows=700, seed=0).table
    table.head(600).write_csv(tmp_path / simulation.file)
    table.tail(100).drop(simulation.target).write_csv(tmp_path / "new.csv")
    (tmp_path / "leadrank.toml").write_text(f'{simulation.project}\n[model]\ntrials = 1\ncandidates = ["logistic"]\nfolds = 3\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", ["README.md", "docs/getting-started.md"])
def test_the_example_of_the_library_runs_as_it_stands(page: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = _blocks(ROOT / page, "python")
    names: dict[str, Any] = {}
    exec(compile(code, page, "exec"), names)  # noqa: S102 - the page is ours
    assert "Verdict:" in capsys.readouterr().out
    assert (folder / "leads.leadrank").exists()
    assert names["scorer"].many(names["new"]).height == 100


def test_the_readme_says_ten_lines_and_has_ten() -> None:
    assert "## In ten lines of Python" in (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = _blocks(ROOT / "README.md", "python")
    assert len([line for line in code.splitlines() if line.strip()]) == 10
