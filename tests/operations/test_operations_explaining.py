"""Why a lead scores as it does, what if, and what to ask next: all as the model itself would score it, and nothing kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from leadrank.errors import UsageError
from leadrank.operations import explaining, queue, work
from leadrank.operations.desk import Desk
from leadrank.operations.happenings import NewEvent, take_events
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.who import Who
from leadrank.store.connect import Store

MIDDLE = {"visits": 4, "source": "web", "age": 45}


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def test_the_reasons_of_a_stored_lead_add_up_to_its_score_and_name_nothing_sensitive(desk: Desk, root: Who, now: datetime) -> None:
    lead = take_leads(desk, root, [NewLead("L1", MIDDLE)], now=now)[0].lead
    told = explaining.explain(desk, root, "L1", now=now)
    assert told.scored.probability == pytest.approx(lead.probability, abs=1e-12)
    assert (told.scored.key, told.scored.tier) == ("L1", lead.tier)
    assert {reason.column for reason in told.reasons} == {"visits", "source"}
    stateless = explaining.explain_fields(desk, root, MIDDLE, now=now)
    assert stateless.reasons == told.reasons
    assert stateless.total == told.total


@pytest.mark.parametrize("reasons", [-1, 51])
def test_reasons_have_bounds(desk: Desk, root: Who, now: datetime, reasons: int) -> None:
    with pytest.raises(UsageError, match="reasons"):
        explaining.explain_fields(desk, root, MIDDLE, reasons=reasons, now=now)


def test_what_if_scores_the_changed_lead_and_keeps_nothing(store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("small", store)
    before = take_leads(desk, root, [NewLead("L1", MIDDLE)], now=now)[0].lead
    found = explaining.what_if(desk, root, "L1", {"visits": 9, "age": 50}, now=now)
    expected = desk.champion.current().scorer.one({**MIDDLE, "visits": 9, "age": 50})
    assert found.before.probability == pytest.approx(before.probability, abs=1e-12)
    assert found.after.probability == pytest.approx(expected.probability, abs=1e-12)
    assert [(c.column, c.before, c.after, c.actionable) for c in found.changes] == [("visits", "4", 9, True), ("age", "45", 50, False)]
    assert "no promise" in found.caution
    assert queue.lead(desk, root, "L1", now=now).lead == before
    assert explaining.what_if_fields(desk, root, MIDDLE, {"visits": 9, "age": 50}, now=now).after.probability == found.after.probability


def test_explanations_of_a_stored_lead_decide_as_the_list_does_and_name_the_model_s_own_decision(desk: Desk, root: Who, now: datetime) -> None:
    plain = take_leads(desk, root, [NewLead("L1", MIDDLE)], now=now)[0].lead
    assert explaining.explain(desk, root, "L1", now=now).model_alone is None
    listed = work.override(desk, root, "L1", tier="High", because="met at a fair", expires_at=now + timedelta(days=9), now=now)
    assert listed.tier != plain.tier
    told, found = explaining.explain(desk, root, "L1", now=now), explaining.what_if(desk, root, "L1", {"visits": 2}, now=now)
    for one in (told.scored, found.before):
        assert (one.tier, one.contact, one.action, one.due_within) == (listed.tier, listed.contact, listed.action, listed.due_within)
    assert found.after.tier == "High"
    assert [one.tier for one in (told.model_alone, found.alone_before) if one] == [plain.tier] * 2
    assert found.alone_after is not None
    assert found.alone_after.tier != "High"
    listed = work.consent(desk, root, "L1", do_not_call=True, do_not_email=False, now=now)
    assert explaining.explain(desk, root, "L1", now=now).scored.action == listed.action


def test_what_if_decides_as_the_list_would_with_those_fields(
    desk_of: Callable[..., Desk], root: Who, now: datetime
) -> None:
    desk = desk_of("ordered")
    take_leads(desk, root, [NewLead("L1", {"visits": 0, "source": "web", "age": 40})], now=now)
    found = explaining.what_if(desk, root, "L1", {"visits": 4}, now=now)
    listed = take_leads(desk, root, [NewLead("L1", {"visits": 4})], now=now)[0].lead
    assert (listed.tier, listed.contact, listed.action) == ("Medium", True, "Call in turn.")
    assert (found.after.tier, found.after.contact, found.after.action) == (listed.tier, listed.contact, listed.action)
    assert found.alone_after is not None
    assert not found.alone_after.contact


def test_a_change_in_the_direction_in_which_the_team_cannot_act_is_named_as_such(desk: Desk, root: Who, now: datetime) -> None:
    down, any_way = explaining.what_if_fields(desk, root, MIDDLE, {"visits": 1, "source": "fair"}, now=now).changes
    assert (down.actionable, any_way.actionable) == (False, True)


def test_what_if_of_a_field_that_is_not_read_names_the_nearest(desk: Desk, root: Who, now: datetime) -> None:
    with pytest.raises(UsageError, match="Did you mean 'visits'"):
        explaining.what_if_fields(desk, root, MIDDLE, {"visit": 9}, now=now)
    with pytest.raises(UsageError, match="No field"):
        explaining.what_if_fields(desk, root, MIDDLE, {}, now=now)


def test_levers_are_the_columns_that_the_team_can_act_on(desk: Desk) -> None:
    visits, source = explaining.levers(desk.champion.current(), MIDDLE)
    assert (visits.column, visits.allowed, visits.kind, visits.lowest, visits.value) == ("visits", "up", "number", 0.0, 4)
    assert (source.column, source.allowed, set(source.levels)) == ("source", "any", {"web", "fair", "reference"})


def test_the_field_that_would_move_the_score_most_is_asked_first_and_a_sensitive_one_never(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {"note": "x"}), NewLead("L2", {**MIDDLE, "source": None}), NewLead("L3", MIDDLE)], now=now)
    asked = explaining.ask_next(desk, root, "L1", now=now)
    assert [q.column for q in asked] == ["visits", "source"]
    visits = asked[0]
    assert visits.change > asked[1].change > 0
    assert visits.description == "page views"
    assert float(visits.lowered_by) < 2
    assert float(visits.raised_by) > 6
    scorer = desk.champion.current().scorer
    assert visits.raises_to == pytest.approx(scorer.one({"visits": visits.raised_by}).probability, abs=1e-12)
    assert [q.column for q in explaining.ask_next(desk, root, "L2", now=now)] == ["source"]
    assert explaining.ask_next(desk, root, "L3", now=now) == ()
    assert explaining.ask_next(desk, root, "L1", most=0, now=now) == ()


def test_the_change_of_a_question_is_the_mean_over_what_training_leads_had(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L2", {**MIDDLE, "source": ""})], now=now)
    (asked,) = explaining.ask_next(desk, root, "L2", now=now)
    active = desk.champion.current()
    seen = next(s for s in active.bundle.evidence.features if s.feature.name == "source")
    now_p = active.scorer.one({**MIDDLE, "source": None}).probability
    moved = [abs(active.scorer.one({**MIDDLE, "source": level}).probability - now_p) for level in seen.feature.levels]
    rows = seen.rows[2:]
    assert asked.change == pytest.approx(sum(m * r for m, r in zip(moved, rows, strict=True)) / sum(rows), abs=1e-12)


def test_leads_of_several_tables_are_explained_as_they_were_scored(store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("tables", store)
    take_leads(desk, root, [NewLead("A", {"firm": "F1"}, created_at=now - timedelta(days=5))], now=now)
    visits = [NewEvent(f"v{k}", "A", "visits", now - timedelta(hours=k), fields={"minutes": 5.0}) for k in range(4)]
    lead = take_events(desk, root, visits, now=now)[0].lead
    told = explaining.explain(desk, root, "A", now=now)
    assert told.scored.probability == pytest.approx(lead.probability, abs=1e-12)
    assert (told.scored.tier, told.scored.contact, told.scored.score) == (lead.tier, lead.contact, lead.score)
    column = next(name for name in desk.champion.current().scorer.needed if name.startswith("visits all"))
    found = explaining.what_if(desk, root, "A", {column: 0}, now=now)
    assert found.before.probability == pytest.approx(lead.probability, abs=1e-12)
    assert not found.changes[0].actionable
    explaining.ask_next(desk, root, "A", now=now)
