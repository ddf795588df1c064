"""Every page, for every role that sees it: it is there, nobody is shut out, nothing comes from elsewhere, and a picture is kept."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from leadrank.operations.queue import queue
from leadrank.operations.who import LOCAL, Who
from leadrank.serving.service import utc_now

from .conftest import Running
from .looking import PHONE, WIDE, Mode, Visitor, visiting

PAGES = {
    "queue": ("/app/queue", "rob"), "aside": ("/app/queue?tab=aside", "mia"), "aside-of-a-rep": ("/app/queue?tab=aside", "rob"),
    "nothing-fits": ("/app/queue?search=zzzz", "rob"),
    "new": ("/app/new", "rob"), "team": ("/app/team", "mia"), "upload": ("/app/upload", "ann"),
    "model": ("/app/model", "ann"), "models": ("/app/model#models", "ada"),
    "accounts": ("/app/accounts", "ada"), "me": ("/app/me", "rob"), "guide": ("/app/guide", "rob"), "not-here": ("/app/nowhere", "rob"),
    "queue-of-all": ("/app/queue", "mia"),
}
LOOKS: tuple[tuple[tuple[int, int], Mode], ...] = ((WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark"))
LONG = {"queue", "queue-of-all", "aside", "aside-of-a-rep"}
"""Pages of which the first screen is kept."""


def look(visitor: Visitor, name: str) -> None:
    """Look at the page in all four ways, and keep a picture of each."""
    for size, mode in LOOKS:
        visitor.page.set_viewport_size({"width": size[0], "height": size[1]})
        visitor.page.emulate_media(color_scheme=mode)
        visitor.picture(f"{name}-{size[0]}-{mode}", whole=name not in LONG)
        assert visitor.barriers() == [], f"{name} {size} {mode}"
        assert visitor.overflow() <= 0, f"{name} {size} {mode}"
    assert visitor.foreign == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_shuts_nobody_out(team: Running, chromium: Browser, name: str) -> None:
    place, who = PAGES[name]
    with visiting(chromium, team.address, name=who) as visitor:
        assert visitor.go(place) == (404 if name == "not-here" else 200)
        look(visitor, name)
        assert [said for said in visitor.complaints if "404" not in said] == []


@pytest.mark.parametrize("kind", ["open", "by-hand", "closed"])
def test_a_lead_is_whole_and_shuts_nobody_out(team: Running, chromium: Browser, kind: str) -> None:
    with visiting(chromium, team.address, name="mia") as visitor:
        assert visitor.go(f"/app/leads/{quote(lead_of(team, kind))}") == 200
        look(visitor, f"lead-{kind}")
        assert visitor.complaints == []


def lead_of(running: Running, kind: str) -> str:
    """Return a lead in some state."""
    from leadrank.serving.web.asked import Asked

    asked = Asked(status="converted" if kind == "closed" else "open")
    found = queue(running.desk, LOCAL, asked.filter(LOCAL, utc_now(), UTC), limit=200, now=utc_now()).leads
    return next(lead.key for lead in found if (kind == "by-hand") == (lead.overridden_until is not None))


def test_the_way_in_is_whole(team: Running, chromium: Browser) -> None:
    with visiting(chromium, team.address) as visitor:
        visitor.go("/app/team")
        assert "/app/login?next=/app/team" in visitor.page.url
        look(visitor, "login")
        visitor.page.fill("#name", "rob")
        visitor.page.fill("#password", "not his password")
        visitor.page.click("main button")
        visitor.page.wait_for_selector("[role=alert]:has-text('do not fit')")
        look(visitor, "login-refused")


def test_a_list_to_which_no_lead_has_come_yet_says_how_one_does(alone: Running, chromium: Browser) -> None:
    with visiting(chromium, alone.address) as visitor:
        assert visitor.go("/app/queue") == 200
        said = visitor.page.locator("#list")
        expect(said).to_contain_text("No lead has come yet")
        expect(said.get_by_role("link", name="Enter a lead")).to_be_visible()
        expect(said.get_by_role("link", name="Upload a table")).to_have_attribute("href", "/app/upload")


@pytest.mark.parametrize("place", ["/app/queue", "/app/queue?tab=aside", "/app/team", "/app/accounts", "/app/me", "/app/upload", "/app/model"])
def test_one_local_user_is_told_so_on_every_page_and_empty_pages_say_what_to_do(alone: Running, chromium: Browser, place: str) -> None:
    with visiting(chromium, alone.address) as visitor:
        assert visitor.go(place) == 200
        assert "without accounts" in visitor.page.text_content("aside.local")
        visitor.picture("empty" + place.removeprefix("/app").replace("/", "-").replace("?", "-").replace("=", "-"))
        assert visitor.barriers() == []
        assert visitor.complaints == []


@pytest.mark.parametrize(
    ("who", "shown", "refused"),
    [
        ("rob", ["Call list", "New lead"], ["/app/team", "/app/accounts"]),
        ("mia", ["Call list", "New lead", "Team", "Upload"], ["/app/accounts"]),
        ("ann", ["Upload", "Model"], ["/app/accounts"]),
        ("ada", ["Call list", "New lead", "Team", "Upload", "Model", "Accounts"], []),
    ],
)
def test_each_role_sees_its_pages_and_is_refused_the_others_in_words(
    team: Running, chromium: Browser, who: str, shown: list[str], refused: list[str]
) -> None:
    with visiting(chromium, team.address, name=who) as visitor:
        assert visitor.page.locator(".top nav a").all_text_contents() == shown
        for place in refused:
            assert visitor.go(place) == 403
            assert visitor.page.locator("h2", has_text="Not for you").is_visible()
        visitor.picture(f"refused-{who}")


def test_a_rep_is_not_told_of_the_leads_of_others(team: Running, chromium: Browser) -> None:
    others = queue(team.desk, Who("sue", "rep"), now=utc_now()).leads
    with visiting(chromium, team.address, name="rob") as visitor:
        assert visitor.go(f"/app/leads/{others[0].key}") == 404
        assert visitor.go("/app/queue?owner=sue") == 200
        assert {lead.key for lead in others}.isdisjoint(visitor.page.locator("#queue > li").evaluate_all("rows => rows.map(row => row.dataset.key)"))
