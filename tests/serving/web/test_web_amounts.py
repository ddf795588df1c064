"""An amount means one thing wherever it was typed, or it is asked for again."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.bundle import LARGEST_AMOUNT
from leadrank.errors import UsageError
from leadrank.operations.queue import history
from leadrank.operations.who import LOCAL
from leadrank.serving.service import utc_now
from leadrank.serving.web.amounts import amount, as_typed

from .conftest import Running
from .test_web_journeys import own
from .test_web_safety import client_of, csrf_of

STYLES = [("", "."), ("", ","), (",", "."), (".", ","), (" ", "."), (" ", ","), ("\u202f", ",")]


def conventional(text: str, group: str, point: str) -> float | None:
    """Read a text by the convention of one country alone; a group of thousands does not begin with 0."""
    whole = rf"(?:\d*|[1-9]\d{{0,2}}(?:\{group}\d{{3}})+)"
    if not re.search(r"\d", text) or not re.fullmatch(rf"{whole}(?:\{point}\d*)?", text):
        return None
    return float(text.replace(group, "").replace(point, "."))


@given(st.text("0123456789.,", max_size=12))
def test_what_is_read_is_what_every_country_that_can_read_it_reads(text: str) -> None:
    meant = {conventional(text, ",", "."), conventional(text, ".", ",")} - {None}
    try:
        read = amount(text)
    except UsageError:
        return
    assert read is None or meant <= {read}


@given(st.integers(0, 10**12), st.sampled_from(STYLES))
def test_an_amount_with_its_cents_is_read_in_every_style(cents: int, style: tuple[str, str]) -> None:
    group, point = style
    whole = f"{cents // 100:,}".replace(",", group)
    assert amount(f"{whole}{point}{cents % 100:02d}") == cents / 100


@given(st.integers(1, 10**9), st.integers(0, 999), st.sampled_from(".,"))
def test_three_digits_behind_one_separator_are_asked_for_again_with_both_meanings(whole: int, rest: int, separator: str) -> None:
    with pytest.raises(UsageError, match=rf"may be {whole}{rest:03d} or {whole}(\.\d+)?\."):
        amount(f"{whole}{separator}{rest:03d}")


@given(st.floats(-LARGEST_AMOUNT, LARGEST_AMOUNT))
def test_what_a_form_shows_is_read_as_the_same_amount(value: float) -> None:
    assert amount(as_typed(value)) == value


@pytest.mark.parametrize(("text", "value"), [
    ("1250", 1250.0), ("1250.5", 1250.5), ("1250,5", 1250.5), ("1.250,00", 1250.0), ("1,250.00", 1250.0), ("1 250", 1250.0), ("0.125", 0.125),
    ("1.250.000", 1_250_000.0), ("1 250,5", 1250.5), ("12.", 12.0), (".5", 0.5), ("-3,50", -3.5), ("1.2500", 1.25), ("0", 0.0),
])
def test_what_can_mean_one_thing_only_is_read(text: str, value: float) -> None:
    assert amount(text) == value


@pytest.mark.parametrize("text", ["abc", "1.25.0", "12 50", "1,250,00", "1_000", "nan", "1e5", "1,250 000", ".", "-", "--1", "0.125.000"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="Expected an amount"):
        amount(text)


def test_pages_ask_again_for_a_value_or_a_capacity_that_may_be_thousands(fresh: Running) -> None:
    with client_of(fresh, "rob") as client:
        key = own(fresh, "rob")[0]
        form = {"csrf": csrf_of(client), "converted": "yes"}
        place = f"/app/leads/{quote(key)}/outcome"
        refused = client.post(place, data=form | {"value": "12.500"})
        assert refused.status_code == 422
        assert "Write 12500 or 12.50." in refused.text
        assert client.post(place, data=form | {"value": "12.500,00"}).status_code == 303
        assert [one.value for one in history(fresh.desk, LOCAL, key, now=utc_now()).outcomes] == [12_500.0]
    with client_of(fresh, "mia") as client:
        for asked in ("capacity=1.000", "value=1,250", "cost=1.250"):
            assert client.get(f"/app/team?{asked}").status_code == client.get(f"/app/team/plan?{asked}").status_code == 422
        shown = client.get("/app/team", params={"capacity": "1 000", "value": "1.234.567,5", "cost": "0.125"})
        assert [f'value="{typed}"' in shown.text for typed in ("1000", "1234567.50", "0.1250")] == [True] * 3
