"""A lead that wants no calls is never suggested one, and whoever notes what it wants leaves a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadrank.decisions.consent import NEITHER, NO_CALL, NO_EMAIL
from leadrank.errors import NotFoundError
from leadrank.operations import access, explaining, queue, upload, work
from leadrank.operations.consent import agreed_rows, flags_in, flags_of, with_flags
from leadrank.operations.desk import Desk
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.who import Who
from leadrank.store.connect import Store

KEEN = {"visits": 9, "source": "reference", "age": 50}


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def test_who_no_longer_wants_calls_stays_in_the_list_to_be_written_to_until_that_changes(
    store: Store, desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], now: datetime
) -> None:
    desk, ann = desk_of("small", store), people["ann"]
    staff(desk)
    before = take_leads(desk, ann, [NewLead("L1", KEEN)], now=now)[0].lead
    noted = work.consent(desk, ann, "L1", do_not_call=True, do_not_email=False, now=now)
    assert (noted.do_not_call, noted.contact, noted.action, noted.due_at) == (True, True, NO_CALL, before.due_at)
    assert noted.fields["dnc"] == "yes"
    assert [lead.action for lead in queue.queue(desk, ann, queue.QueueFilter(contact=True), now=now).leads] == [NO_CALL]
    assert queue.history(desk, ann, "L1", now=now).scores[0].because == "ann: it wants no calls"
    again = work.consent(desk, ann, "L1", do_not_call=False, do_not_email=False, now=now)
    assert (again.contact, again.action, again.owner) == (True, before.action, "ann")
    assert again.fields["dnc"] == "no"
    told = [(row.did, row.what, row.result) for row in access.access_log(desk, people["root"], by="ann", now=now)]
    assert told.count(("consent", "L1", "done")) == 2


def test_a_lead_that_wants_e_mail_only_is_given_to_somebody_and_one_that_wants_neither_to_nobody(
    desk: Desk, staff: Callable[..., None], root: Who, now: datetime
) -> None:
    staff(desk)
    (lead,) = (taken.lead for taken in take_leads(desk, root, [NewLead("L1", {**KEEN, "dnc": "yes"})], now=now))
    assert (lead.contact, lead.action, lead.owner is None, lead.due_at) == (True, NO_CALL, False, now + timedelta(hours=24))
    noted = work.consent(desk, root, "L1", do_not_call=True, do_not_email=True, now=now)
    assert (noted.contact, noted.action, noted.due_at) == (False, NEITHER, None)
    cold = take_leads(desk, root, [NewLead("C1", {"visits": 0, "source": "web", "age": 30, "dnc": "yes"})], now=now)[0].lead
    assert (cold.contact, cold.owner) == (False, None)


def test_the_same_again_changes_nothing_and_a_closed_lead_is_not_scored_anew(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    work.consent(desk, root, "L1", do_not_call=False, do_not_email=False, now=now)
    assert len(queue.history(desk, root, "L1", now=now).scores) == 1
    work.outcome(desk, root, "L1", converted=True, now=now)
    noted = work.consent(desk, root, "L1", do_not_call=True, do_not_email=True, now=now)
    assert (noted.status, noted.do_not_call, noted.do_not_email, noted.fields["dnc"]) == ("converted", True, True, "yes")
    assert len(queue.history(desk, root, "L1", now=now).scores) == 1


def test_a_flag_without_a_column_of_its_own_is_kept_through_new_scores(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    assert work.consent(desk, root, "L1", do_not_call=False, do_not_email=True, now=now).action == NO_EMAIL
    assert take_leads(desk, root, [NewLead("L1", {"visits": 8})], now=now)[0].lead.do_not_email
    assert work.consent(desk, root, "L1", do_not_call=True, do_not_email=True, now=now).action == NEITHER


def test_a_flag_that_comes_with_the_fields_later_counts_as_well(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", KEEN)], now=now)
    work.consent(desk, root, "L1", do_not_call=True, do_not_email=False, now=now)
    assert take_leads(desk, root, [NewLead("L1", {"dnc": "no"})], now=now)[0].lead.contact


def test_another_s_lead_is_not_there(
    desk: Desk, staff: Callable[..., None], people: dict[str, Who], now: datetime
) -> None:
    staff(desk)
    take_leads(desk, people["bob"], [NewLead("L1", KEEN)], now=now)
    with pytest.raises(NotFoundError):
        work.consent(desk, people["ann"], "L1", do_not_call=True, do_not_email=False, now=now)


def test_no_call_is_suggested_by_explanations_what_ifs_lists_and_exports(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {**KEEN, "dnc": "yes"})], now=now)
    told = explaining.explain(desk, root, "L1", now=now).scored
    assert (told.action, told.contact) == (NO_CALL, True)
    found = explaining.what_if(desk, root, "L1", {"visits": 8}, now=now)
    assert {found.before.action, found.after.action} == {NO_CALL}
    assert explaining.explain_fields(desk, root, {**KEEN, "dnc": True}, now=now).scored.action == NO_CALL
    assert explaining.what_if_fields(desk, root, {**KEEN, "dnc": "yes"}, {"visits": 8}, now=now).after.action == NO_CALL
    assert explaining.explain_fields(desk, root, KEEN, now=now).scored.contact
    exported = queue.export_queue(desk, root, now=now).decode()
    assert NO_CALL in exported
    assert "Call first." not in exported


def test_an_uploaded_table_comes_back_without_calls_for_those_who_want_none(desk: Desk, root: Who, now: datetime) -> None:
    content = b"id,visits,source,age,dnc\nU1,9,reference,50,yes\nU2,9,reference,50,no\n"
    files = upload.upload(desk, root, "leads.csv", content, token="t", now=now).files  # noqa: S106
    lines = upload.kept_file(desk, root, files["csv"], now=now).content.decode().splitlines()
    assert NO_CALL in next(line for line in lines if line.startswith("U1,"))
    assert "Call first." in next(line for line in lines if line.startswith("U2,"))


def test_a_table_of_leads_with_events_is_matched_by_key(desk_of: Callable[..., Desk]) -> None:
    active = desk_of("tables").champion.current()
    serving = active.project.serving.model_copy(update={"do_not_call": "dnc"})
    active = replace(active, project=active.project.model_copy(update={"serving": serving}))
    assert flags_in(active, {"dnc": "since May"}) == (True, False)
    import polars as pl

    rows = pl.DataFrame({"lead_id": ["B", "A"], "action": ["Call.", "Call."], "contact": [True, True]})
    given = pl.DataFrame({"lead_id": ["A", "B", "C"], "dnc": ["yes", "no", "yes"]})
    assert agreed_rows(active, rows, given)["contact"].to_list() == [True, False]


def test_the_word_is_one_that_training_leads_used(desk: Desk, root: Who, now: datetime) -> None:
    active = desk.champion.current()
    serving = active.project.serving.model_copy(update={"do_not_email": "source", "do_not_call": "visits"})
    active = replace(active, project=active.project.model_copy(update={"serving": serving}))
    row = take_leads(desk, root, [NewLead("L1", {"age": 30})], now=now)[0].lead
    noted = with_flags(active, row, (True, True))
    assert noted.fields["source"] in {"web", "fair", "reference"}
    assert noted.fields["visits"] == 1
    assert flags_of(active, noted) == (True, True)
    assert with_flags(active, noted, (True, True)) == noted
