"""Whoever sends leads or events is told of odd fields in the shape and the words of /predict, and refused where the service is strict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import HOME, Open, _trained
from tests.serving.test_serving_writes import _signed

from leadrank.serving.app import app_of
from leadrank.serving.hot.answer import Answer
from leadrank.serving.web.asked_fields import fields_of

ODD = {"visit": 3, "source": "Gogle", "pages_per_visit": "many", "visits": 10**6}
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture
def strict(opened: Open, leads: Path) -> Any:
    with TestClient(app_of(opened(leads, strict=True)), base_url=HOME, raise_server_exceptions=False) as client:
        yield client


def test_a_lead_is_told_of_as_predict_tells(client: TestClient) -> None:
    wanted = client.post("/predict", json=ODD).json()["warnings"]
    assert {"unknown", "missing", "unseen", "out of range"} <= {notice["problem"] for notice in wanted}
    body = {"key": "L-1", "fields": ODD}
    assert client.post("/leads", json=body).json()["problems"] == wanted
    (line,) = client.post("/leads", content=json.dumps(body | {"key": "L-2"}), headers=NDJSON).text.splitlines()
    assert json.loads(line)["problems"] == wanted
    signed = json.dumps(body | {"key": "L-3"}).encode()
    assert client.post("/webhooks/signup", content=signed, headers=_signed(signed)).json()["problems"] == wanted
    event = {"event": "e-1", "lead": "L-4", "kind": "visit", "occurred_at": "2026-01-01T00:00:00Z", "set": ODD}
    assert client.post("/events", json=event).json()["problems"] == wanted


def test_a_strict_service_refuses_a_lead_as_predict_does(strict: TestClient) -> None:
    wanted = strict.post("/predict", json=ODD).json()
    body = {"key": "L-1", "fields": ODD}
    signed = json.dumps(body).encode()
    lines = strict.post("/leads", content=signed, headers=NDJSON).text.splitlines()
    sent = strict.post("/leads", json=body), strict.post("/webhooks/signup", content=signed, headers=_signed(signed))
    for told in (*(answer.json() for answer in sent), json.loads(lines[0])):
        assert {name: told[name] for name in wanted if name != "request"} == {name: wanted[name] for name in wanted if name != "request"}
    assert strict.get("/leads").json()["total"] == 0
    assert strict.post("/leads?strict=false", json=body).status_code == 201


def test_a_strict_service_refuses_an_event_for_what_it_brings(strict: TestClient) -> None:
    event = {"event": "e-1", "lead": "L-1", "kind": "visit", "occurred_at": "2026-01-01T00:00:00Z", "set": {"visit": 3}}
    answer = strict.post("/events", json=event)
    assert (answer.status_code, [(p["field"], p["problem"]) for p in answer.json()["problems"]]) == (422, [("visit", "unknown")])
    assert strict.post("/events", json=event | {"set": {"visits": 3}}).status_code == 200


def test_one_request_may_ask_to_be_strict_and_the_odd_lines_alone_are_refused(client: TestClient) -> None:
    fields = client.get("/openapi.json").json()["components"]["schemas"]["Lead"]["example"]
    lines = "\n".join(json.dumps({"key": key, "fields": one}) for key, one in (("L-1", fields), ("L-2", ODD), ("L-3", fields)))
    told = [json.loads(line) for line in client.post("/leads?strict=true", content=lines, headers=NDJSON).text.splitlines()]
    assert [one.get("key") or (one["line"], one["status"]) for one in told] == ["L-1", (2, 422), "L-3"]
    assert told[0]["problems"] == []


def test_the_document_describes_an_answer_as_the_struct_that_is_sent(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    schemas, wanted = told["components"]["schemas"], msgspec.json.schema_components([Answer], ref_template="#/components/schemas/{name}")[1]
    assert {name: schemas[name] for name in wanted} == wanted
    answered = told["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answered == {"$ref": "#/components/schemas/Answer"}
    assert list(schemas["Answer"]["properties"]) == list(client.post("/predict?reasons=1", json={}).json())


def test_a_form_is_refused_for_what_it_says_and_not_for_what_it_leaves_out(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle = _trained("leads", tmp_path_factory.mktemp("bundles") / "strict.leadrank", rows=1500, serving={"strict": True})
    service = opened(bundle)
    visits = next(field.name for field in fields_of(service.desk.champion.current().bundle) if field.column == "visits")
    sent = {"origin": HOME, "sec-fetch-site": "same-origin"}
    with TestClient(app_of(service), base_url=HOME) as http:
        refused = http.post("/app/new", data={visits: "many", "do": "take", "key": "L-1"}, headers=sent)
        assert (refused.status_code, "is not a finite number" in refused.text) == (422, True)
        assert http.post("/app/new", data={visits: "3", "do": "take", "key": "L-1"}, headers=sent).status_code == 200
        assert http.get("/leads").json()["total"] == 1
        assert http.post("/leads", json={"key": "L-2", "fields": {"visits": 3}}).status_code == 422
