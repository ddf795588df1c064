"""Whole days of the people who use the pages, in a real browser; the console stays silent."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from leadrank.operations import intake, work
from leadrank.operations.queue import QueueFilter, history, lead, queue
from leadrank.operations.who import LOCAL
from leadrank.serving.service import utc_now

from .conftest import Running
from .looking import Visitor, visiting
from .world import PASSWORD, make_bundle, new_leads

ROWS = "#queue > li"


def keys(page: Page) -> list[str]:
    """Return the leads that the list shows."""
    return list(page.locator(ROWS).evaluate_all("rows => rows.map(row => row.dataset.key)"))


def own(running: Running, name: str) -> list[str]:
    """Return what a rep's list should show."""
    return [one.key for one in queue(running.desk, LOCAL, QueueFilter(owner=name, contact=True), limit=500, now=utc_now()).leads]


def test_the_day_of_a_rep(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        assert keys(visitor.page) == own(fresh, "rob")[:50]
        work_by_keyboard(fresh, visitor.page)
        kept, snoozed = work_by_mouse(fresh, visitor)
        narrow_the_list(visitor.page, kept, snoozed)
        look_into_a_lead(fresh, visitor, kept)
        enter_a_lead(fresh, visitor)
        take_the_list_along(fresh, visitor)
        go_home(visitor)
        assert visitor.complaints == []
        assert visitor.foreign == []


def work_by_keyboard(fresh: Running, page: Page) -> None:
    """Go into the list, down and up, and note a contact: the lead goes to those that wait, and the focus to the one that took its place."""
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{ROWS}:nth-child(1) .key")).to_be_focused()
    for key, place in (("j", 2), ("ArrowDown", 3), ("k", 2)):
        page.keyboard.press(key)
        expect(page.locator(f"{ROWS}:nth-child({place}) .key")).to_be_focused()
    second, third = keys(page)[1:3]
    page.keyboard.press("c")
    expect(page.locator("#said")).to_contain_text("contacted")
    assert lead(fresh.desk, LOCAL, second, now=utc_now()).lead.contacted_at is not None
    expect(page.locator(f"{ROWS}:nth-child(2)[data-key='{third}'] .key")).to_be_focused()
    expect(page.locator(f'[data-key="{second}"] .due')).to_contain_text("contacted")
    assert keys(page).index(second) > keys(page).index(third)
    expect(page.locator("#announce")).to_contain_text("contacted")


def work_by_mouse(fresh: Running, visitor: Visitor) -> tuple[str, str]:
    """One click each: lost, won, put off, disagreed with; return the last two, the other way round."""
    page = visitor.page
    first, _, third, fourth, fifth = keys(page)[:5]
    page.locator(f'[data-key="{first}"] [data-act=l]').click()
    expect(page.locator(f'[data-key="{first}"]')).to_have_count(0)
    page.locator(f'[data-key="{third}"] [data-act=w]').click()
    expect(page.locator(f'[data-key="{third}"]')).to_have_count(0)
    page.locator(f'[data-key="{fourth}"] summary').click()
    visitor.picture("rep-menu", whole=False)
    page.locator(f'[data-key="{fourth}"] button[value="3"]').click()
    expect(page.locator(f'[data-key="{fourth}"]')).to_have_count(0)
    page.locator(f'[data-key="{fifth}"] summary').click()
    page.locator(f'[data-key="{fifth}"] input[value="too high"]').check()
    page.locator(f'[data-key="{fifth}"] textarea').fill("They only wanted a brochure.")
    page.locator(f'[data-key="{fifth}"] button', has_text="Tell").click()
    expect(page.locator("#said")).to_contain_text("Thank you")
    now = utc_now()
    assert [lead(fresh.desk, LOCAL, key, now=now).lead.status for key in (first, third, fourth)] == ["lost", "converted", "snoozed"]
    assert history(fresh.desk, LOCAL, fifth, now=now).feedback[0].because == "They only wanted a brochure."
    return fifth, fourth


def narrow_the_list(page: Page, kept: str, snoozed: str) -> None:
    """Filters answer while typing, and stand in the address."""
    page.fill("#f-search", kept)
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page).to_have_url(re.compile(f"search={kept}"))
    page.fill("#f-search", "")
    page.select_option("#f-status", "snoozed")
    expect(page.locator(f'[data-key="{snoozed}"]')).to_be_visible()


