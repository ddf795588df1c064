"""The figures count every score that is given, also of leads that are kept."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_scores_of_stored_leads_are_counted_beside_those_that_are_only_asked_for(client: TestClient) -> None:
    assert client.post("/predict", json={"visits": 3}).status_code == 200
    for key in ("L-1", "L-2"):
        assert client.post("/leads", json={"key": key, "fields": {"visits": 3}}).status_code == 201
    assert client.post("/leads", json={"key": "L-1", "fields": {"visits": 3}}).status_code == 200  # the same again adds no score
    text = client.get("/metrics").text
    assert "leadrank_scores_count 3.0" in text
    assert sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("leadrank_tiers_total{")) == 3
