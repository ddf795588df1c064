"""A lead is called by the fields that people know it by, where the project names them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from leadrank.project import Project
from leadrank.project.serving import Serving
from leadrank.serving.app import app_of

from .conftest import HOME, Open, _trained

ANN = {"first_name": "Ann <i>", "company": "Acme", "visits": 18}


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("leads", tmp_path_factory.mktemp("bundles") / "named.leadrank", rows=1500, serving={"title": ["first_name", "company"]})


@pytest.fixture
def http(opened: Open, named: Path) -> Any:
    with TestClient(app_of(opened(named)), base_url=HOME, raise_server_exceptions=False) as client:
        yield client


def test_list_page_and_export_call_a_lead_by_its_title_and_keep_its_key(http: TestClient) -> None:
    taken = http.post("/leads", json={"key": "L-1", "fields": ANN}).json()
    assert not [problem for problem in taken["problems"] if "first_name" in problem or "company" in problem]
    assert http.post("/leads", json={"key": "L-2", "fields": {"visits": 18}}).status_code == 201
    for shown in (http.get("/app/queue").text, http.get("/app/queue?tab=aside").text):
        if "L-1" in shown:
            assert "Ann &lt;i&gt;, Acme" in shown
    assert '<h1>Ann &lt;i&gt;, Acme</h1><p class="soft">L-1</p>' in http.get("/app/leads/L-1").text
    assert "<h1>L-2</h1>" in http.get("/app/leads/L-2").text
    exported = http.get("/app/queue.csv").text + http.get("/app/queue.csv?tab=aside").text
    assert exported.startswith("title,key,")
    assert '"Ann <i>, Acme",L-1' in exported


def test_the_api_tells_the_title_wherever_it_tells_a_lead_and_null_where_there_is_none(http: TestClient) -> None:
    taken = http.post("/leads", json={"key": "L-1", "fields": ANN}).json()
    event = {"event": "e-1", "lead": "L-1", "kind": "visit", "occurred_at": "2026-01-01T00:00:00Z", "add": {"visits": 1}}
    http.post("/leads", json={"key": "L-2", "fields": {"visits": 18}})
    told = [
        taken["lead"], http.get("/leads/L-1").json()["lead"], http.get("/leads/L-1/history").json()["lead"],
        http.post("/events", json=event).json()["lead"], http.post("/leads/L-1/contact", json={"channel": "call"}).json(),
    ]
    assert [lead["title"] for lead in told] == ["Ann <i>, Acme"] * 5
    assert {lead["key"]: lead["title"] for lead in http.get("/leads").json()["leads"]} == {"L-1": "Ann <i>, Acme", "L-2": None}


def test_a_bundle_without_a_title_is_written_as_before() -> None:
    project = Project.model_validate({"lead": {}, "target": {"column": "won", "positive": "yes"}, "serving": {"strict": True}})
    assert json.loads(project.to_json())["serving"] == {
        "unknown_events": "create", "do_not_call": None, "do_not_email": None, "strict": True,
    }
    titled = project.model_copy(update={"serving": Serving(title=("company",))})
    assert Project.from_json(titled.to_json()).serving.title == ("company",)
