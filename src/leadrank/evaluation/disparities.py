"""What the audit by group found, as findings: F311 to F314 groups, F321 proxies, F331 and F332 alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leadrank.evaluation.alternatives import AFFORDABLE, Alternative
from leadrank.evaluation.audited import Fairness
from leadrank.evaluation.proxy import Proxy
from leadrank.evaluation.slices import Cut, Slice
from leadrank.types import Figure, Finding


def disparities(found: Fairness) -> tuple[Finding, ...]:
    """Put the audit into findings: one for each column and measure, with its worst group; pairs only where neither column says it alone."""
    return (*_of_groups(found), *_of_proxies(found), *_of_alternatives(found))


def _of_groups(found: Fairness) -> Iterator[Finding]:
    named: set[tuple[str, str]] = set()
    for cut in found.cuts:
        for measure, say in _MEASURES.items():
            hit = [s for s in cut.slices if measure in s.beyond]
            if not hit or any((column, measure) in named for column in cut.columns):
                continue
            if len(cut.columns) == 1:
                named.add((cut.name, measure))
            yield say(cut, hit)


def _rate(cut: Cut, hit: list[Slice]) -> Finding:
    worst = min(hit, key=lambda s: s.rate.value)
    best = _reference(cut, worst)
    ratio = worst.rate.value / best.rate.value
    return Finding(
        _code("F311", cut), "warning", _column(cut), worst.rows,
        f"Of the leads with {_who(cut, worst)}, {worst.rate.value:.1%} are called; of those with {_who(cut, best)}, {best.rate.value:.1%}: "
        f"{ratio:.2f} times as many, where four fifths (0.80) is the usual bound; chance does not explain it. "
        f"They converted at {worst.observed.value:.1%} and {best.observed.value:.1%}.{_others(cut, hit)}",
        "See in the report which columns carry it and what other choices cost; exclude = […] leaves a column out. Where the difference is meant, "
        "write down why.",
        {"ratio": ratio, "rate": worst.rate.value, "reference_rate": best.rate.value, "groups": float(len(hit))},
    )


def _recall(cut: Cut, hit: list[Slice]) -> Finding:
    worst = min(hit, key=lambda s: _value(s.recall))
    best = max(cut.slices, key=lambda s: _value(s.recall))
    return Finding(
        _code("F312", cut), "warning", _column(cut), worst.converted,
        f"Of the leads with {_who(cut, worst)} that converted, {_value(worst.recall):.1%} would have been called; of those with {_who(cut, best)} "
        f"{_value(best.recall):.1%}. Chance does not explain it.{_others(cut, hit)}",
        "The model finds this group's buyers worse: look for columns that say more about them, or gather more of their outcomes.",
        {"rate": _value(worst.recall), "reference_rate": _value(best.recall), "groups": float(len(hit))},
    )


def _promise(cut: Cut, hit: list[Slice]) -> Finding:
    worst = max(hit, key=lambda s: abs(s.observed.value - s.promised))
    low = worst.observed.value > worst.promised
    return Finding(
        _code("F313", cut), "warning", _column(cut), worst.rows,
        f"Leads with {_who(cut, worst)} converted at {worst.observed.value:.1%} and were promised {worst.promised:.1%}: their probabilities are too "
        f"{'low' if low else 'high'}, by more than chance.{_others(cut, hit)}",
        "Do not trust the probability of this group by itself; a column that tells it apart, or more outcomes of it, would mend it.",
        {"observed_rate": worst.observed.value, "promised_rate": worst.promised, "groups": float(len(hit))},
    )


_MEASURES: dict[str, Callable[[Cut, list[Slice]], Finding]] = {"rate": _rate, "recall": _recall, "promise": _promise}


def _reference(cut: Cut, worst: Slice) -> Slice:
    """Return the reference group, or the highest rate where the worst group is that itself."""
    own = next(s for s in cut.slices if s.group == cut.reference)
    return max(cut.slices, key=lambda s: s.rate.value) if own.group == worst.group or own.rate.value <= worst.rate.value else own


def _code(code: str, cut: Cut) -> str:
    return code if len(cut.columns) == 1 else "F314"


def _column(cut: Cut) -> str | None:
    return cut.columns[0] if len(cut.columns) == 1 else None


def _who(cut: Cut, one: Slice) -> str:
    return f"{cut.name} {one.group}"


def _others(cut: Cut, hit: list[Slice]) -> str:
    return f" So it is with {len(hit)} of {len(cut.slices)} groups." if len(hit) > 1 else ""


def _value(figure: Figure | None) -> float:
    return 0.0 if figure is None else figure.value


def _of_proxies(found: Fairness) -> Iterator[Finding]:
    for attribute in dict.fromkeys(p.attribute for p in found.proxies if p.telling):
        yield _proxy(max((p for p in found.proxies if p.telling and p.attribute == attribute), key=lambda p: p.auc.value))


def _proxy(one: Proxy) -> Finding:
    carried = ", ".join(f"{name!r} ({area:.2f})" for name, area in one.columns)
    by = f"Alone tell most: {carried}." if carried else "No single column does it alone."
    return Finding(
        "F321", "warning", one.attribute, one.rows,
        f"The model's columns tell who has {one.attribute} {one.group}: AUC {one.auc.value:.2f} ({one.auc.low:.2f} to {one.auc.high:.2f}), where "
        f"0.50 is chance and 0.60 the bound. Without {one.attribute!r} the model may still treat these leads as a group. {by}",
        "Ask of each column named whether the sale needs it; exclude = […] leaves it out.",
        {"auc": one.auc.value, **{f"auc of {name}": area for name, area in one.columns}},
    )


def _of_alternatives(found: Fairness) -> Iterator[Finding]:
    if not found.alternatives:
        return
    now, chosen = found.alternatives[0], next((a for a in found.alternatives if a.chosen), None)
    if chosen is None:
        yield _none(now, found.alternatives)
        return
    yield Finding(
        "F331", "warning", None, chosen.called,
        f"There is a less discriminatory choice: {chosen.name} brings the worst ratio between groups from {now.worst.value:.2f} to "
        f"{chosen.worst.value:.2f} ({chosen.worst.low:.2f} to {chosen.worst.high:.2f}){_cost(chosen)}{_money(now, chosen)}.",
        remedy_of(chosen), {"ratio": chosen.worst.value, "ratio_now": now.worst.value, "auc_cost": chosen.cost},
    )


def remedy_of(one: Alternative) -> str:
    """Say what to write into the project file to have an alternative."""
    columns = ", ".join(f'"{name}"' for name in one.without)
    if one.kind == "without columns":
        return f"Nothing was changed. To have it: exclude = [{columns}] in [lead], and train again."
    if one.kind == "mixed":
        return f"Nothing was changed. The next that can be declared is exclude = [{columns}] in [lead]: it goes all the way."
    return f'Nothing was changed. To have it: candidates = ["{one.name.replace(" ", "_").lower()}"] in [model], and train again.'


def _none(now: Alternative, tried: tuple[Alternative, ...]) -> Finding:
    near = [a for a in tried[1:] if a.kind not in {"longer list", "all columns"} and a.cost <= AFFORDABLE]
    best = max(near, key=lambda a: a.worst.value, default=now)
    better = best.worst.value > now.worst.value
    nearest = f" The nearest is {best.name}: {best.worst.value:.2f} instead of {now.worst.value:.2f}{_cost(best)}." if better else ""
    return Finding(
        "F332", "info", None, now.called,
        f"Of {len(tried) - 1} other choices none brings every group above four fifths for an AUC of {AFFORDABLE} and with as many calls.{nearest}",
        remedy_of(best) if better else "A longer list, or columns that tell more about the groups that are called seldom, would.",
        {"ratio": best.worst.value, "ratio_now": now.worst.value},
    )


def _cost(one: Alternative) -> str:
    return f", for an AUC of {one.cost:.3f}" if one.cost >= 0.0005 else ", at no cost in AUC"


def _money(now: Alternative, chosen: Alternative) -> str:
    return "" if now.profit is None or chosen.profit is None else f"; profit {chosen.profit:,.0f} instead of {now.profit:,.0f} on these leads"
