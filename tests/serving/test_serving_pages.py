"""A list is read page by page over HTTP, whatever its leads are called."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from leadrank.operations.intake import LONGEST_KEY


@pytest.mark.parametrize("letter", ["😀", "ü", "a", '"'])
def test_pages_of_leads_with_the_longest_keys_follow_each_other_by_api_and_in_the_browser(client: TestClient, letter: str) -> None:
    keys = {letter * (LONGEST_KEY - 1) + end for end in "xyz"}
    for key in keys:
        client.post("/leads", json={"key": key, "fields": {"visits": 18}}).raise_for_status()
    found, after = [], None
    for _ in keys:
        answer = client.get("/leads", params={"limit": 1} | ({"after": after} if after else {}))
        assert answer.status_code == 200, answer.text
        assert client.get("/app/queue", params={"after": after or ""}).status_code == 200
        found += [lead["key"] for lead in answer.json()["leads"]]
        after = answer.json()["after"]
    assert (set(found), len(found), after) == (keys, 3, None)
