"""A click that was wrong is taken back where it was made; what a lead agrees to is noted on its page."""

from __future__ import annotations

import re
from urllib.parse import quote

from playwright.sync_api import Browser, expect

from leadrank.decisions.consent import NO_CALL
from leadrank.operations import work
from leadrank.operations.queue import history, lead
from leadrank.operations.who import LOCAL
from leadrank.serving.service import utc_now

from .conftest import Running
from .looking import visiting
from .test_web_journeys import keys, own
from .test_web_safety import client_of, csrf_of


def test_a_lead_that_was_closed_by_a_click_is_taken_back_from_the_notice(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page = visitor.page
        first, second = keys(page)[:2]
        page.locator(f'[data-key="{first}"] [data-act=l]').click()
        expect(page.locator(f'[data-key="{first}"]')).to_have_count(0)
        assert visitor.barriers() == []
        visitor.picture("undo-offered", whole=False)
        # The list is fetched anew meanwhile; what can be taken back stays.
        work.contact(fresh.desk, LOCAL, second, channel="call", now=utc_now())
        expect(page.locator(f'[data-key="{second}"] .due')).to_contain_text("contacted", timeout=3_000)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(f'[data-key="{first}"]')).to_be_visible()
        expect(page.locator("#said")).to_contain_text("Taken back")
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        assert keys(page)[0] == first
        assert [row.converted for row in history(fresh.desk, LOCAL, first, now=utc_now()).outcomes] == [None, False]
        page.locator(f'[data-key="{first}"] .key').focus()
        page.keyboard.press("w")
        expect(page.locator(f'[data-key="{first}"]')).to_have_count(0)
        page.keyboard.press("u")
        expect(page.locator(f'[data-key="{first}"]')).to_be_visible()
        assert visitor.complaints == []


