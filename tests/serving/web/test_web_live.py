"""Open pages follow what changes: eight windows at once, after the server was away, and until the session ends."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from leadrank.operations import work
from leadrank.operations.sessions import LASTS, log_in
from leadrank.operations.who import LOCAL
from leadrank.serving.callers import UNATTENDED, Keeper
from leadrank.serving.service import utc_now
from leadrank.serving.web import changes_page
from leadrank.store.sessions import end_sessions_of, get_session

from .conftest import Running
from .looking import Visitor, visiting
from .test_web_journeys import keys, own
from .world import PASSWORD

STREAM = "**/app/changes"


def contact(running: Running, key: str) -> None:
    """Let somebody else contact a lead."""
    work.contact(running.desk, LOCAL, key, channel="call", now=utc_now())


def is_told(page: Page, key: str) -> None:
    """The list shows by itself that a lead was contacted."""
    expect(page.locator(f'[data-key="{key}"] .due')).to_contain_text("contacted", timeout=5_000)


def test_eight_windows_are_all_answered_and_all_follow_what_changes_over_one_stream(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        first, second, third = keys(visitor.page)[:3]
        windows = [visitor.page] + [visitor.page.context.new_page() for _ in range(7)]
        for page in windows[1:7]:
            page.goto(f"{fresh.address}/app/queue", timeout=5_000)
        windows[7].goto(f"{fresh.address}/app/leads/{first}", timeout=5_000)
        windows[7].wait_for_timeout(500)
        contact(fresh, first)
        for page in windows[:7]:
            is_told(page, first)
        expect(windows[7].locator("#newer")).to_be_visible(timeout=3_000)
        assert fresh.service.changes.listeners["rob"] == 1
        # The window that held the stream is closed: another one takes it over, and is told of what was missed meanwhile.
        windows.pop(0).close()
        contact(fresh, second)
        for page in windows[:6]:
            is_told(page, second)
        windows[0].locator(f'[data-key="{third}"] [data-act=c]').click()
        for page in windows[1:6]:
            is_told(page, third)
        assert fresh.service.changes.listeners["rob"] == 1
        assert visitor.complaints == []


def test_a_list_is_asked_for_anew_when_its_own_leads_change_and_not_for_those_of_others(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, asked = visitor.page, list[str]()
        first, second = keys(page)[:2]
        page.wait_for_timeout(700)
        page.on("request", lambda request: asked.append(request.url) if "/app/queue" in request.url else None)
        for key in own(fresh, "sue")[:3]:
            contact(fresh, key)
        page.wait_for_timeout(1_200)
        assert asked == []
        contact(fresh, first)
        is_told(page, first)
        contact(fresh, second)
        is_told(page, second)
        assert len(asked) == 2
        # What this window did itself it shows already.
        page.locator("#queue [data-act=c]").first.click()
        page.wait_for_timeout(1_500)
        assert len([url for url in asked if "/done" not in url]) == 3


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_page_says_since_when_it_is_not_live_and_follows_again_after_an_error(fresh: Running, chromium: Browser, status: int) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        page.route(STREAM, lambda route: route.fulfill(status=status, body="not now"))
        page.reload()
        expect(page.locator("#not-live")).to_contain_text(re.compile(r"Not live since \d"))
        assert visitor.barriers() == []
        visitor.picture("not-live", whole=False)
        contact(fresh, key)
        page.unroute(STREAM)
        is_told(page, key)
        expect(page.locator("#not-live")).to_be_hidden()


@pytest.mark.parametrize(("zone", "ahead"), [("UTC", 0), ("Mars/Olympus", 330)])
def test_since_when_a_page_is_not_live_is_told_by_the_teams_clock_or_by_the_visitors_where_the_browser_does_not_know_it(
    fresh: Running, chromium: Browser, zone: str, ahead: int
) -> None:
    with visiting(chromium, fresh.address, name="rob", clock="Asia/Kolkata") as visitor:
        visitor.page.route(STREAM, lambda route: route.fulfill(status=503, body="not now"))
        set_zone = f"document.getElementById('not-live').dataset.zone = '{zone}'"
        visitor.page.add_init_script(f"document.addEventListener('DOMContentLoaded', () => {{ {set_zone} }})")
        visitor.page.reload()
        told = visitor.page.locator("#not-live b")
        expect(told).to_contain_text(re.compile(r"Not live since \d"))
        shown = datetime.strptime(" ".join(told.inner_text().split()), "Not live since %I:%M %p.")  # noqa: DTZ007
        passed = (utc_now() + timedelta(minutes=ahead) - shown).total_seconds() / 60
        assert passed % 1440 < 10


def test_a_stream_that_is_cut_off_is_opened_again(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        page.wait_for_timeout(500)
        changes = fresh.service.changes
        changes.close()
        page.wait_for_timeout(500)
        changes.closing = False
        contact(fresh, key)
        is_told(page, key)
        assert visitor.complaints == []


def test_a_window_that_cannot_be_seen_holds_no_stream_and_catches_up_when_it_is_seen_again(fresh: Running, chromium: Browser) -> None:
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        page.wait_for_timeout(500)
        assert fresh.service.changes.listeners["rob"] == 1
        page.evaluate(hide, True)
        contact(fresh, key)
        page.wait_for_timeout(1_000)
        assert fresh.service.changes.listeners["rob"] == 0
        expect(page.locator(f'[data-key="{key}"] .due')).not_to_contain_text("contacted")
        page.evaluate(hide, False)
        is_told(page, key)
        assert visitor.complaints == []


def test_who_is_logged_out_meanwhile_is_led_to_log_in_and_back(fresh: Running, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes_page, "BEAT", 0.3)
    with visiting(chromium, fresh.address, name="rob") as visitor:
        visitor.go("/app/queue?status=any")
        other = Visitor(visitor.page.context.new_page(), fresh.address)
        other.go(f"/app/leads/{own(fresh, 'rob')[0]}")
        with fresh.desk.store.writing() as c:
            end_sessions_of(c, "rob")
        for one in (visitor, other):
            expect(one.page).to_have_url(re.compile("/app/login"), timeout=8_000)
        visitor.page.fill("#name", "rob")
        visitor.page.fill("#password", PASSWORD)
        visitor.page.click("main button")
        expect(visitor.page).to_have_url(re.compile(r"/app/queue\?status=any"))


def test_what_an_open_page_asks_for_by_itself_lets_its_session_end_and_a_click_does_not(fresh: Running) -> None:
    moment, token = utc_now(), "token"
    later = moment + timedelta(hours=11)
    log_in(fresh.desk, "rob", PASSWORD, token=token, csrf="", now=moment)
    keeper = Keeper(fresh.desk, on_loopback=True, monotonic=lambda: 0.0, now=lambda: later)
    headers = {b"cookie": f"leadrank={token}".encode()}

    def ends() -> datetime:
        with fresh.desk.store.reading() as c:
            found = get_session(c, hashlib.sha256(token.encode()).hexdigest(), later)
        assert found is not None
        return found.expires_at

    keeper.find(headers | {UNATTENDED: b"true"})
    assert ends() == moment + LASTS
    # It was just looked up, but not for somebody: the click is not answered from memory.
    keeper.find(headers)
    assert ends() == later + LASTS
