"""What people say of a score reaches those who train the model."""

from __future__ import annotations

from datetime import timedelta

from starlette.testclient import TestClient
from tests.serving.conftest import bearer

from leadrank.serving.service import utc_now
from leadrank.serving.web.said import WORDS


def _said(client: TestClient, headers: dict[str, str]) -> None:
    said = (("L-1", "right", ""), ("L-2", "too high", "Knows <b>us</b> from school."), ("L-1", "too low", "The budget doubled."))
    for key, verdict, because in said:
        assert client.post("/leads", json={"key": key}, headers=headers).status_code in {200, 201}
        given = {"verdict": verdict, "because": because}
        assert client.post(f"/leads/{key}/feedback", json=given, headers=headers).status_code == 200


def test_feedback_of_all_leads_is_listed_newest_first_and_page_by_page(client: TestClient, keys: dict[str, str]) -> None:
    _said(client, bearer(keys["admin"]))
    for role in ("manager", "analyst", "admin"):
        found = client.get("/feedback?limit=2", headers=bearer(keys[role])).json()
        assert [(one["lead"], one["verdict"], one["because"], one["by"].endswith("admin")) for one in found] == [
            ("L-1", "too low", "The budget doubled.", True), ("L-2", "too high", "Knows <b>us</b> from school.", True),
        ]
        rest = client.get(f"/feedback?limit=2&before={found[-1]['id']}", headers=bearer(keys[role])).json()
        assert [(one["lead"], one["verdict"]) for one in rest] == [("L-1", "right")]
    assert client.get("/feedback", headers=bearer(keys["rep"])).status_code == 403


def test_the_model_page_shows_what_the_team_says(client: TestClient) -> None:
    before = client.get("/app/model").text
    assert "Nobody has said anything yet." in before
    _said(client, {})
    shown = client.get("/app/model").text
    assert "What the team says of the scores" in shown
    assert "Knows &lt;b&gt;us&lt;/b&gt; from school." in shown
    assert shown.index("The budget doubled.") < shown.index("Knows &lt;b&gt;us")
    assert "the analysts see it" in WORDS["feedback"]  # as it was promised


def test_the_history_of_a_lead_tells_the_tiers_that_people_set(client: TestClient) -> None:
    assert client.post("/leads", json={"key": "L-1"}).status_code == 201
    until = f"{utc_now() + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    given = {"tier": "High", "because": "She called.", "expires_at": until}
    assert client.post("/leads/L-1/override", json=given).status_code == 200
    (told,) = client.get("/leads/L-1/history").json()["overrides"]
    assert (told["tier"], told["because"], told["expires_at"], told["ended_at"]) == ("High", "She called.", until, None)
