"""The command line as a whole: how it starts, how it answers wrong usage, how it ends."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import warnings

import pytest
import typer

from leadrank import __version__
from leadrank.cli import main
from leadrank.cli.failures import guard
from leadrank.cli.main import run
from leadrank.errors import BundleError, DataError, ServiceError, UsageError

HEAVY = (
    "numpy", "polars", "pydantic", "pandas", "sklearn", "scipy", "lightgbm", "xgboost", "catboost", "optuna", "matplotlib", "sqlalchemy", "jinja2",
)


def loaded_by(code: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter has loaded after running some code."""
    ending = "\nimport sys; print('\\n' + ' '.join(sorted({m.partition('.')[0] for m in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + ending], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def best_seconds(*arguments: str) -> float:
    """Return the processor time of the quickest of five runs: what it takes where nothing else is going on."""
    taken = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def test_importing_leadrank_loads_nothing_heavy() -> None:
    assert not loaded_by("import leadrank") & {*HEAVY, "typer", "rich"}


def test_help_loads_nothing_heavy() -> None:
    assert not loaded_by("from leadrank.cli.main import run; run(['--help']); run(['--version'])") & set(HEAVY)


def test_the_help_of_a_command_loads_no_library_but_those_of_typer() -> None:
    assert not loaded_by("from leadrank.cli.main import run; run(['train', '--help'])") & set(HEAVY) - {"pydantic"}


def test_importing_leadrank_takes_less_than_150_milliseconds() -> None:
    assert best_seconds("-c", "import leadrank") < 0.150


def test_help_takes_less_than_300_milliseconds() -> None:
    assert best_seconds("-m", "leadrank", "--help") < 0.300


def test_help_shows_every_command_and_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out, err = capsys.readouterr()
    for name in ("demo", "init", "check", "train", "evaluate", "verify", "score", "explain", "report", "card", "inspect"):
        assert f"\n  {name} " in out
    assert err == ""


@pytest.mark.parametrize("name", ["demo", "init", "check", "train", "evaluate", "verify", "score", "explain", "report", "card", "inspect"])
def test_the_help_of_every_command_ends_with_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"leadrank {name}" in out.partition("Examples:")[2]


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"leadrank {__version__}\n"


def test_no_command_is_wrong_usage_and_leaves_standard_output_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Commands:" in err
    assert "UsageError: a command was expected, none came.\n  Begin with `leadrank demo`" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian", "x.csv"], "UsageError: No such command 'trian'. Did you mean 'train'?\n  See `leadrank --help`.\n"),
        (["train", "x.csv", "--targte", "y"], "UsageError: No such option: --targte. Did you mean '--target'?\n  See `leadrank train --help`.\n"),
        (["train"], "UsageError: Missing argument 'PROJECT|DATA'.\n  See `leadrank train --help`.\n"),
        (["explain", "b", "d"], "UsageError: Missing option '--lead'.\n  See `leadrank explain --help`.\n"),
    ],
)
def test_wrong_usage_says_what_was_expected_and_where_to_look(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == said


def test_a_value_of_the_wrong_kind_names_the_flag(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "x.csv", "--target", "y", "--trials", "many"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("UsageError: Invalid value for '--trials'")


@pytest.mark.parametrize(("problem", "code"), [(UsageError, 2), (DataError, 3), (BundleError, 4), (ServiceError, 5)])
def test_every_kind_of_failure_has_its_exit_code(problem: type[UsageError], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise problem("this came.", "Do that.")

    assert guard(fail, debug=False) == code
    assert capsys.readouterr().err == f"{problem.__name__}: this came.\n  Do that.\n"


def test_a_fault_of_ours_is_one_message_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise KeyError("gone")

    assert guard(fail, debug=False) == 1
    err = capsys.readouterr().err
    assert err.startswith("KeyError: this is a fault in Leadrank, not in your data: 'gone'\n")
    assert "--debug" in err
    assert "Traceback" not in err


def test_debug_prints_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "nowhere.csv", "--target", "y", "--debug"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.endswith("DataError: nowhere.csv is not there.\n  Check the path.\n")


def test_interrupting_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)

    @app.command()
    def wait() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", app)
    assert run(["wait"]) == 130
    assert capsys.readouterr().err == "Interrupted: stopped as asked; no half-written file is left behind.\n"


def test_warnings_of_libraries_do_not_reach_the_user(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)

    @app.command()
    def warn() -> None:
        warnings.warn("inner matters", DeprecationWarning, stacklevel=1)

    monkeypatch.setattr(main, "app", app)
    assert run(["warn"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    code = "import sys; from leadrank.cli.failures import guard; sys.exit(guard(lambda: [print('x' * 1000) for _ in range(1000)], debug=False))"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", code], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == ""
