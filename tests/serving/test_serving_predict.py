"""What is odd about a lead is told all at once; what is wrong is refused all at once; a batch and a stream say what single calls say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from leadrank.data.simulations import simulate
from leadrank.score import Scorer
from leadrank.serving.hot.asked import Asked
from leadrank.serving.hot.scoring import Answers
from leadrank.serving.problems import Problem

CELLS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    ["Google", "Form", "Software", "12", "1,200.5", "$3", "", "Select", "unknown", "yes", "2024-01-01", " Germany ", "x" * 200]
)


@pytest.fixture(scope="module")
def answers(leads: Path) -> Answers:
    return Answers(Scorer(leads))


def test_unknown_missing_unreadable_and_far_off_fields_are_told_at_once(seed_client: TestClient) -> None:
    told = seed_client.post("/predict", json={"incme": 1, "age": -5, "credit_score": "abc", "website_visits": 3}).json()
    found = {(w["field"], w["problem"]): w for w in told["warnings"]}
    assert found["incme", "unknown"]["suggestion"] == "Did you mean 'income'?"
    assert found["income", "missing"]["suggestion"] == "Was it sent as 'incme'?"
    assert "outside what training saw, 2" in found["age", "out of range"]["message"]
    assert "is not a finite number" in found["credit_score", "unreadable"]["message"]
    assert ("website_visits", "missing") not in found


def test_strict_refuses_with_all_that_lenient_warns_of(seed_client: TestClient) -> None:
    lead = {"incme": 1, "age": -5}
    told = seed_client.post("/predict", json=lead).json()
    answer = seed_client.post("/predict?strict=true", json=lead)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"] == told["warnings"]


def test_a_strict_batch_names_the_lead_of_each_problem(seed_client: TestClient) -> None:
    told = seed_client.post("/predict/batch?strict=true", json=[{"incme": 1}, {"age": 30}]).json()
    assert {p["lead"] for p in told["problems"]} == {0, 1}


def test_wrong_types_are_refused_all_at_once_even_where_lenient(client: TestClient) -> None:
    told = client.post("/predict", json={"source": ["Google"], "visits": {"n": 1}, "budget": 5}).json()
    assert (told["status"], [(p["field"], p["problem"]) for p in told["problems"]]) == (422, [("source", "wrong type"), ("visits", "wrong type")])
    many = client.post("/predict/batch", json=[{"visits": 1}, {"visits": []}, 7]).json()
    assert [(p["lead"], p["field"]) for p in many["problems"]] == [(1, "visits"), (2, "")]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": NaN}', b"nope", b'{"a":"\\ud800"}'])
def test_what_is_no_json_is_a_400(client: TestClient, body: bytes) -> None:
    for path in ("/predict", "/predict/batch"):
        answer = client.post(path, content=body)
        assert (answer.status_code, answer.json()["title"]) == (400, "Bad Request")


@pytest.mark.parametrize("body", [b"[]", b"3", b'"x"', b"null", b'{"a":1e999}', b'{"a":' + b"[" * 5000])
def test_what_is_no_flat_object_is_a_422(client: TestClient, body: bytes) -> None:
    assert client.post("/predict", content=body).status_code in {422, 400}


def test_bodies_are_bounded(client: TestClient) -> None:
    assert client.post("/predict", content=b'{"a":"' + b"x" * (1 << 20) + b'"}').status_code == 413
    assert client.post("/predict/batch", content=b"[" + b"{}," * 100_001 + b"{}]").status_code == 413


@pytest.mark.parametrize("query", ["reasons=-1", "reasons=x", "reasons=51", "strict=maybe", "reson=3"])
def test_a_query_that_cannot_be_used_is_a_422(client: TestClient, query: str) -> None:
    assert client.post(f"/predict?{query}", json={}).status_code == 422


def test_hostile_names_take_no_time(client: TestClient) -> None:
    lead = {f"visit{k}": 1 for k in range(50_000)}
    told = client.post("/predict", content=msgspec.json.encode(lead))
    assert told.elapsed.total_seconds() < 5
    assert sum(w["problem"] == "unknown" for w in told.json()["warnings"]) == 101


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_table_of_leads_gets_what_each_lead_gets_alone(answers: Answers, data: st.DataObject) -> None:
    names = [*answers.notices.columns, "lead_id", "vists"]
    few = data.draw(st.lists(st.dictionaries(st.sampled_from(names), CELLS), min_size=1, max_size=8))
    many = (few * 60)[: max(60, len(few))]
    for lead, got in zip(many, answers.many(many, Asked()), strict=True):
        _same(got, answers.one(lead, Asked()))


def _same(one: Any, other: Any) -> None:
    a, b = msgspec.to_builtins(one), msgspec.to_builtins(other)
    assert a.keys() == b.keys()
    for name in a:
        if name in {"probabilities", "by_day"} or isinstance(a[name], float):
            assert a[name] == pytest.approx(b[name], rel=1e-12, abs=1e-9)
        else:
            assert (list(a[name]) if name == "warnings" else a[name]) == (list(b[name]) if name == "warnings" else b[name])


def test_simulated_leads_are_alike_one_by_one_and_together(answers: Answers) -> None:
    rows = simulate("leads", rows=400, seed=11).table.select(answers.scorer.key, *answers.scorer.needed).to_dicts()
    for lead, got in zip(rows, answers.many(rows, Asked()), strict=True):
        _same(got, answers.one(lead, Asked()))


def test_a_stream_answers_each_line_in_its_place(client: TestClient) -> None:
    lines = [{"visits": 3}, {"visits": 4, "source": "Google"}]
    body = b"\n".join([json.dumps(lines[0]).encode(), b"{", b"", json.dumps(lines[1]).encode()])
    answer = client.post("/predict/batch?reasons=1", content=body, headers={"content-type": "application/x-ndjson"})
    first, second, third = [json.loads(line) for line in answer.text.splitlines()]
    assert (second["line"], second["status"]) == (2, 400)
    assert [first, third] == [client.post("/predict?reasons=1", json=line).json() for line in lines]


def test_a_stream_refuses_odd_lines_alone_when_strict(client: TestClient) -> None:
    answer = client.post("/predict/batch?strict=1", content=b'{"vists": 1}', headers={"content-type": "application/x-ndjson"})
    assert (answer.status_code, json.loads(answer.text)["status"]) == (200, 422)


def test_strict_of_the_service_holds_where_a_call_says_nothing(leads: Path) -> None:
    with pytest.raises(Problem, match="does not know all fields"):
        Answers(Scorer(leads)).one({"vists": 1}, Asked(), strict=True)
