"""Results and words go where they belong."""

from __future__ import annotations

import io
import json

import pytest

from leadrank.cli import terminal
from leadrank.types import Finding

NOTE = Finding("D110", "info", None, 5, "Five columns were read.", "Nothing to do.")
LEAK = Finding("L201", "quarantine", "Tags", 90, "Tags knows the answer [90 %].", "Set aside.")


def test_json_is_one_document_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.emit_json({"name": "Zoë", "value": None})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"name": "Zoë", "value": None}
    assert err == ""


def test_findings_are_told_on_standard_error_with_their_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say_findings([LEAK, NOTE])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "L201 quarantine: Tags knows the answer [90 %].", "    Set aside.", "D110 info: Five columns were read.", "    Nothing to do.",
    ]


def test_notes_can_be_counted_instead(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say_findings([LEAK, NOTE], all_of_them=False)
    assert capsys.readouterr().err.splitlines()[-1] == "1 notes more; `leadrank check` prints them."


def test_findings_are_counted_by_severity() -> None:
    assert terminal.counted([LEAK, LEAK, NOTE, NOTE]) == "2 quarantined, 2 notes"


def test_without_a_terminal_progress_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress() as told:
        told("reading", 0.0)
        told("fitting", 0.3)
    assert capsys.readouterr().err == "reading\n"


def test_on_a_terminal_progress_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with terminal.progress() as told:
        told("fitting", 0.5)
    assert "fitting" in screen.getvalue()


def test_a_table_keeps_brackets_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.table("Best", ("lead", "score"), [("[bold]L-1[/bold]", "99")], right=("score",))
    assert "[bold]L-1[/bold]" in capsys.readouterr().out
