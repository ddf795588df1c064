"""What the model card says about fairness: which columns are protected, how groups are treated, and what nobody has looked at."""

from __future__ import annotations

from leadrank.bundle.bundle import Bundle
from leadrank.bundle.markdown import MOST, bullets, code, interval, names, plain, share, table
from leadrank.evaluation import Cut, Fairness, Slice

PAST = "The outcomes carry past decisions: leads whom nobody called had less chance to convert, and the model takes that for a trait of theirs."
BEYOND = {"rate": "called less often", "recall": "found less often", "promise": "promised what does not come"}


def fairness(bundle: Bundle) -> str:
    """Say which columns are sensitive, what is done about them, how groups are treated, and what nobody has looked at."""
    said = [f"{f.code}: {plain(f.message)}" for f in bundle.findings if f.code.startswith("F")]
    found = bundle.facts.fairness
    audited = [] if found is None else _audited(found)
    items = [_marked(bundle), *said[:MOST], *audited, *_not_looked_at(found)]
    parts = [bullets([*items, PAST])]
    if found is not None:
        parts += [_groups(found), _choices(found)]
    return "\n\n".join(part for part in parts if part)


def _marked(bundle: Bundle) -> str:
    marked = [c.name for c in bundle.schema.columns if c.sensitive]
    used = [name for name in marked if name in bundle.encoder.columns]
    if not marked:
        return "No column is marked as sensitive. That is what the user declared or left out; nobody has checked whether it is right."
    what = f"The model uses {names(used)}" if used else "The model uses none of them"
    return f"Marked as sensitive: {names(marked)}. {what}. They are never named as a reason; that hides them and does not remove their effect."


def _audited(found: Fairness) -> list[str]:
    singles = [cut for cut in found.cuts if len(cut.columns) == 1]
    items = [f"Audited on {found.rows:,} leads that the model had not learned from, by {names([cut.name for cut in singles])}."] if singles else []
    given = dict.fromkeys(p.attribute for p in found.proxies if p.telling)
    if found.tested:
        kept = [name for name in found.tested if name not in given]
        items += [f"Tested whether the model's columns stand in for {names(list(found.tested))}."]
        items += [f"They do not give away {names(kept)} (AUC up to 0.60)."] if kept else []
    return [*items, *found.notes]


def _not_looked_at(found: Fairness | None) -> list[str]:
    items = []
    if found is None or not found.cuts:
        items.append("Not audited: whether groups of people are called at different rates, or served less well, than their outcomes justify.")
    if found is None or not found.tested:
        items.append("Not audited: whether other columns (place, language, device, hour of contact) stand in for a sensitive one.")
    return items


def _groups(found: Fairness) -> str:
    lines = [(cut, one) for cut in found.cuts if len(cut.columns) == 1 for one in cut.slices]
    rows = [_group(cut, one) for cut, one in lines[:MOST]]
    heads = ["column", "group", "leads", "called", "ratio to the reference", "of its conversions called", "promised", "came", "beyond chance"]
    return table(heads, rows)


def _group(cut: Cut, one: Slice) -> list[str]:
    reference = " (reference)" if one.group == cut.reference else ""
    beyond = ", ".join(BEYOND[name] for name in one.beyond if name in BEYOND)
    return [
        code(cut.name), plain(one.group) + reference, f"{one.rows:,}", interval(one.rate, "{:.1%}"), interval(one.ratio, "{:.2f}"),
        interval(one.recall, "{:.1%}"), share(one.promised), share(one.observed.value), beyond,
    ]


def _choices(found: Fairness) -> str:
    rows = [
        [plain(one.name) + (" **(restores four fifths at the least cost)**" if one.chosen else ""), interval(one.worst, "{:.2f}"), f"{one.auc:.3f}",
         "–" if one.profit is None else f"{one.profit:,.0f}", f"{one.called:,}"] for one in found.alternatives
    ]
    return table(["other choices, none of which was made", "worst ratio between groups", "AUC", "profit", "calls"], rows)
