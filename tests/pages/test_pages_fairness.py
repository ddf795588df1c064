"""What the page says about groups of leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadrank.bundle import Bundle
from leadrank.bundle.card import model_card
from leadrank.evaluation import Alternative, Fairness, Gap, Grouping, Proxy, audit, disparities
from leadrank.pages import report_page
from leadrank.pages.fairness import fairness
from leadrank.types import Figure, Finding

HOSTILE = '<script>alert("x")</script>'


def audited(column: str = "income", group: str = "low") -> Fairness:
    rng = np.random.default_rng(0)
    codes, other = rng.integers(0, 2, 4_000), rng.integers(0, 2, 4_000)
    called = rng.random(4_000) < np.where(codes == 0, 0.15, 0.45)
    y = rng.integers(0, 2, 4_000)
    groups = [
        Grouping((column,), (group, "high"), codes, 3, 40), Grouping(("city",), ("Rome", "Oslo"), other),
        Grouping((column, "city"), (f"{group}, Rome", f"{group}, Oslo", "high, Rome", "high, Oslo"), 2 * codes + other),
    ]
    cuts = audit(groups, y, np.full(4_000, 0.5), called)
    even = Alternative("a model without 'zip'", "without columns", ("zip",), Figure(0.9, 0.8, 1.0), 0.79, 0.004, 900.0, 1_200, chosen=True)
    now = Alternative("as trained", "as trained", (), Figure(0.33, 0.3, 0.4), 0.8, 0.0, 1_000.0, 1_200)
    proxy = Proxy("age", group, 900, Figure(0.7, 0.68, 0.72), (("zip", 0.66),), True)
    gap = Gap(column, group, "high", 0.8, (("zip", 0.6), ("visits", 0.2)))
    return Fairness(4_000, 1_200, cuts, (gap,), ("age",), (proxy,), (now, even), ("A note.",))


def with_audit(bundle: Bundle, found: Fairness | None, *findings: Finding) -> Bundle:
    told = () if found is None else disparities(found)
    return replace(bundle, facts=replace(bundle.facts, fairness=found), findings=(*bundle.findings, *findings, *told))


@pytest.fixture(scope="module")
def page(binary: Bundle) -> str:
    return report_page(with_audit(binary, audited()), version="0.1.0")


def section(page: str) -> str:
    start = page.index('<section id="fairness"')
    return page[start: page.index("</section>", start)]


def test_the_page_shows_groups_gaps_proxies_and_choices(page: str) -> None:
    said = section(page)
    for words in ("income", "Rome", "called less often", "40 leads in 3 groups too small", "&#39;zip&#39; +0.60", "given away",
                  "restores four fifths", "A note.", "0.33", "900 EUR"):
        assert words in said
    assert 'href="#fairness"' in page


def test_pairs_are_shown_where_they_are_uneven(binary: Bundle) -> None:
    found = fairness(with_audit(binary, audited()))
    assert found is not None
    assert found.pairs
    assert all(line.beyond for line in found.pairs)
    assert {table.column for table in found.tables} == {"income", "city"}


def test_without_anything_to_say_there_is_no_section(binary: Bundle) -> None:
    assert fairness(with_audit(binary, None)) is None
    assert 'id="fairness"' not in report_page(with_audit(binary, None), version="0.1.0")


def test_a_blocked_column_is_told_of_without_an_audit_and_not_as_a_leak(binary: Bundle) -> None:
    blocked = Finding("F301", "quarantine", "age", 0, "The column 'age' speaks of age.", "Leave it so.")
    page = report_page(with_audit(binary, None, blocked), version="0.1.0")
    assert "speaks of age" in section(page)
    leaks = page[page.index('<section id="quarantine"'):]
    assert "speaks of age" not in leaks[: leaks.index("</section>")]


def test_names_of_groups_are_text(binary: Bundle) -> None:
    bundle = with_audit(binary, audited(HOSTILE, HOSTILE))
    assert HOSTILE not in report_page(bundle, version="0.1.0")
    assert "&lt;script" in section(report_page(bundle, version="0.1.0"))
    assert HOSTILE not in model_card(bundle, version="0.1.0").replace("`" + HOSTILE + "`", "")


def test_the_card_holds_the_same_figures(binary: Bundle) -> None:
    card = model_card(with_audit(binary, audited()), version="0.1.0")
    said = card[card.index("## Fairness"): card.index("## Privacy")]
    assert "| `income` | low |" in said
    assert "**(restores four fifths at the least cost)**" in said
    assert "Tested whether the model's columns stand in for `age`." in said
    assert "Not audited" not in said
