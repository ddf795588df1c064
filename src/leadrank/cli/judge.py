"""`leadrank evaluate` and `leadrank verify`: whether a model holds on data that it has not seen."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from leadrank.cli.fitting import check_source
from leadrank.cli.gather import is_gathered, read_judged
from leadrank.cli.intake import keep_rejected, naming, read
from leadrank.cli.options import BundleFile, CheckKey, Data, Json, RejectedFile, Seed
from leadrank.cli.signing import key_of
from leadrank.cli.terminal import emit, emit_json, say, say_findings
from leadrank.cli.train import figures_document
from leadrank.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leadrank.evaluate import Verified
    from leadrank.types import Figure

LOWER_IS_BETTER = frozenset({"log_loss", "brier", "ece"})

AtLeast = Annotated[
    list[str] | None, typer.Option("--at-least", metavar="METRIC=VALUE", help="Exit 1 when a figure is below this, e.g. auc=0.85. Repeatable.")
]


def evaluate(
    bundle: BundleFile, data: Data, *, at_least: AtLeast = None, seed: Seed = None, key_file: CheckKey = None, json: Json = False,
    rejected: RejectedFile = None,
) -> int:
    """Judge a model on labelled leads: each figure with its interval, beside simpler models."""
    from leadrank.bundle import load_bundle
    from leadrank.evaluate import judged

    started = time.monotonic()
    wanted = wanted_figures(at_least or ())
    loaded = load_bundle(bundle, key=key_of(key_file))
    check_source(data, loaded)
    raw = read_judged(data, loaded) if is_gathered(data, loaded) else read(data)
    keep_rejected(raw, rejected)
    with naming(raw):
        report, found = judged(loaded, raw.frame, seed=seed or 0)
    short = shortfalls(report.ours, wanted)
    if json:
        emit_json(figures_document(report, loaded, [*found, *raw.findings], time.monotonic() - started))
    else:
        say_findings([*found, *raw.findings])
        emit(str(report))
    for line in short:
        say(line)
    return int(bool(short))


def verify(bundle: BundleFile, data: Data, *, key_file: CheckKey = None) -> int:
    """Score the rows again that training set aside; scores and figures must be those recorded then."""
    from leadrank.bundle import load_bundle
    from leadrank.evaluate import verify as score_again

    loaded = load_bundle(bundle, key=key_of(key_file))
    check_source(data, loaded)
    raw = read_judged(data, loaded) if is_gathered(data, loaded) else read(data)
    with naming(raw) if loaded.held_out.hashes else nullcontext():
        result = score_again(loaded, raw.frame)
    emit(_verified(result))
    return int(not result.holds)


def wanted_figures(asked: Sequence[str]) -> dict[str, float]:
    """Read `--at-least METRIC=VALUE`.

    Examples
    --------
    >>> wanted_figures(["auc=0.85"])
    {'auc': 0.85}
    """
    wanted = {}
    for text in asked:
        name, _, number = text.partition("=")
        name = name.strip()
        try:
            wanted[name] = float(number)
        except ValueError:
            raise UsageError(f"--at-least expects METRIC=VALUE, {text!r} came.", "E.g. --at-least auc=0.85.") from None
        if name in LOWER_IS_BETTER:
            raise UsageError(f"--at-least expects a figure that is better when higher; {name} is better when lower.", "E.g. --at-least auc=0.85.")
    return wanted


def shortfalls(figures: Mapping[str, Figure], wanted: Mapping[str, float]) -> list[str]:
    """Say which figures are below what was wanted."""
    short = []
    for name, bar in wanted.items():
        if name not in figures:
            raise UsageError(f"--at-least names {name!r}, which is not measured here.", nearest(name, figures) or f"Measured: {', '.join(figures)}.")
        if figures[name].value < bar:
            short.append(f"{name} is {figures[name].value:.4f}, below the {bar:g} that was asked for.")
    return short


def _verified(result: Verified) -> str:
    here = f"{result.rows_found:,} of {result.rows_expected:,} rows that were set aside are here"
    lines = [f"{here}; the largest difference to the recorded probability is {result.largest_difference:.1e}."]
    for name, recorded in result.recorded.items():
        now = result.figures.get(name)
        lines.append(f"  {name}: recorded {recorded:.6g}, now {'–' if now is None else f'{now:.6g}'}")
    if result.mismatched:
        lines.append(f"Different: {', '.join(result.mismatched)}.")
    return "\n".join([*lines, "It holds." if result.holds else "It does not hold."])
