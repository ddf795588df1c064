"""A rep sees what nobody in the team has, cannot act on it, and gets it with a click."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from leadrank.operations.queue import QueueFilter, lead, queue
from leadrank.operations.who import LOCAL
from leadrank.serving.service import utc_now

from .conftest import Running
from .looking import visiting

ASIDE = "/app/queue?tab=aside"


def nobodys(running: Running) -> str:
    """Return a lead that nobody has and that is not worth working."""
    return queue(running.desk, LOCAL, QueueFilter(unassigned=True, contact=False), now=utc_now()).leads[0].key


@pytest.mark.parametrize("scripts", [True, False])
def test_a_rep_takes_a_lead_that_nobody_has_from_the_second_tab(fresh: Running, chromium: Browser, scripts: bool) -> None:
    key = nobodys(fresh)
    with visiting(chromium, fresh.address, name="rob", scripts=scripts) as visitor:
        page = visitor.page
        visitor.go(ASIDE)
        row = page.locator(f'[data-key="{key}"]')
        expect(row).to_contain_text("nobody’s")
        assert row.locator("button").all_text_contents() == [f"Take it: {key}"]
        expect(page.locator("#list")).to_contain_text("take it first, or ask your manager for it")
        row.get_by_role("button", name="Take it").click()
        expect(page.locator("#said")).to_contain_text("It is yours now.")
        expect(page.locator(f'[data-key="{key}"]')).not_to_contain_text("nobody’s")
        expect(page.locator(f'[data-key="{key}"]')).to_contain_text("Lost")
        assert lead(fresh.desk, LOCAL, key, now=utc_now()).lead.owner == "rob"
        assert visitor.complaints == []


def test_a_lead_that_nobody_has_is_read_by_a_rep_and_offers_nothing_but_to_take_it(fresh: Running, chromium: Browser) -> None:
    key = nobodys(fresh)
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page = visitor.page
        assert visitor.go(f"/app/leads/{quote(key)}") == 200
        expect(page.locator("section[aria-labelledby=take]")).to_contain_text("Nobody has this lead")
        assert page.locator("main form[method=post]").count() == 1
        assert visitor.barriers() == []
        visitor.picture("lead-nobodys")
        page.get_by_role("button", name="Take it").click()
        expect(page).to_have_url(re.compile("said=yours"))
        expect(page.locator("section[aria-labelledby=act]")).to_be_visible()
        assert visitor.complaints == []
