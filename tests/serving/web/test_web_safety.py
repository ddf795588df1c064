"""The pages believe nobody: not names, not forms, not addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser

from leadrank.operations import intake, work
from leadrank.operations.access import access_log
from leadrank.operations.queue import QueueFilter, lead, queue
from leadrank.operations.who import LOCAL, Who
from leadrank.serving.service import utc_now

from .conftest import Running
from .looking import visiting
from .world import PASSWORD, new_leads

HOSTILE = "\"><script>document.title='mine'</script><img src=x onerror=alert(1)>"


@contextmanager
def client_of(running: Running, name: str) -> Iterator[httpx.Client]:
    """Open a client that is logged in as somebody."""
    with httpx.Client(base_url=running.address) as client:
        assert client.post("/app/login", data={"name": name, "password": PASSWORD}).status_code == 303
        yield client


def csrf_of(client: httpx.Client) -> str:
    """Read what a form must bring along."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/app/me").text)
    assert found is not None
    return found[1]


def test_a_hostile_lead_is_shown_as_text(fresh: Running, chromium: Browser) -> None:
    now = utc_now()
    key = f"a/b?c#d & {HOSTILE}"
    row = new_leads(1).to_dicts()[0] | {"deal_value": "29000", "source": HOSTILE, "job_role": HOSTILE}
    intake.take_leads(fresh.desk, LOCAL, [intake.NewLead(key, row, HOSTILE)], now=now)
    work.override(fresh.desk, LOCAL, key, tier="High", because=HOSTILE, expires_at=now + timedelta(days=9), now=now)
    work.contact(fresh.desk, LOCAL, key, channel="call", note=HOSTILE, now=now)
    with visiting(chromium, fresh.address, name="mia") as visitor:
        visitor.go("/app/queue?search=a%2Fb%3Fc%23d")  # contacted, it stands far below
        visitor.page.locator('[data-key*="a/b?c#d"] .key').first.click()
        visitor.page.wait_for_load_state()
        assert visitor.page.locator("h1").text_content() == key
        assert HOSTILE in (visitor.page.locator("section[aria-labelledby=past]").text_content() or "")
        assert visitor.page.title().startswith("a/b?c#d")
        visitor.go("/app/queue?search=" + "%22%3E%3Cscript%3E")
        assert visitor.complaints == []


def test_every_page_carries_a_strict_policy_and_keeps_out_of_frames_and_caches(team: Running) -> None:
    with client_of(team, "ada") as client:
        for place in ("/app/queue", "/app/team", "/app/accounts", "/app/nowhere"):
            answer = client.get(place)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-frame-options"] == "DENY"
            assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", answer.text)


@pytest.mark.parametrize("given", [{}, {"csrf": ""}, {"csrf": "x" * 43}])
def test_a_form_without_the_word_of_its_session_changes_nothing(team: Running, given: dict[str, str]) -> None:
    with client_of(team, "ada") as client:
        answer = client.post("/app/accounts", data={"name": "eve", "password": PASSWORD, "role": "admin", **given})
        assert answer.status_code == 403
        assert "<strong>eve</strong>" not in client.get("/app/accounts").text


