from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.data.leaks.names import name_hint, names_an_ending, split_words


@pytest.mark.parametrize(
    "name", ["Tags", "Lead Quality", "duration", "close_value", "closeDate", "LeadStatusTag", "deal_stage", "lost_reason", "WON", "leadstatus"],
)
def test_names_that_nearly_always_say_after(name: str) -> None:
    assert name_hint(name).strong


@pytest.mark.parametrize("name", ["Last Activity", "Asymmetrique Profile Score", "contact_attempts", "spend", "notes"])
def test_names_that_perhaps_say_after(name: str) -> None:
    hint = name_hint(name)
    assert hint.words
    assert not hint.strong


@pytest.mark.parametrize(
    "name",
    ["Lead Source", "marital_status", "poutcome", "previous_outcome", "credit_score", "Do Not Call", "budget_disclosed", "session duration",
     "financing_pre_approved", "window", "callaway", "advertising", "Country", "visits", "", "日本"],
)
def test_honest_names_give_no_hint(name: str) -> None:
    assert not name_hint(name).words


@given(st.text(max_size=40))
def test_any_name_can_be_read(name: str) -> None:
    assert all(word.islower() for word in split_words(name))


def test_values_that_name_an_ending() -> None:
    assert names_an_ending("Closed by Horizzon")
    assert not names_an_ending("Referral Sites")
