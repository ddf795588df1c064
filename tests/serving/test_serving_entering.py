"""A lead that is entered by hand is stored once, shown as it is stored, and changes none without a question; every lead's page opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import HOME, PASSWORD

from leadrank.serving.app import app_of
from leadrank.serving.service import Service
from leadrank.serving.web.asked_fields import fields_of


@pytest.fixture
def http(service: Service) -> Iterator[TestClient]:
    with TestClient(app_of(service), base_url=HOME, headers={"origin": HOME, "sec-fetch-site": "same-origin"}) as client:
        yield client


@pytest.fixture
def visits(service: Service) -> str:
    """What the form calls the column `visits`."""
    return next(field.name for field in fields_of(service.desk.champion.current().bundle) if field.column == "visits")


def _hidden(shown: str) -> dict[str, str]:
    """Read what the first form of the page itself would send."""
    form = next(one for one in re.findall(r'<form method="post" action="/app/new".*?</form>', shown, re.DOTALL))
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


@pytest.mark.parametrize("key", ["L-1", ""])
def test_a_form_that_is_sent_twice_makes_one_lead_and_leads_on_to_it(http: TestClient, visits: str, key: str) -> None:
    given = {**_hidden(http.get("/app/new").text), visits: "9", "key": key, "do": "take"}
    first, again = (http.post("/app/new", data=given, follow_redirects=False) for _ in range(2))
    assert (first.status_code, first.headers["location"]) == (303, again.headers["location"])
    found = http.get("/leads").json()["leads"]
    assert [row["fields"]["visits"] for row in found] == ["9"]
    assert f"{found[0]['key']} is " in http.get(first.headers["location"]).text


def test_what_is_shown_of_a_stored_lead_is_its_own_score(http: TestClient, visits: str) -> None:
    shown = http.post("/app/new", data={visits: "9", "key": "L-1", "do": "take"}).text
    lead = http.get("/leads/L-1").json()["lead"]
    assert f">{lead['tier']}</span> <strong>{100 * lead['probability']:.0f}" in shown


def test_a_lead_that_is_there_is_shown_and_changed_only_on_a_second_click(http: TestClient, visits: str) -> None:
    http.post("/leads", json={"key": "L-1", "fields": {"visits": 30, "source": "Google"}, "source": "web"})
    before = http.get("/leads/L-1").json()["lead"]
    asked = http.post("/app/new", data={visits: "1", "key": "L-1", "do": "take"})
    assert (asked.status_code, "There is a lead L-1 already" in asked.text) == (409, True)
    assert "<td>30</td><td>1</td>" in asked.text
    assert http.get("/leads/L-1").json()["lead"] == before
    assert len(http.get("/leads/L-1/history").json()["scores"]) == 1
    done = http.post("/app/new", data={**_hidden(asked.text), "do": "add"})
    assert (done.status_code, "The fields were added to the lead that was there." in done.text) == (200, True)
    after = http.get("/leads/L-1").json()["lead"]
    assert ({"visits": "1", "source": "Google"}.items() <= after["fields"].items(), after["source"]) == (True, "web")
    assert f">{after['tier']}</span> <strong>{100 * after['probability']:.0f}" in done.text


def test_the_same_form_with_other_words_asks_before_it_changes_the_lead_that_it_made(http: TestClient, visits: str) -> None:
    given = {**_hidden(http.get("/app/new").text), visits: "9", "do": "take"}
    http.post("/app/new", data=given)
    assert http.post("/app/new", data={**given, visits: "8"}).status_code == 409
    assert [row["fields"]["visits"] for row in http.get("/leads").json()["leads"]] == ["9"]


@pytest.mark.parametrize("end", ["what-if", "stamp", "contact", "stamp/stamp"])
def test_a_lead_s_page_opens_whatever_its_key_ends_in(http: TestClient, end: str) -> None:
    http.post("/leads", json={"key": f"a/{end}", "fields": {"visits": 3}})
    place = f"/app/leads/{quote(f'a/{end}', safe='')}"
    assert f"<h1>a/{end}</h1>" in http.get(place).text
    assert http.get(f"{place}/stamp").headers["content-type"].startswith("text/plain")
    done = http.post(f"{place}/contact", data={"channel": "call"}, follow_redirects=False)
    assert done.headers["location"] == f"{place}?said=contacted"
    assert len(http.get(f"/leads/a%2F{quote(end, safe='')}/history").json()["contacts"]) == 1


@pytest.mark.parametrize("place", ["/app/queue?tier=High&search=a%2F%2Fb", "/app/leads/a%2Fb", "/app/leads/a%3Fb"])
def test_after_a_session_has_ended_the_log_in_leads_back_to_the_page_with_its_filters(http: TestClient, keys: dict[str, str], place: str) -> None:
    assert keys
    for headers in ({}, {"hx-request": "true", "hx-current-url": HOME + place}):
        answer = http.get("/app/queue" if headers else place, headers=headers, follow_redirects=False)
        led = answer.headers["hx-redirect" if headers else "location"]
        form = http.get(led).text
        assert unescape(re.findall(r'name="next" value="([^"]*)"', form)[0]) == place
        given = http.post("/app/login", data={"name": "rep", "password": PASSWORD, "next": place}, follow_redirects=False).headers["location"]
        assert http.get(given, follow_redirects=False).headers["location"] == place
        http.cookies.clear()