def test_a_form_from_another_site_changes_nothing(team: Running) -> None:
    with client_of(team, "ada") as client:
        given = {"name": "eve", "password": PASSWORD, "role": "admin", "csrf": csrf_of(client)}
        assert client.post("/app/accounts", data=given, headers={"origin": "https://evil.example"}).status_code == 403
        assert client.post("/app/login", data={"name": "ada", "password": PASSWORD}, headers={"origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "place", ["https://evil.example", "//evil.example", "/\\evil.example", "/app/../../x", "javascript:alert(1)", "/app//evil.example"]
)
def test_after_the_log_in_nobody_is_led_elsewhere(team: Running, place: str) -> None:
    with httpx.Client(base_url=team.address) as client:
        answer = client.post("/app/login", data={"name": "rob", "password": PASSWORD, "next": place})
        assert answer.headers["location"] == "/app/login/entered?next=/app"
        assert client.get(answer.headers["location"]).headers["location"] == "/app"
        assert client.get("/app/login/entered", params={"next": place}).headers["location"] == "/app"


def test_after_an_act_nobody_is_led_elsewhere(fresh: Running) -> None:
    with client_of(fresh, "mia") as client:
        key = intake.take_leads(fresh.desk, LOCAL, [intake.NewLead("K1", new_leads(1).to_dicts()[0])], now=utc_now())[0].key
        given = {"did": "contacted", "csrf": csrf_of(client), "back": "?tier=High&said=x#//evil.example"}
        assert client.post(f"/app/leads/{key}/done", data=given).headers["location"].startswith("/app/queue?tier=High&said=contacted")


def test_a_cookie_cannot_be_read_by_scripts_and_is_not_sent_from_elsewhere(team: Running) -> None:
    with httpx.Client(base_url=team.address) as client:
        cookie = client.post("/app/login", data={"name": "rob", "password": PASSWORD}).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    ("who", "place", "given"),
    [
        ("rob", "/app/leads/{sue}/done", {"did": "lost"}),
        ("rob", "/app/leads/{sue}/override", {"tier": "Low", "because": "x", "until": f"{utc_now() + timedelta(days=2):%Y-%m-%d}"}),
        ("rob", "/app/leads/{rob}/reassign", {"owner": "rob"}), ("rob", "/app/accounts", {"name": "eve", "password": PASSWORD, "role": "admin"}),
        ("mia", "/app/accounts/change", {"name": "mia", "role": "admin", "active": "yes"}), ("ann", "/app/model/rollback", {"leaving": "x"}),
        ("mia", "/app/model/activate", {"model": "x"}), ("ann", "/app/leads/{rob}/done", {"did": "lost"}),
    ],
)
def test_a_form_that_a_role_does_not_see_does_not_work_either(team: Running, who: str, place: str, given: dict[str, str]) -> None:
    keys = {name: queue(team.desk, LOCAL, QueueFilter(owner=name), now=utc_now()).leads[0].key for name in ("rob", "sue")}
    with client_of(team, who) as client:
        answer = client.post(place.format(**keys), data=given | {"csrf": csrf_of(client)})
        assert answer.status_code in {403, 404}
        assert {lead(team.desk, LOCAL, key, now=utc_now()).lead.status for key in keys.values()} == {"open"}


@pytest.mark.parametrize(
    "place",
    [
        "/app/queue?shown=0", "/app/queue?shown=99999999", "/app/queue?after=x", "/app/queue?past=-1", "/app/queue?search=" + "x" * 101,
        "/app/team?since=yesterday",
        "/app/team?since=2026-05-01&until=2026-04-01", "/app/team?capacity=nan", "/app/team?value=-1", "/app/queue.pdf", "/app/leads/none",
        "/app/files/none", "/app/static/../base.css", "/app/static/%2e%2e/visit.py",
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(team: Running, place: str) -> None:
    with client_of(team, "mia") as client:
        answer = client.get(place)
        assert answer.status_code in {404, 422}
        assert "<h2>" in answer.text
        assert "Traceback" not in answer.text


def test_a_script_gets_its_refusal_as_a_sentence_that_goes_into_the_corner(team: Running) -> None:
    with client_of(team, "rob") as client:
        answer = client.get("/app/team", headers={"hx-request": "true"})
        assert answer.headers["hx-retarget"] == "#toast"
        assert "<" not in answer.text


@pytest.mark.parametrize("name", ["rob", "mia"])
def test_one_look_at_a_lead_is_written_down_once(fresh: Running, name: str) -> None:
    key = queue(fresh.desk, Who("rob", "rep", "Inbound"), now=utc_now()).leads[0].key
    with client_of(fresh, name) as client:
        assert client.get(f"/app/leads/{key}").status_code == 200
    assert [row.did for row in access_log(fresh.desk, LOCAL, by=name, what=key, now=utc_now())] == ["sight"]
