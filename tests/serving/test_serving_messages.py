"""What a request got wrong is named, with what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

LATER = "2027-01-01T00:00:00Z"
WRONG: list[tuple[str, str, Any, str, str]] = [
    ("GET", "/leads?limt=3", None, "limt", "Did you mean 'limit'?"),
    ("GET", "/models?limit=3", None, "limit", ""),
    ("GET", "/leads?tier=Hihg", None, "tier", "Did you mean 'High'?"),
    ("GET", "/leads?status=opne", None, "query.status.0", "Did you mean 'open'?"),
    ("POST", "/keys", {"name": "n", "scopes": ["reed"], "expires_at": LATER}, "scopes.0", "Did you mean 'read'?"),
    ("POST", "/leads", {"key": "L-1", "fields": {"age": {"a": 1}}}, "fields.age", ""),
    ("POST", "/leads", b'{"key": "L-1", "fields": {"age": 1e999}}', "age", ""),
    ("POST", "/predict", b'{"age": 1e999}', "age", ""),
    ("POST", "/leads", b'{"key": "L-1", "fields": {"age": 3, "age": 4}}', "age", ""),
    ("POST", "/explain", b'{"fields": {"age": 3}, "fields": {}}', "fields", ""),
    ("POST", "/leads", {"key": "L-1", "fieds": {}}, "fieds", "Did you mean 'fields'?"),
    ("POST", "/parents", {"rows": [{"table": "t", "key": "k", "feilds": {}}]}, "rows.0.feilds", "Did you mean 'fields'?"),
    ("POST", "/models/rollback", {"becuase": "x"}, "becuase", "Did you mean 'because'?"),
]


@pytest.mark.parametrize(("method", "path", "body", "field", "near"), WRONG, ids=lambda value: str(value)[:40])
def test_one_mistake_is_one_problem_that_names_its_field(client: TestClient, method: str, path: str, body: Any, field: str, near: str) -> None:
    sent = {"content": body, "headers": {"content-type": "application/json"}} if isinstance(body, bytes) else {"json": body}
    answer = client.request(method, path, **({} if body is None else sent))
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["field"], problem.get("suggestion", "")) == (field, near)
    assert "Value error" not in problem["message"]
    assert "Extra inputs" not in problem["message"]


def test_a_line_that_holds_a_name_twice_is_refused_alone(client: TestClient) -> None:
    lines = b'{"key": "L-1", "key": "L-2"}\n{"key": "L-3"}\n'
    told = client.post("/leads", content=lines, headers={"content-type": "application/x-ndjson"}).text.splitlines()
    assert '"status":422' in told[0]
    assert '"key":"L-3"' in told[1]


def test_what_is_known_is_asked_for_as_before(client: TestClient) -> None:
    for path in ("/leads?limit=3&tier=High&tier=Low&status=open&search=x", "/figures/plan?capacity=3", "/access?before=9", "/leads"):
        assert client.get(path).status_code == 200, path