def test_a_closed_lead_is_opened_again_on_its_page_and_its_past_tells_both(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob", scripts=False) as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        page.locator(f'[data-key="{key}"] [data-act=w]').click()
        visitor.go(f"/app/leads/{key}")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#said")).to_contain_text("Taken back")
        past = page.locator("section[aria-labelledby=past]")
        expect(past).to_contain_text("Taken back: open again")
        expect(past).to_contain_text("Won")
        assert lead(fresh.desk, LOCAL, key, now=utc_now()).lead.status == "open"


def test_an_amount_that_is_refused_leads_back_to_what_was_typed(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        visitor.go(f"/app/leads/{key}")
        page.get_by_label("Value, if it was won").fill("12.500")
        page.locator("#end-note").fill("signed by phone")
        page.get_by_role("button", name="Won").click()
        expect(page.locator("main")).to_contain_text("Write 12500 or 12.50.")
        page.get_by_role("link", name="Go back").click()
        expect(page.get_by_label("Value, if it was won")).to_have_value("12.500")
        expect(page.locator("#end-note")).to_have_value("signed by phone")
        page.get_by_label("Value, if it was won").fill("12500")
        page.get_by_role("button", name="Won").click()
        expect(page.locator("#said")).to_be_visible()
        assert history(fresh.desk, LOCAL, key, now=utc_now()).outcomes[0].value == 12500.0


def test_who_wants_no_calls_is_noted_on_the_page_and_no_call_is_suggested_any_more(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        visitor.go(f"/app/leads/{key}")
        page.get_by_label("do not call").check()
        page.locator("section[aria-labelledby=agreed] button").click()
        expect(page.locator("#said")).to_contain_text("Consent")
        expect(page.locator(".head")).to_contain_text("do not call")
        expect(page.locator(".gauge")).to_contain_text(NO_CALL)
        expect(page.locator("section[aria-labelledby=history]")).to_contain_text("rob: it wants no calls")
        assert visitor.barriers() == []
        visitor.picture("lead-consent")
        visitor.go("/app/queue")
        expect(page.locator(f'[data-key="{key}"]')).to_contain_text(NO_CALL)
        visitor.go("/app/queue?tab=aside")
        expect(page.locator("#list")).to_contain_text("to work one take it first, or ask your manager for it")
        visitor.go(f"/app/leads/{key}")
        page.get_by_label("do not call").uncheck()
        page.locator("section[aria-labelledby=agreed] button").click()
        visitor.go("/app/queue")
        assert key in keys(page)
        assert visitor.complaints == []


def test_two_clicks_on_contacted_note_one_contact_and_undo_takes_it_back(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        due = lead(fresh.desk, LOCAL, key, now=utc_now()).lead.due_at
        page.locator(f'[data-key="{key}"] [data-act=c]').dblclick()
        expect(page.locator(f'[data-key="{key}"] .due')).to_contain_text("contacted")
        assert len(history(fresh.desk, LOCAL, key, now=utc_now()).contacts) == 1
        page.get_by_role("button", name="Undo").dblclick()
        expect(page.locator("#said")).to_contain_text("Taken back")
        expect(page.locator(f'[data-key="{key}"] [data-act=c]')).to_be_enabled()
        again = lead(fresh.desk, LOCAL, key, now=utc_now()).lead
        assert (again.contacted_at, again.due_at) == (None, due)
        assert visitor.complaints == []


def test_a_form_that_is_sent_twice_by_whatever_means_is_done_once(fresh: Running) -> None:
    with client_of(fresh, "rob") as client:
        key = own(fresh, "rob")[0]
        text = client.get(f"/app/leads/{quote(key)}").text
        number = re.findall(r'name="once" value="([^"]+)"', text)[0]
        form = {"csrf": csrf_of(client), "once": number, "channel": "call", "note": "no answer"}
        for given in (form, form, form | {"note": "other words are another contact"}):
            assert client.post(f"/app/leads/{quote(key)}/contact", data=given).status_code == 303
        assert [one.note for one in history(fresh.desk, LOCAL, key, now=utc_now()).contacts] == ["other words are another contact", "no answer"]


def test_a_contact_is_taken_back_on_the_page_of_its_lead_without_scripts(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob", scripts=False) as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        page.locator(f'[data-key="{key}"] [data-act=c]').click()
        visitor.go(f"/app/leads/{key}")
        page.get_by_role("button", name="take my last contact back").click()
        expect(page.locator("#said")).to_contain_text("Taken back")
        expect(page.locator("section[aria-labelledby=past]")).to_contain_text("Taken back: not contacted")
        expect(page.get_by_role("button", name="take my last contact back")).to_have_count(0)
        assert lead(fresh.desk, LOCAL, key, now=utc_now()).lead.contacted_at is None


def test_a_note_is_added_to_how_a_lead_ended_without_losing_its_value(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page, key = visitor.page, keys(visitor.page)[0]
        work.outcome(fresh.desk, LOCAL, key, converted=True, value=12_500.5, note="by phone\nto Mr Lee", now=utc_now())
        visitor.go(f"/app/leads/{key}")
        expect(page.locator("#value")).to_have_value("12500.50")
        page.locator("#outcome .good").click()
        expect(page.locator("#said")).to_be_visible()
        assert len(history(fresh.desk, LOCAL, key, now=utc_now()).outcomes) == 1, "what was shown is what is known"
        page.locator("#end-note").fill(page.locator("#end-note").input_value() + ", signed")
        page.locator("#outcome .good").click()
        expect(page.locator("section[aria-labelledby=past]")).to_contain_text("signed")
        last = history(fresh.desk, LOCAL, key, now=utc_now()).outcomes[0]
        assert (last.value, last.note) == (12_500.5, "by phone\nto Mr Lee, signed")
        assert visitor.barriers() == []
        assert visitor.complaints == []


def test_what_a_colleague_wrote_meanwhile_is_told_and_not_overwritten(fresh: Running) -> None:
    with client_of(fresh, "rob") as client:
        key, other = own(fresh, "rob")[:2]
        for one in (key, other):
            text, guard = client.get(f"/app/leads/{quote(one)}").text, csrf_of(client)
            form = {"csrf": guard, "converted": "no", "seen": re.findall(r'name="seen" value="([^"]+)"', text)[0]}
            work.outcome(fresh.desk, LOCAL, one, converted=True, value=8_000.0, now=utc_now())
            sent = form if one == key else {"csrf": guard, "did": "lost", "back": "?"}
            refused = client.post(f"/app/leads/{quote(one)}/{'outcome' if one == key else 'done'}", data=sent)
            assert refused.status_code == 409
            assert f"was marked Won 8,000 by {LOCAL.name} meanwhile" in refused.text
            assert lead(fresh.desk, LOCAL, one, now=utc_now()).lead.status == "converted"
