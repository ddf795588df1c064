"""The first screen: what it is for, whether to rely on it, and the four figures that matter."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.decisions import Plan
from leadrank.pages.money import hits_of
from leadrank.pages.words import Said, count, decimal, listed, money, percent, plural, say, say_money, sentence
from leadrank.types import Figure

ADVICE = {
    "ready": "The evidence carries decisions: work the list in its order and plan with its probabilities.",
    "provisional": "Useful with care: follow the order of the list, and expect the figures to move as outcomes come in.",
    "not enough evidence": "Do not decide by these scores yet.",
}
MARKS = {"ready": "✓", "provisional": "~", "not enough evidence": "!"}


@dataclass(frozen=True, slots=True)
class Card:
    """One figure, what it is called, and what it means in plain words."""

    label: str
    said: Said
    means: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands at the top of the page."""

    title: str
    purpose: str
    word: str
    mark: str
    kind: str
    advice: str
    because: tuple[str, ...]
    needed: str
    bottom_line: str
    cards: tuple[Card, ...]


def outcome(bundle: Bundle) -> str:
    """Say what a lead that succeeded did."""
    return f"reached {bundle.facts.classes[-1]}" if bundle.facts.learned_tiers else "converted"


def headline(bundle: Bundle) -> Headline:
    """Sum a bundle up.

    Parameters
    ----------
    bundle
        What the page is about.
    """
    verdict = bundle.report.verdict
    needed = f"About {count(verdict.outcomes_needed)} more outcomes of the rarer class would settle it." if verdict.outcomes_needed else ""
    return Headline(
        title=bundle.project.name,
        purpose=bundle.project.purpose or _purpose(bundle),
        word=verdict.word[0].upper() + verdict.word[1:],
        mark=MARKS[verdict.word],
        kind=verdict.word.split()[0],
        advice=ADVICE[verdict.word],
        because=verdict.because,
        needed=needed,
        bottom_line=_bottom_line(bundle),
        cards=tuple(_cards(bundle)),
    )


def _purpose(bundle: Bundle) -> str:
    what = "says how likely each lead is to convert"
    if bundle.facts.learned_tiers:
        what = f"sorts leads into {listed(tuple(reversed(bundle.facts.classes)))}"
    return f"A score that {what}, and what to do with it: whom to contact, in which order, by when."


def _bottom_line(bundle: Bundle) -> str:
    case = bundle.facts.business
    if case is None or not case.plans or not case.rows:
        return ""
    ours = case.plans[0]
    said = f"The call list holds {count(ours.worked)} of {plural(case.rows, 'lead')} ({percent(ours.worked / case.rows)})"
    if ours.share_of_conversions is not None:
        said += f" and {percent(ours.share_of_conversions.value)} of the {hits_of(bundle)}"
    if ours.profit is not None:
        said += f". It brought {money(case.currency)(ours.profit.value)}{_against(case.plans, case.currency)}"
    return said + "."


def _against(plans: tuple[Plan, ...], currency: str) -> str:
    ours, everyone = plans[0].profit, next((p.profit for p in plans if p.name == "everyone"), None)
    if ours is None or everyone is None or ours.value == everyone.value:
        return ""
    more = ours.value - everyone.value
    return f", {money(currency)(abs(more))} {'more' if more > 0 else 'less'} than calling everyone"


def _cards(bundle: Bundle) -> list[Card]:
    """Choose four: what it brings, whether it names, ranks and promises well."""
    report, ours = bundle.report, bundle.report.ours
    gain = _money_card(bundle)
    found = [gain] if gain else []
    if bundle.facts.learned_tiers and "accuracy" in ours:
        found.append(Card("Right class", say(ours["accuracy"], percent), f"Of {plural(report.rows, 'lead')} the model had not seen."))
    elif gain is None and "precision" in ours:
        means = f"Share of the call list that converted; the average is {percent(report.base_rate)}."
        found.append(Card("Hits on the call list", say(ours["precision"], percent), means))
    if "gain_20" in ours and len(found) < 2:
        what = f"leads that {outcome(bundle)}" if bundle.facts.learned_tiers else "conversions"
        means = f"Share of the {what} among the best 20% of leads; at random it is 20%."
        found.append(Card("In the best fifth", say(ours["gain_20"], percent), means))
    area = ours.get("macro_auc", ours.get("auc"))
    if area is not None:
        means = "Chance that a lead that succeeded ranks above one that did not (ROC AUC); 50% is a coin."
        found.append(Card("Tells leads apart", say(area, percent), means))
    return [*found, *_promise(ours.get("ece"), report.calibration_noise)]


def _money_card(bundle: Bundle) -> Card | None:
    case = bundle.facts.business
    if case is None or not case.plans or case.plans[0].profit is None:
        return None
    declared = " By declared conversion rates, not measured ones." if case.declared else ""
    means = f"On {plural(case.rows, 'lead')}, after the cost of every contact.{declared}"
    return Card("Profit of the call list", say_money(case.plans[0].profit, case.currency), means)


def _promise(error: Figure | None, noise: float) -> list[Card]:
    if error is None:
        return []
    points = say(Figure(100 * error.value, 100 * error.low, 100 * error.high), decimal(1))
    means = f"Mean gap between promised and real conversion; up to {100 * noise:.1f} is mere luck on this many leads."
    return [Card("Promises are off by", Said(f"{points.value} points", points.interval), means)]


def described(bundle: Bundle) -> str:
    """Describe the page in one line, for its head."""
    area = bundle.report.ours.get("auc")
    return f"Lead scoring report of {bundle.project.name}: {bundle.report.verdict.word}" + (f", ROC AUC {sentence(area, decimal(3))}" if area else "")
