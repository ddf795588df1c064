"""The command line: commands, one file for each group, and the one place where failures become exit codes."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from leadrank import __version__
from leadrank.cli.backtest import backtest
from leadrank.cli.check import check
from leadrank.cli.demo import demo
from leadrank.cli.explain import explain
from leadrank.cli.export_training import export_training
from leadrank.cli.failures import guard
from leadrank.cli.init import init
from leadrank.cli.judge import evaluate, verify
from leadrank.cli.score import score
from leadrank.cli.serve import serve
from leadrank.cli.show import card, inspect, report
from leadrank.cli.stopping import SIGNALS, stoppable
from leadrank.cli.train import train
from leadrank.errors import UsageError

COMMANDS: dict[Callable[..., object], tuple[str, tuple[str, ...]]] = {
    demo: ("The whole journey on simulated leads.", ("leadrank demo", "leadrank demo investor --dir /tmp/try")),
    init: ("Draft a project file from a table, or from several.", (
        "leadrank init leads.csv --target Converted", "leadrank init crm/ --target TransactionTable --within '60 days'",
    )),
    check: ("Find bad data, and columns that know the answer.", (
        "leadrank check leads.csv --target Converted", "leadrank check leadrank.toml --strict --json > findings.json",
    )),
    train: ("Learn from past leads: fit, calibrate, judge, decide.", (
        "leadrank train leads.csv --target Converted --order '#row' -o leads.leadrank",
        "leadrank train leads.csv --target tier --classes Low,Medium,High",
        "leadrank train leadrank.toml --budget '2 minutes' --json > figures.json",
    )),
    backtest: ("Roll the cutoff through time: train, score, wait, judge.", (
        "leadrank backtest leads.csv --target Converted --order '#row'",
        "leadrank backtest leadrank.toml --every '1 month' --delay '30 days' -o backtest.html",
    )),
    evaluate: ("Judge a model on labelled leads.", (
        "leadrank evaluate leads.leadrank march.csv", "leadrank evaluate leads.leadrank march.csv --at-least auc=0.85",
    )),
    verify: ("Score the rows again that training set aside.", ("leadrank verify leads.leadrank leads.csv",)),
    score: ("Score leads, with decision and reasons.", (
        "leadrank score leads.leadrank new.csv -o scored.csv", "leadrank score leads.leadrank new.parquet --top 40 --keep Phone -o today.csv",
        "leadrank score leads.leadrank new.csv -o scored.csv --not-worth leave.csv",
        "cat new.csv | leadrank score leads.leadrank - > scored.csv",
    )),
    explain: ("Say why one lead scores as it does.", ("leadrank explain leads.leadrank new.csv --lead 660737",)),
    serve: ("Serve scores over HTTP, with a store, accounts and the call list.", (
        "leadrank serve leads.leadrank", "leadrank serve leads.leadrank --create-admin ann --host 0.0.0.0",
        "leadrank serve --database postgresql://leadrank@db/leadrank --workers 4",
    )),
    report: ("Write one page to send to a manager.", ("leadrank report leads.leadrank -o report.html",)),
    card: ("Write a model card.", ("leadrank card leads.leadrank -o model_card.md",)),
    inspect: ("Say what is inside a bundle.", ("leadrank inspect leads.leadrank",)),
    export_training: ("Write the training table without what names a lead.", (
        "leadrank export-training leadrank.toml -o training.parquet",
        "leadrank export-training leadrank.toml -o training.csv --features 20 --suppress",
    )),
}
STOPPED = tuple(128 + number for number in SIGNALS)
EXIT_CODES = "Exit codes: 0 done, 1 a check did not hold, 2 usage, 3 bad data, 4 bad bundle, 5 a service is out of reach."

app = typer.Typer(
    name="leadrank", rich_markup_mode=None, pretty_exceptions_enable=False, epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]}, help="Who to call, by when, why, and when not to trust the model.",
)
for command, (said, examples) in COMMANDS.items():
    # \b keeps the lines of a paragraph apart.
    app.command(short_help=said, epilog="\b\nExamples:\n" + "\n".join(f"  {line}" for line in examples))(command)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"leadrank {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")] = False,  # noqa: ARG001
    debug: Annotated[bool, typer.Option("--debug", help="Print the traceback of a failure; may stand anywhere.")] = False,  # noqa: ARG001
) -> None:
    """Answer a call without a command."""
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise UsageError("a command was expected, none came.", "Begin with `leadrank demo` or `leadrank init DATA --target COL`.")


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        What stands after `leadrank`.

    Returns
    -------
    int
        The exit code.
    """
    debug = "--debug" in arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with warnings.catch_warnings():
        if not debug:
            warnings.simplefilter("ignore")
            logging.disable(logging.WARNING)
        try:
            with stoppable():
                return guard(lambda: app([a for a in arguments if a != "--debug"], prog_name="leadrank", standalone_mode=False), debug=debug)
        finally:
            logging.disable(logging.NOTSET)
