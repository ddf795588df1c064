"""Who wants no calls is suggested none, in whatever way the lead comes; over HTTP what was noted can be changed, and an outcome taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from leadrank.decisions.consent import NEITHER, NO_CALL, NO_CALL_LATER, NO_EMAIL, NO_EMAIL_LATER
from leadrank.serving.app import app_of

from .conftest import HOME, Open, _trained

KEEN = {"visits": 18, "pages_viewed": 60, "planned_start": "This quarter", "job_role": "Owner", "deal_value": 25000}
FLAGS = {"do_not_call": "do_not_call", "do_not_email": "do_not_email"}


@pytest.fixture(scope="session")
def asked_of(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("leads", tmp_path_factory.mktemp("bundles") / "asked.leadrank", rows=1500, serving=FLAGS)


@pytest.fixture
def http(opened: Open, asked_of: Path) -> Any:
    with TestClient(app_of(opened(asked_of)), base_url=HOME, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("flags", "said"),
    [({"do_not_call": "Yes"}, {NO_CALL, NO_CALL_LATER}), ({"do_not_call": 1, "do_not_email": True}, {NEITHER}),
     ({"do_not_email": "since 2021"}, {NO_EMAIL, NO_EMAIL_LATER})],
)
def test_a_score_suggests_no_more_than_was_agreed_to_alone_and_among_many(http: TestClient, flags: dict[str, Any], said: set[str]) -> None:
    plain = http.post("/predict", json=KEEN).json()
    told = http.post("/predict", json=KEEN | flags).json()
    assert told["probability"] == plain["probability"]
    assert told["action"] in said
    assert told["recommendation"] == told["action"]
    assert told["contact"] == (plain["contact"] and "do_not_call" not in flags)
    assert [w for w in told["warnings"] if w["field"] in FLAGS and w["problem"] == "unknown"] == []
    many = http.post("/predict/batch", json=[KEEN | flags, KEEN | {"do_not_call": "no"}] * 40).json()
    assert {answer["action"] for answer in many[::2]} == {told["action"]}
    assert {answer["action"] for answer in many[1::2]} == {plain["action"]}


def test_lists_exports_and_explanations_suggest_no_call_either(http: TestClient) -> None:
    lead = http.post("/leads", json={"key": "L-1", "fields": KEEN | {"do_not_call": "yes"}}).json()["lead"]
    suggestions = {
        lead["action"], http.get("/leads").json()["leads"][0]["action"], http.get("/leads/L-1/explain").json()["scored"]["action"],
        http.post("/explain", json={"fields": KEEN | {"do_not_call": "yes"}}).json()["scored"]["action"],
        http.post("/leads/L-1/what-if", json={"changes": {"visits": 9}}).json()["after"]["action"],
    }
    assert suggestions <= {NO_CALL, NO_CALL_LATER}
    assert http.get("/app/queue.csv?tab=aside").text.count("L-1") == 0
    listed = http.get("/app/queue.csv").text
    assert NO_CALL in listed
    assert "Call in person" not in listed + http.get("/app/leads/L-1").text


def test_consent_and_outcomes_are_changed_back_over_http_and_documented(http: TestClient) -> None:
    http.post("/leads", json={"key": "L-1", "fields": KEEN})
    noted = http.put("/leads/L-1/consent", json={"do_not_call": True, "do_not_email": False}).json()
    assert (noted["do_not_call"], noted["contact"], noted["action"]) == (True, True, NO_CALL)
    assert http.put("/leads/L-1/consent", json={"do_not_call": False, "do_not_email": False}).json()["contact"]
    http.post("/leads/L-1/outcome", json={"converted": True})
    assert http.delete("/leads/L-1/outcome").json()["status"] == "open"
    assert [one["converted"] for one in http.get("/leads/L-1/history").json()["outcomes"]] == [None, True]
    paths = http.get("/openapi.json").json()["paths"]
    assert "delete" in paths["/leads/{key}/outcome"]
    assert "put" in paths["/leads/{key}/consent"]
    assert http.delete("/leads/none/outcome").status_code == 404
