"""The filters stand where there is room for them, and are folded where they would hide the first lead."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Running
from .looking import WIDE, Mode, visiting
from .test_web_journeys import keys

PHONE = (390, 780)


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_first_lead_is_seen_at_once_and_the_filters_open_by_keyboard(team: Running, chromium: Browser, scripts: bool) -> None:
    with visiting(chromium, team.address, name="rob", size=PHONE, scripts=scripts) as visitor:
        page = visitor.page
        if scripts:
            whole = page.locator("#queue > li").first.locator(".who").bounding_box()
            assert whole is not None
            assert whole["y"] + whole["height"] < PHONE[1]
        expect(page.locator("#f-search")).to_be_hidden()
        page.get_by_text("Filters", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("#f-search")).to_be_visible()
        page.locator("#f-tier").select_option("Low")
        if not scripts:
            page.get_by_role("button", name="Filter", exact=True).click()
        expect(page).to_have_url(re.compile("tier=Low"))
        page.reload()
        # What is filtered by is never hidden.
        expect(page.locator("#f-tier")).to_be_visible()
        assert page.locator("#f-tier").input_value() == "Low"


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_wide_screen_the_filters_are_open_and_need_no_click(team: Running, chromium: Browser, scripts: bool) -> None:
    with visiting(chromium, team.address, name="rob", size=WIDE, scripts=scripts) as visitor:
        page, wanted = visitor.page, keys(visitor.page)[2]
        expect(page.get_by_text("Filters", exact=True)).to_be_hidden()
        page.get_by_label("Search").focus()
        page.keyboard.type(wanted)
        page.keyboard.press("Enter")
        expect(page.locator("#queue > li")).to_have_count(1)
        page.get_by_label("Search").focus()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Tier")).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, WIDE])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_fold_shuts_nobody_out(team: Running, chromium: Browser, size: tuple[int, int], mode: Mode) -> None:
    with visiting(chromium, team.address, name="mia", size=size, mode=mode) as visitor:
        visitor.picture(f"filters-{size[0]}-{mode}", whole=False)
        assert visitor.barriers() == []
        if size == PHONE:
            visitor.page.get_by_text("Filters", exact=True).click()
            visitor.picture(f"filters-open-{size[0]}-{mode}", whole=False)
            assert visitor.barriers() == []
        assert visitor.overflow() <= 0
