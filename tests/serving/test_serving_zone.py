"""The team's time zone at the doors: pages show and read its days and clock times, the API its days, and moments stay in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from leadrank.operations import planning
from leadrank.serving.app import app_of
from leadrank.serving.service import Service

from .conftest import HOME, Open, _trained

moment = datetime.fromisoformat
NOW = moment("2026-03-01T20:00")
"""Half past one in the morning of 2 March, in Kolkata."""
KEEN = {"visits": 18, "minutes_on_site": 40, "phone_given": "yes"}


@pytest.fixture(scope="session")
def indian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("leads", tmp_path_factory.mktemp("bundles") / "indian.leadrank", rows=1500, serving={"timezone": "Asia/Kolkata"})


@pytest.fixture
def http(opened: Open, indian: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The local user of a service in Kolkata, on a night in March."""
    service = opened(indian)
    monkeypatch.setattr(Service, "now", lambda _: NOW)
    with TestClient(app_of(service), base_url=HOME, raise_server_exceptions=False) as client:
        client.post("/leads", json={"key": "L-1", "fields": KEEN}).raise_for_status()
        yield client


@pytest.fixture
def periods(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The periods of which business figures were asked for."""
    asked: list[dict[str, Any]] = []
    usual = planning.business

    def noted(*who: Any, **period: Any) -> Any:
        asked.append({name: period[name] for name in ("since", "until", "split")})
        return usual(*who, **period)

    monkeypatch.setattr(planning, "business", noted)
    return asked


def test_pages_show_the_teams_clock_times_say_which_zone_it_is_and_keep_utc_for_machines(http: TestClient) -> None:
    shown = http.get("/app/leads/L-1").text
    assert '<time datetime="2026-03-01T20:00:00Z" title="02 Mar 2026, 01:30 IST">just now</time>' in shown
    assert "Days and clock times are those of Asia/Kolkata." in shown
    assert "UTC" not in shown


def test_the_api_keeps_telling_moments_in_utc(http: TestClient) -> None:
    assert http.get("/leads/L-1").json()["lead"]["created_at"] == "2026-03-01T20:00:00Z"


def test_an_override_ends_with_the_teams_day(http: TestClient) -> None:
    form = http.get("/app/leads/L-1").text
    assert re.search(r'name="until" type="date" value="2026-03-09" min="2026-03-02" max="2027-03-02"', form)
    given = {"tier": "Low", "because": "left", "until": "2026-03-02"}
    assert http.post("/app/leads/L-1/override", data=given, follow_redirects=False).status_code == 303
    assert http.get("/leads/L-1").json()["override"]["expires_at"] == "2026-03-02T18:30:00Z"
    assert "put it into Low until 03 Mar 2026, 00:00 IST: left" in http.get("/app/leads/L-1").text


@pytest.mark.parametrize("until", ["2026-03-01", "2027-03-04", "9999-12-31", "0001-01-01", "2026-02-30", "tomorrow", ""])
def test_a_day_on_which_no_override_can_end_is_refused_in_words(http: TestClient, until: str) -> None:
    answer = http.post("/app/leads/L-1/override", data={"tier": "Low", "because": "left", "until": until})
    assert answer.status_code == 422
    assert http.get("/leads/L-1").json()["override"] is None


def test_a_lead_that_is_put_off_comes_back_at_the_same_time_of_the_day(http: TestClient) -> None:
    http.post("/app/leads/L-1/snooze", data={"days": "3"})
    assert http.get("/leads/L-1").json()["lead"]["snoozed_until"] == "2026-03-04T20:00:00Z"
    assert "Snoozed</strong> until 05 Mar 2026, 01:30 IST" in http.get("/app/leads/L-1").text


def test_a_key_that_is_made_up_and_a_file_that_is_given_out_are_called_by_the_teams_day(http: TestClient) -> None:
    assert "call-list-2026-03-02.csv" in http.get("/app/queue.csv").headers["content-disposition"]
    made = http.post("/app/new", data={"f0": "18", "f1": "3", "do": "take"}).text
    assert "lead-20260302-" in made


def test_the_team_page_counts_the_teams_days_and_today_is_theirs(http: TestClient, periods: list[dict[str, Any]]) -> None:
    shown = http.get("/app/team").text
    assert 'name="until" type="date" value="2026-03-02"' in shown
    http.get("/app/team?since=2026-01-01&until=2026-01-31&split=2026-01-15")
    midnight = moment("2025-12-31T18:30")
    assert periods == [
        {"since": moment("2025-12-01T18:30"), "until": moment("2026-03-02T18:30"), "split": None},
        {"since": midnight, "until": midnight + timedelta(days=31), "split": midnight + timedelta(days=14)},
    ]


def test_plain_days_mean_the_same_to_the_api_as_on_the_page_and_moments_stay_in_utc(http: TestClient, periods: list[dict[str, Any]]) -> None:
    http.get("/figures/business?since=2026-01-01&until=2026-01-31&split=2026-01-15").raise_for_status()
    http.get("/app/team?since=2026-01-01&until=2026-01-31&split=2026-01-15").raise_for_status()
    assert periods[0] == periods[1]
    http.get("/figures/business?since=2026-01-01T00:00:00&until=2026-01-31T05:30:00%2B05:30").raise_for_status()
    http.get("/figures/business?since=2026-01-01").raise_for_status()
    assert periods[2:] == [
        {"since": moment("2026-01-01"), "until": moment("2026-01-31"), "split": None},
        {"since": moment("2025-12-31T18:30"), "until": NOW, "split": None},
    ]


@pytest.mark.parametrize("asked", [
    "since=2026-02-30", "since=yesterday", "since=0001-01-01", "since=2020-01-01&until=9999-12-31",
    "since=1990-01-01T00:00:00&until=9999-12-31T23:59:59", "since=2026-01-02&until=2026-01-01", "since=2026-01-01&until=2026-01-31&split=2026-01-01",
])
def test_what_is_no_period_is_refused_in_words(http: TestClient, asked: str) -> None:
    answer = http.get(f"/figures/business?{asked}")
    assert answer.status_code == 422
    assert "a day such as 2026-03-31 was expected" in answer.text or "Expected" in answer.json()["detail"]


def test_a_day_without_a_midnight_and_one_of_25_hours_can_be_asked_for(opened: Open, tmp_path: Path, periods: list[dict[str, Any]]) -> None:
    bundle = _trained("leads", tmp_path / "brazil.leadrank", rows=1500, serving={"timezone": "America/Sao_Paulo"})
    with TestClient(app_of(opened(bundle)), base_url=HOME, raise_server_exceptions=False) as client:
        assert client.get("/app/team?since=2018-02-17&until=2018-11-03&split=2018-02-18").status_code == 200
        assert client.get("/app/team?since=2018-11-04&until=2018-11-05").status_code == 200
    assert periods == [
        {"since": moment("2018-02-17T02:00"), "until": moment("2018-11-04T03:00"), "split": moment("2018-02-18T03:00")},
        {"since": moment("2018-11-04T03:00"), "until": moment("2018-11-06T02:00"), "split": None},
    ]