def look_into_a_lead(fresh: Running, visitor: Visitor, key: str) -> None:
    """What if, a note, a tier by hand and back."""
    page = visitor.page
    visitor.go(f"/app/leads/{key}")
    field = page.locator("form[hx-get*='what-if'] select").first
    field.select_option("This quarter" if field.input_value() != "This quarter" else "Just looking")
    expect(page.locator("#answer .compare b")).to_be_visible()
    visitor.picture("rep-what-if")
    page.fill("#note", "Asked for an offer by Friday.")
    page.locator("section[aria-labelledby=act] button.main").click()
    expect(page.locator("section[aria-labelledby=past]")).to_contain_text("Asked for an offer by Friday.")
    page.select_option("#tier", "Low")
    page.fill("#hand-because", "Budget was cut.")
    page.get_by_role("button", name="Set the tier").click()
    expect(page.locator("section[aria-labelledby=hand]")).to_contain_text("Budget was cut.")
    assert lead(fresh.desk, LOCAL, key, now=utc_now()).lead.tier == "Low"
    page.get_by_role("button", name="End it now").click()
    expect(page.locator("#said")).to_contain_text("own tier")
    expect(page.locator("section[aria-labelledby=history]")).to_contain_text("override ended")
    visitor.picture("rep-lead-after")


def enter_a_lead(fresh: Running, visitor: Visitor) -> None:
    """Score a new one, then take it."""
    page = visitor.page
    visitor.go("/app/new")
    page.fill("#key", "walk-in 1")
    page.get_by_label("job_role").select_option("Owner")
    page.get_by_label("budget").fill("20000")
    page.get_by_role("button", name="Score only").click()
    expect(page.locator("#answer")).to_contain_text("How it scores")
    visitor.picture("rep-new-lead")
    page.get_by_role("button", name="put it into the list").click()
    expect(page.locator("#answer-heading")).to_contain_text("walk-in 1 is")
    assert lead(fresh.desk, LOCAL, "walk-in 1", now=utc_now()).lead.fields["job_role"] == "Owner"


def take_the_list_along(fresh: Running, visitor: Visitor) -> None:
    """The list as a file, in two kinds."""
    page = visitor.page
    visitor.go("/app/queue")
    with page.expect_download() as caught:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(caught.value.path()).read_text(encoding="utf-8"))))
    assert len(rows) == len(own(fresh, "rob"))
    with page.expect_download() as caught:
        page.get_by_role("link", name="Excel").click()
    assert load_workbook(io.BytesIO(Path(caught.value.path()).read_bytes())).active.max_row == len(rows) + 1


def go_home(visitor: Visitor) -> None:
    """Log out, and stay out."""
    visitor.page.get_by_role("button", name="Log out").click()
    expect(visitor.page).to_have_url(re.compile("/app/login"))
    visitor.go("/app/queue")
    expect(visitor.page).to_have_url(re.compile("/app/login"))


