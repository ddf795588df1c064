"""A long list has no silent end: more of it is shown on demand, page behind page, by click, by keyboard and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from leadrank.operations import intake, work
from leadrank.operations.queue import lead
from leadrank.operations.who import LOCAL, Who
from leadrank.serving.service import utc_now
from leadrank.store.leads import put_leads

from .conftest import Running, serve
from .looking import PHONE, visiting
from .test_web_journeys import ROWS, keys
from .world import hire, new_leads

LEADS = 620


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[Running]:
    """A service in which Rob has 620 leads to work, L000 being worth most."""
    for running in serve(tmp_path_factory.mktemp("long"), bundle):
        now, row = utc_now(), new_leads(1).to_dicts()[0]
        hire(running.desk, now)
        running.service.keeper.look()
        intake.take_leads(running.desk, LOCAL, [intake.NewLead("model", row)], now=now)
        known = lead(running.desk, LOCAL, "model", now=now).lead
        work.outcome(running.desk, LOCAL, "model", converted=False, now=now)
        with running.desk.store.writing() as c:
            put_leads(c, [
                replace(known, key=f"L{k:03}", owner="rob", team="Inbound", contact=True, status="open", worth=1000.0 - k, expected_profit=1000.0 - k)
                for k in range(LEADS)
            ])
        yield running


@pytest.mark.parametrize("scripts", [True, False])
def test_every_lead_of_a_long_list_is_reached(long: Running, chromium: Browser, scripts: bool) -> None:
    with visiting(chromium, long.address, name="rob", scripts=scripts) as visitor:
        page = visitor.page
        expect(page.locator("#list")).to_contain_text(f"{LEADS} leads")
        expect(page.locator("#list")).to_contain_text(f"1 to 50 of {LEADS} are shown.")
        for shown in (150, 250, 350, 450, 500):
            page.get_by_role("link", name="Show more").click()
            expect(page.locator(ROWS)).to_have_count(shown)
        first = keys(page)
        assert visitor.overflow() <= 0
        page.get_by_role("link", name="Go on after these 500").click()
        expect(page.locator("#list")).to_contain_text(f"501 to 550 of {LEADS} are shown.")
        visitor.picture(f"queue-further{'' if scripts else '-without-scripts'}")
        page.get_by_role("link", name="Show more").click()
        expect(page.locator(ROWS)).to_have_count(LEADS - 500)
        assert [*first, *keys(page)] == [f"L{k:03}" for k in range(LEADS)]
        expect(page.get_by_role("link", name="Show more")).to_have_count(0)
        assert visitor.barriers() == [] if scripts else True
        page.get_by_role("link", name="Back to the first").click()
        expect(page.locator(ROWS).first).to_have_attribute("data-key", "L000")
        assert visitor.complaints == []


def test_by_keyboard_the_first_of_those_that_came_has_the_focus(long: Running, chromium: Browser) -> None:
    with visiting(chromium, long.address, name="rob", size=PHONE) as visitor:
        page = visitor.page
        page.get_by_role("link", name="Show more").focus()
        page.keyboard.press("Enter")
        expect(page.locator('[data-key="L050"] .key')).to_be_focused()
        assert re.search(r"shown=150$", page.url)
        assert visitor.overflow() <= 0
        page.get_by_role("link", name="Show more").scroll_into_view_if_needed()
        visitor.picture("queue-more-360", whole=False)
        assert visitor.complaints == []


def test_an_act_on_a_further_page_stays_there_and_an_emptied_one_says_so(long: Running, chromium: Browser) -> None:
    with visiting(chromium, long.address, name="rob") as visitor:
        page = visitor.page
        visitor.go("/app/queue?shown=500&search=L")
        page.get_by_role("link", name="Go on after these 500").click()
        page.locator('[data-key="L500"] [data-act=l]').click()
        expect(page.locator('[data-key="L500"]')).to_have_count(0)
        expect(page.locator("#said")).to_contain_text("Noted as lost.")
        assert keys(page)[0] == "L501"
        expect(page.locator("#list")).to_contain_text(f"501 to 550 of {LEADS - 1} are shown.")
        place = page.url
        for k in range(501, LEADS):
            work.outcome(long.desk, Who("rob", "rep"), f"L{k}", converted=False, now=utc_now())
        visitor.page.goto(place)
        expect(page.locator("#list")).to_contain_text("The list ends here")
        page.get_by_role("link", name="Back to the first").click()
        expect(page.locator(ROWS).first).to_have_attribute("data-key", "L000")
        assert "search=L" in page.url
        assert visitor.complaints == []
