"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leadrank.types import Figure

NONE = "–"
SIGNS = frozenset("€$£¥₹₽₺₩₪")
"""Currencies that stand before the amount."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value and its interval, ready to print; no interval is an empty text."""

    value: str
    interval: str = ""


Form = Callable[[float], str]


def count(number: float) -> str:
    """Write a whole number.

    Examples
    --------
    >>> count(12345.4)
    '12,345'
    """
    return f"{number:,.0f}"


def percent(share: float) -> str:
    """Write a share with the digits that matter.

    Examples
    --------
    >>> percent(0.385), percent(0.0123), percent(1.0), percent(0.0004)
    ('38.5%', '1.2%', '100%', '0.04%')
    """
    if 0 < abs(share) < 0.001:
        return f"{100 * share:.1g}%".replace("-", "−")
    whole = abs(100 * share - round(100 * share)) < 1e-9
    return f"{100 * share:.{0 if whole else 1}f}%".replace("-", "−")


def decimal(digits: int) -> Form:
    """Return a form with so many digits."""
    return lambda value: f"{value:,.{digits}f}".replace("-", "−")


def money(currency: str, *, cents: bool | None = None) -> Form:
    """Return a form for amounts, with cents below 100 where not said otherwise; signs stand before the amount and codes after it.

    Examples
    --------
    >>> money("EUR")(1234.5), money("$")(-3.25), money("")(1.8), money("EUR", cents=True)(1234.5)
    ('1,234 EUR', '−$3.25', '1.80', '1,234.50 EUR')
    """
    def said(amount: float) -> str:
        size = f"{abs(amount):,.{2 if (0 < abs(amount) < 100 if cents is None else cents) else 0}f}"
        sign = "−" if amount < 0 and size.strip("0.,") else ""
        if currency in SIGNS:
            return f"{sign}{currency}{size}"
        return f"{sign}{size} {currency}".rstrip()

    return said


def say(figure: Figure | None, form: Form) -> Said:
    """Say a figure with its interval.

    Examples
    --------
    >>> say(Figure(0.385, 0.37, 0.4), percent)
    Said(value='38.5%', interval='37–40%')
    """
    return Said(NONE) if figure is None else Said(form(figure.value), between(figure.low, figure.high, form))


def say_money(figure: Figure | None, currency: str) -> Said:
    """Say an amount with its interval, all with cents or all without.

    Examples
    --------
    >>> say_money(Figure(650.4, -1.25, 1554.0), "EUR")
    Said(value='650 EUR', interval='−1 to 1,554 EUR')
    """
    largest = 0.0 if figure is None else max(abs(figure.value), abs(figure.low), abs(figure.high))
    return say(figure, money(currency, cents=largest < 100))


def between(low: float, high: float, form: Form) -> str:
    """Say an interval, its unit once; nothing where it has no width.

    Examples
    --------
    >>> between(0.2, 0.3, percent), between(-3.5, 200, money("EUR")), between(3, 4, money("$")), between(1, 1, percent)
    ('20–30%', '−3.50 to 200 EUR', '$3.00–$4.00', '')
    """
    first, last = form(low), form(high)
    if first == last:
        return ""
    unit = last[len(last.rstrip("% ABCDEFGHIJKLMNOPQRSTUVWXYZ")) :]
    first = first.removesuffix(unit) if unit else first
    return f"{first} to {last}" if low < 0 else f"{first}–{last}"


def sentence(figure: Figure, form: Form) -> str:
    """Say a figure with its interval in brackets."""
    said = say(figure, form)
    return f"{said.value} ({said.interval})" if said.interval else said.value


def plural(number: float, one: str, many: str = "") -> str:
    """Count things.

    Examples
    --------
    >>> plural(1, "lead"), plural(2000, "lead"), plural(2, "class", "classes")
    ('1 lead', '2,000 leads', '2 classes')
    """
    return f"{count(number)} {one if round(number) == 1 else many or one + 's'}"


def listed(names: tuple[str, ...], most: int = 8) -> str:
    """List names in a sentence.

    Examples
    --------
    >>> listed(("a",)), listed(("a", "b", "c"))
    ('a', 'a, b and c')
    """
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else "".join(shown)


def compact(value: float) -> str:
    """Write a tick of an axis.

    Examples
    --------
    >>> compact(1500.0), compact(-25_000.0), compact(2_000_000.0), compact(12.0)
    ('1.5k', '−25k', '2M', '12')
    """
    size, unit = next(((s, u) for s, u in ((1e6, "M"), (1e3, "k")) if abs(value) >= s), (1.0, ""))
    return f"{value / size:.4g}{unit}".replace("-", "−")


def clip(text: str, most: int) -> str:
    """Shorten a text that would fill the page.

    Examples
    --------
    >>> clip("abcdef", 4), clip("abc", 4)
    ('abc…', 'abc')
    """
    return text if len(text) <= most else text[: most - 1] + "…"