def test_a_lead_that_heats_up_rises_in_the_open_list_and_is_told_of(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page = visitor.page
        page.wait_for_timeout(500)
        last = page.locator(ROWS, has=page.get_by_role("button", name="Contacted")).last.get_attribute("data-key")
        assert last is not None
        page.locator(f'[data-key="{last}"] .key').focus()
        before = lead(fresh.desk, LOCAL, last, now=utc_now()).lead
        hot = before.fields | {"planned_start": "This quarter", "job_role": "Owner", "visits": "18", "pages_viewed": "60", "deal_value": "25000"}
        intake.take_leads(fresh.desk, LOCAL, [intake.NewLead(last, hot)], now=utc_now())
        row = page.locator(f'[data-key="{last}"]')
        expect(row).not_to_have_attribute("data-score", str(before.score), timeout=3_000)
        assert keys(page).index(last) < 10
        expect(page.locator(f'[data-key="{last}"] .key')).to_be_focused()
        expect(page.locator("#announce")).to_contain_text(f"{last} rose from {before.score}")
        visitor.picture("live-risen", whole=False)
        assert visitor.complaints == []


def test_an_open_menu_is_not_taken_away_by_a_change(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob") as visitor:
        page = visitor.page
        page.wait_for_timeout(500)
        first, second = keys(page)[:2]
        page.locator(f'[data-key="{first}"] summary').click()
        page.locator(f'[data-key="{first}"] textarea').fill("half a thou")
        work.contact(fresh.desk, LOCAL, second, channel="call", now=utc_now())
        page.wait_for_timeout(1_800)
        expect(page.locator(f'[data-key="{first}"] textarea')).to_be_focused()
        assert page.locator(f'[data-key="{first}"] textarea').input_value() == "half a thou"
        page.locator(f'[data-key="{second}"] .key').focus()
        expect(page.locator(f'[data-key="{second}"] .due')).to_contain_text("contacted", timeout=3_000)


def test_an_open_lead_says_when_there_is_something_newer(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="mia") as visitor:
        key = own(fresh, "rob")[0]
        visitor.go(f"/app/leads/{key}")
        visitor.page.wait_for_timeout(500)
        work.contact(fresh.desk, LOCAL, key, channel="call", now=utc_now())
        expect(visitor.page.locator("#newer")).to_be_visible(timeout=3_000)


def test_without_scripts_the_acts_of_the_day_still_work(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="rob", scripts=False) as visitor:
        page = visitor.page
        first, second, third = own(fresh, "rob")[:3]
        page.locator(f'[data-key="{first}"] [data-act=c]').click()
        expect(page.locator("#said")).to_contain_text("contacted")
        page.locator(f'[data-key="{second}"] [data-act=l]').click()
        expect(page.locator(f'[data-key="{second}"]')).to_have_count(0)
        visitor.go(f"/app/leads/{third}")
        page.fill("#value", "1.250,50")
        page.locator("#outcome button.good").click()
        expect(page.locator("#said")).to_contain_text("won")
        assert history(fresh.desk, LOCAL, third, now=utc_now()).outcomes[0].value == 1250.5
        visitor.go(f"/app/leads/{first}")
        page.locator("form[hx-get*='what-if'] select").first.select_option("Just looking")
        page.get_by_role("button", name="Score again").click()
        expect(page.locator("#answer .compare b")).to_be_visible()
        visitor.go("/app/queue?tier=High")
        page.select_option("#f-tier", "Low")
        page.get_by_role("button", name="Filter").click()
        assert set(page.locator(f"{ROWS} .tag").first.all_text_contents()) == {"Low"}


def test_the_day_of_a_manager(fresh: Running, chromium: Browser) -> None:
    with visiting(chromium, fresh.address, name="mia") as visitor:
        page = visitor.page
        visitor.go("/app/team")
        expect(page.locator("section[aria-labelledby=figures] .note")).to_contain_text("Not known: revenue per unit of marketing spend.")
        expect(page.locator("section[aria-labelledby=figures] pre")).to_contain_text("[economics]\nmarketing_cost = 3000.00")
        before = page.locator("#plan .big").all_text_contents()
        page.locator("input[data-twin=capacity]").fill("12")
        expect(page.locator("#capacity")).to_have_value("12")
        expect(page.locator("#plan .big").first).to_have_text("12")
        assert page.locator("#plan .big").all_text_contents()[2:] != before[2:]
        page.locator("input[data-twin=cost]").fill("300")
        expect(page.locator("#plan .big").nth(2)).not_to_have_text(before[2])
        visitor.picture("manager-plan")
        day = (utc_now() - timedelta(days=30)).date().isoformat()
        page.fill("#split", day)
        page.get_by_role("button", name="Show").click()
        expect(page.locator("section[aria-labelledby=figures]")).to_contain_text("Not causal")
        visitor.picture("manager-before-after")
        assert visitor.barriers() == []
        key = own(fresh, "rob")[0]
        visitor.go(f"/app/leads/{key}")
        page.select_option("#owner", "")
        page.fill("#owner-because", "Rob is on leave.")
        page.get_by_role("button", name="Reassign").click()
        expect(page.locator("section[aria-labelledby=past]")).to_contain_text("Rob is on leave.")
        assert visitor.complaints == []


def test_the_day_of_an_analyst(fresh: Running, chromium: Browser, tmp_path: Path) -> None:
    table = tmp_path / "new leads.csv"
    new_leads(80, seed=11).write_csv(table)
    with visiting(chromium, fresh.address, name="ann") as visitor:
        page = visitor.page
        visitor.go("/app/upload")
        page.set_input_files("#table", table)
        page.get_by_role("button", name="Score it").click()
        expect(page.locator("#done")).to_contain_text("leads scored")
        visitor.picture("upload-done")
        assert visitor.barriers() == []
        for kind in ("CSV", "Excel"):
            with page.expect_download() as caught:
                page.get_by_role("link", name=f"Download {kind}").click()
            assert Path(caught.value.path()).stat().st_size > 1_000
        wrong = tmp_path / "wrong.csv"
        wrong.write_text("a,b\n1,2\n", encoding="utf-8")
        page.set_input_files("#table", wrong)
        page.get_by_role("button", name="Score it").click()
        expect(page.locator("[role=alert]").first).to_be_visible()
        visitor.picture("upload-wrong")
        assert [said for said in visitor.complaints if "422" not in said] == []


def test_the_day_of_an_admin(fresh: Running, chromium: Browser, tmp_path: Path) -> None:
    other = make_bundle(tmp_path, seed=2)
    with visiting(chromium, fresh.address, name="ada") as visitor:
        page = visitor.page
        visitor.go("/app/accounts")
        page.fill("#name", "kim")
        page.fill("#password", "short")
        page.locator("#password").evaluate("field => field.removeAttribute('minlength')")
        page.get_by_role("button", name="Create").click()
        expect(page.locator("[role=alert]").first).to_contain_text("12")
        page.fill("#password", PASSWORD)
        page.fill("#capacity", "25")
        page.get_by_role("button", name="Create").click()
        expect(page.locator("section[aria-labelledby=all]")).to_contain_text("kim")
        visitor.picture("accounts-made")
        row = page.locator("section[aria-labelledby=all] li", has_text="kim")
        row.locator("summary").click()
        row.get_by_label("active").uncheck()
        row.get_by_role("button", name="Save").click()
        expect(page.locator("section[aria-labelledby=all] li", has_text="kim")).to_contain_text("not active")
        visitor.go("/app/me")
        page.fill("#key-name", "web form")
        page.get_by_role("button", name="Make a key").click()
        expect(page.locator("code")).to_contain_text("lr_")
        visitor.picture("key-made")
        page.get_by_role("button", name="Revoke web form").click()
        expect(page.locator("section[aria-labelledby=keys]")).to_contain_text("revoked")
        visitor.go("/app/model")
        page.set_input_files("#bundle", other)
        page.get_by_role("button", name="Check and keep").click()
        expect(page.locator("#said")).to_contain_text("not in use yet")
        page.get_by_role("button", name=re.compile("^Put in use")).click()
        expect(page.locator("#said")).to_contain_text("is in use")
        page.get_by_role("button", name=re.compile("^Roll back")).click()
        expect(page.locator("#said")).to_contain_text("former model")
        visitor.picture("models")
        assert [said for said in visitor.complaints if "422" not in said] == []


def test_the_first_account_ends_the_local_mode(tmp_path: Path, bundle: Path, chromium: Browser) -> None:
    from .conftest import serve

    for running in serve(tmp_path, bundle):
        with visiting(chromium, running.address) as visitor:
            visitor.go("/app/accounts")
            visitor.page.fill("#name", "boss")
            visitor.page.fill("#password", PASSWORD)
            visitor.page.get_by_role("button", name="Create").click()
            expect(visitor.page).to_have_url(re.compile("/app/login"))
            visitor.log_in("boss")
            expect(visitor.page.locator("aside.local")).to_have_count(0)
