"""`leadrank report`, `leadrank card` and `leadrank inspect`: a bundle as a page, as a model card, and as a list of what is inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrank import __version__
from leadrank.cli.options import BundleFile, CheckKey
from leadrank.cli.signing import key_of
from leadrank.cli.terminal import emit, table
from leadrank.cli.whole import STANDARD, check_folder, write_text
from leadrank.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadrank.backtest import Backtest
    from leadrank.bundle import Bundle

PageFile = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the page goes; - for standard output.")]
Rolled = Annotated[
    Path | None, typer.Option("--backtest", metavar="FILE", help="Show a backtest of the same project: what `leadrank backtest --json` printed.")
]
CardFile = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the model card goes; - for standard output.")]


def report(bundle: BundleFile, *, output: PageFile = Path("report.html"), backtest: Rolled = None, key_file: CheckKey = None) -> None:
    """Write one self-contained page: figures, curves, findings, reasons, tiers, thresholds; and how it would have gone, if a backtest is given."""
    _check(output)
    from leadrank.bundle import load_bundle
    from leadrank.pages import report_page

    rolled = None if backtest is None else _read_backtest(backtest)
    _give(output, report_page(load_bundle(bundle, key=key_of(key_file)), rolled=rolled, version=__version__))


def _read_backtest(place: Path) -> Backtest:
    from leadrank.backtest import Backtest
    from leadrank.records import read_record

    try:
        return read_record(Backtest, place.read_bytes())
    except (OSError, ValueError) as problem:
        said = f"--backtest expects what `leadrank backtest --json` printed; {place} is no such file: {problem}"
        raise UsageError(said, "E.g. leadrank backtest leadrank.toml --json > backtest.json") from problem


def card(bundle: BundleFile, *, output: CardFile = Path("model_card.md"), key_file: CheckKey = None) -> None:
    """Write a model card in Markdown: purpose, users, data, features, figures, limits, fairness, uses out of scope."""
    _check(output)
    from leadrank.bundle import load_bundle
    from leadrank.bundle.card import model_card

    _give(output, model_card(load_bundle(bundle, key=key_of(key_file)), version=__version__))


def _check(output: Path) -> None:
    if output != STANDARD:
        check_folder(output)


def _give(output: Path, text: str) -> None:
    """Write a text and say where it is; on standard output it is the result itself."""
    if output == STANDARD:
        emit(text.removesuffix("\n"))
        return
    write_text(output, text)
    emit(str(output))


def inspect(bundle: BundleFile, *, key_file: CheckKey = None) -> None:
    """Say what is inside: the model, its figures, its decisions, and the data dictionary."""
    from leadrank.bundle import load_bundle

    loaded = load_bundle(bundle, key=key_of(key_file))
    table(f"{bundle}", ("", ""), _facts(loaded))
    tiers = [(t.name, "" if t.at_least is None else f"{t.at_least:.3g}", t.action, t.within) for t in loaded.policy.tiers]
    table("Tiers, best first", ("tier", "from", "action", "within"), tiers, right=("from",))
    table("Columns", ("column", "type", "use", "blank", "distinct", "holds", "description"), _dictionary(loaded), right=("blank", "distinct"))


def _facts(bundle: Bundle) -> list[tuple[str, str]]:
    from leadrank.forest import evaluator

    facts, cut = bundle.facts, bundle.policy.threshold
    rows = [
        ("model", bundle.identity),
        ("learner", f"{facts.chosen.replace('_', ' ')}, {facts.trials} trials, seed {facts.seed}"),
        ("outcome", f"{bundle.project.target.in_words}: {' < '.join(facts.classes)}"),
        ("learned from", f"{facts.rows:,} leads{f' on {facts.trained_at}' if facts.trained_at else ''}"),
        ("verdict", str(bundle.report.verdict)),
        ("measured", bundle.report.measured),
        ("figures", ", ".join(f"{name} {figure.value:.4g}" for name, figure in bundle.report.ours.items())),
        ("threshold", f"{cut.cut:.4g} on {cut.on.replace('_', ' ')}: {cut.because}"),
        ("quarantined", _listed(facts.quarantined)),
        ("accepted", _listed(facts.accepted)),
        ("excluded", _listed(facts.excluded)),
        ("protected", _listed([f.column for f in bundle.findings if f.code == "F301" and f.column is not None])),
    ]
    rows.append(("evaluator", evaluator()))
    if facts.speed:
        rows.append(("served form", facts.speed))
    if bundle.held_out.hashes:
        rows.append(("set aside", f"{len(bundle.held_out.hashes):,} rows for `leadrank verify`"))
    return rows


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _dictionary(bundle: Bundle) -> list[tuple[str, ...]]:
    profiles = {p.name: p for p in bundle.profile.columns}
    used = set(bundle.encoder.columns)
    rows: list[tuple[str, ...]] = []
    for column in bundle.schema.columns:
        seen = profiles.get(column.name)
        use = _use(bundle, column.name, column.role, used)
        blank = "" if seen is None or not seen.rows else f"{seen.blank / seen.rows:.0%}"
        distinct = "" if seen is None else f"{seen.distinct:,}"
        rows.append((column.name, column.type, use, blank, distinct, _holds(seen), column.description))
    return rows


def _use(bundle: Bundle, name: str, role: str, used: set[str]) -> str:
    if name in used:
        return "model"
    return "quarantined" if name in bundle.facts.quarantined else role.replace("feature", "not used")


def _holds(seen: object) -> str:
    low, high = getattr(seen, "minimum", None), getattr(seen, "maximum", None)
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if getattr(seen, "earliest", None):
        return f"{getattr(seen, 'earliest', '')} to {getattr(seen, 'latest', '')}"
    return ", ".join(label for label, _ in getattr(seen, "top", ())[:3])
