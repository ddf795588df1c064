from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from leadrank.data.leaks.dates import SCORING
from leadrank.data.leaks.names import name_hint
from leadrank.data.leaks.purity import Purity
from leadrank.data.leaks.verdict import MOST_JUMP, QUARANTINE, Evidence, jump_points, raises_question, total

QUIET = Evidence("x", 0.5, 0.01, 0.5, Purity(0.0, 0.0, False, "", 0, 0), "", name_hint("x"), 0, "", 0.3)


@given(
    st.floats(0.5, 0.899), st.floats(0, 1.5), st.floats(0, 30), st.booleans(), st.sampled_from(["x", "score", "last activity"]),
    st.floats(0.01, 0.99),
)
def test_strength_alone_never_sets_a_column_aside(auc: float, jump: float, never: float, two_way: bool, name: str, base: float) -> None:
    strong = replace(QUIET, auc=auc, purity=Purity(0.0, never, two_way, "", 0, 0), name=name_hint(name), base_rate=base)
    assert total(strong, jump) < QUARANTINE


def test_an_auc_that_honest_columns_do_not_reach_sets_aside() -> None:
    assert total(replace(QUIET, auc=0.97)) >= QUARANTINE


def test_a_name_alone_does_nothing_but_with_strength_it_sets_aside() -> None:
    named = replace(QUIET, name=name_hint("duration"))
    assert total(named) < QUARANTINE
    assert not raises_question(named, total(named))
    assert total(replace(named, auc=0.82)) >= QUARANTINE


def test_a_late_date_named_closed_is_set_aside_without_further_evidence() -> None:
    assert total(replace(QUIET, name=name_hint("closed_on"), late_rows=900, late_after=SCORING)) >= QUARANTINE


def test_never_converting_counts_less_the_rarer_conversions_are() -> None:
    barren = replace(QUIET, purity=Purity(0.0, 20.0, False, "", 0, 0))
    assert total(replace(barren, base_rate=0.03)) < total(replace(barren, base_rate=0.3)) <= 1.5


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_jump_stays_in_its_bounds_and_losing_nothing_gives_nothing(a: float, b: float) -> None:
    assert 0.0 <= jump_points(a, b) <= MOST_JUMP
    assert jump_points(a, a) == 0.0
