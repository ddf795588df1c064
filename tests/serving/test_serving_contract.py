"""Seed 001's request gets seed 001's answer, and ours beside it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import SEED

THEIRS = {"lead_score": str, "confidence": float, "probabilities": dict, "recommendation": str}


def test_the_seed_s_example_request_is_answered_in_its_own_four_fields(seed_client: TestClient) -> None:
    answer = seed_client.post("/predict", json=SEED)
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert list(told)[:4] == list(THEIRS)
    assert all(type(told[name]) is kind for name, kind in THEIRS.items())
    assert list(told["probabilities"]) == ["High", "Low", "Medium"]
    assert told["lead_score"] == max(told["probabilities"], key=told["probabilities"].get) == "High"
    assert told["confidence"] == max(told["probabilities"].values())
    assert sum(told["probabilities"].values()) == pytest.approx(1)
    assert told["recommendation"] == "Priority follow-up within 24 hours. Assign to senior sales team."


def test_our_own_fields_stand_beside_the_seed_s(seed_client: TestClient) -> None:
    told = seed_client.post("/predict?reasons=3", json=SEED).json()
    assert told["tier"] == told["lead_score"]
    assert told["action"] == told["recommendation"]
    assert told["due_within"] == "24 hours"
    assert told["probability_low"] <= told["probability"] == told["probabilities"]["High"] <= told["probability_high"]
    assert told["score"] == round(100 * told["probability"])
    assert {"key", "contact", "expected_profit", "model", "by_day", "warnings"} <= told.keys()
    assert len(told["reasons"]) == 3
    assert {"column", "contribution", "direction", "sentence", "rows"} <= told["reasons"][0].keys()


def test_reasons_come_only_where_they_are_asked_for(seed_client: TestClient) -> None:
    assert "reasons" not in seed_client.post("/predict", json=SEED).json()


def test_a_batch_gives_what_single_calls_give(seed_client: TestClient) -> None:
    one = seed_client.post("/predict", json=SEED).json()
    assert seed_client.post("/predict/batch", json=[SEED, SEED]).json() == [one, one]
    assert seed_client.post("/predict/batch", json={"leads": [SEED]}).json() == [one]


@pytest.mark.parametrize(("path", "fields"), [
    ("/", {"service", "version", "model", "docs"}), ("/health", {"status", "model"}), ("/health/live", {"status"}), ("/health/ready", {"status"}),
])
def test_the_seed_s_own_addresses_answer(seed_client: TestClient, path: str, fields: set[str]) -> None:
    answer = seed_client.get(path)
    assert answer.status_code == 200
    assert fields <= answer.json().keys()


def test_a_browser_at_the_root_is_led_to_the_pages(seed_client: TestClient) -> None:
    answer = seed_client.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/app")


def test_of_leads_that_convert_or_not_the_outcomes_are_told_as_such(client: TestClient) -> None:
    told = client.post("/predict", json={"source": "Google", "visits": 3}).json()
    p = told["probability"]
    assert told["probabilities"] == {"converted": p, "not converted": 1 - p}
    assert told["confidence"] == max(p, 1 - p)
    assert told["lead_score"] == told["tier"]
