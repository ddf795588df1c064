"""How it was made: the data dictionary, what columns that say little are worth, the recipe, and change over time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.data import ColumnProfile
from leadrank.explain import number_text
from leadrank.pages.words import NONE, clip, count, listed, percent

MOST = 200
ROLES = {"key": "key", "target": "outcome", "order": "time order", "created_at": "creation time", "id": "identifier"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One column of the data dictionary."""

    name: str
    use: str
    type: str
    blank: str
    distinct: str
    holds: str
    description: str
    sensitive: bool


def dictionary(bundle: Bundle) -> tuple[Entry, ...]:
    """Describe the columns, those that the model uses first, 200 at most."""
    used = set(bundle.encoder.columns)
    made = [_entry(column, bundle, used) for column in bundle.profile.columns]
    return tuple(sorted(made, key=lambda entry: entry.use != "used")[:MOST])


def _entry(column: ColumnProfile, bundle: Bundle, used: set[str]) -> Entry:
    schema = next((c for c in bundle.schema.columns if c.name == column.name), None)
    role = schema.role if schema is not None else "feature"
    use = "used" if column.name in used else ROLES.get(role, "not used")
    if column.name in bundle.facts.quarantined:
        use = "set aside"
    return Entry(
        clip(column.name, 80), use, column.type, percent(column.blank / column.rows) if column.rows else NONE, count(column.distinct),
        _holds(column), clip(column.description, 200), schema is not None and schema.sensitive,
    )


def _holds(column: ColumnProfile) -> str:
    if column.type == "number" and column.minimum is not None and column.maximum is not None and column.median is not None:
        return f"{number_text(column.minimum)} to {number_text(column.maximum)}, median {number_text(column.median)}"
    if column.type == "date" and column.earliest and column.latest:
        return f"{column.earliest[:10]} to {column.latest[:10]}"
    filled = max(column.rows - column.blank, 1)
    return ", ".join(f"{clip(label, 40)} {percent(cells / filled)}" for label, cells in column.top[:3]) or NONE


def effect_lines(bundle: Bundle) -> tuple[tuple[str, str, str, str, str], ...]:
    """Return what leaving out each column that says little would do to the log loss."""
    lines = []
    for one in bundle.facts.effects[:MOST]:
        loss = one.without_it - one.with_it
        said = f"{abs(loss):.4f} {'worse' if loss > 0 else 'better'} without it" if abs(loss) >= 5e-5 else "no difference"
        lines.append((clip(one.column, 80), one.why, f"{one.with_it:.4f}", f"{one.without_it:.4f}", said))
    return tuple(lines)


def drift_lines(bundle: Bundle) -> tuple[tuple[str, str], ...]:
    """Say for each block of time how the real odds of converting lay against the promised ones."""
    drift = bundle.facts.drift
    if drift is None:
        return ()
    return tuple((f"block {k}", _moved(move)) for k, move in enumerate(drift.moves, start=1))


def drift_words(bundle: Bundle) -> str:
    """Say what was done about the movement."""
    drift = bundle.facts.drift
    if drift is None:
        return ""
    said = "All probabilities were moved by what the newest block was off." if drift.shifted else "Probabilities were not moved for it."
    spread = math.sqrt(max(drift.variance, 0.0))
    return f"{said} Beyond luck the odds moved by about {percent(math.expm1(spread))} between blocks; intervals and probabilities allow for that."


def _moved(move: float) -> str:
    share = math.expm1(move)
    return "as promised" if abs(share) < 0.005 else f"{percent(abs(share))} {'above' if share > 0 else 'below'} the promise"


def recipe(bundle: Bundle, version: str) -> tuple[tuple[str, str], ...]:
    """Return how the model came about as pairs of label and text; what is unknown is left out."""
    facts, project = bundle.facts, bundle.project
    model = project.model
    settings = "; ".join(f"{name}: " + (", ".join(f"{k} = {v}" for k, v in own.items()) or "defaults") for name, own in facts.settings.items())
    pairs = [
        ("Model", bundle.identity), ("Learner", facts.chosen), ("Settings", clip(settings, 1500)), ("Contributions add up on", facts.scale),
        ("Outcome", f"{project.target.in_words}: {' < '.join(facts.classes)}"), ("Key", project.lead.key or ""),
        ("Time order", project.lead.order or project.lead.created_at or ""), ("Domain", project.domain),
        ("Rows learned from", count(facts.rows)), ("Measured", facts.measured), ("Set aside for verify", _aside(bundle)),
        ("Trials", count(facts.trials)), ("Seed", str(facts.seed)), ("Resampling", model.resampling),
        ("Excluded by name", listed(facts.excluded, 20)), ("Trained at", facts.trained_at or ""),
        ("Training took", f"{facts.seconds:.1f} seconds" if facts.seconds is not None else ""), ("Speed", facts.speed), ("Leadrank", version),
    ]
    return tuple((label, text) for label, text in pairs if text)


def _aside(bundle: Bundle) -> str:
    held = bundle.held_out
    return f"{count(len(held.hashes))} rows ({percent(held.share)})" if held.hashes else ""
