"""A first guess at how tables belong together, and how sure it is."""

from __future__ import annotations

import polars as pl
import pytest

from leadrank.data import draft_relations
from leadrank.data.relations.overlaps import relation_of, seen_columns
from leadrank.errors import UsageError


def shop(customers: int = 40) -> dict[str, pl.DataFrame]:
    ids = list(range(1, customers + 1))
    return {
        "customers": pl.DataFrame({"customer_id": ids, "signed_up": ["2024-01-01"] * customers, "birth_date": ["1980-01-01"] * customers}),
        "visits": pl.DataFrame({
            "visit_id": [f"v{i}" for i in range(3 * customers)], "customer": ids * 3, "visited_at": ["2024-02-01 10:00:00"] * (3 * customers),
            "loaded_at": ["2024-02-02 00:00:00"] * (3 * customers), "visit_type": ["web", "shop", "call"] * customers,
            "item": [f"i{i % 7}" for i in range(3 * customers)]}),
        "orders": pl.DataFrame({"order_no": ["o1", "o2"], "customer_id": [3, 9], "ordered_on": ["2024-03-01", "2024-03-02"]}),
        "items": pl.DataFrame({"id": [f"i{i}" for i in range(7)], "price": [1.5 * i for i in range(7)]}),
        "notes": pl.DataFrame({"note": ["none of these", "names anything"]}),
    }


def test_leads_events_and_parents_are_recognised() -> None:
    draft = draft_relations(shop(), target="orders")
    assert (draft.lead, draft.key, draft.created_at) == ("customers", "customer_id", "signed_up")
    found = {e.table: (e.key, e.occurred_at, e.known_at, e.id, e.type) for e in draft.events}
    assert found == {
        "visits": (("customer",), "visited_at", "loaded_at", "visit_id", "visit_type"),
        "orders": (("customer_id",), "ordered_on", None, "order_no", None)}
    assert [(p.table, p.key, p.of, p.by) for p in draft.parents] == [("items", "id", "visits", "item")]
    assert list(draft.unused) == ["notes"]


def test_without_an_outcome_the_lead_table_is_the_one_that_events_name() -> None:
    assert draft_relations(shop()).lead == "customers"


def test_a_near_miss_is_found_and_said() -> None:
    deals = pl.DataFrame({"deal": [f"d{i}" for i in range(6)], "product": ["GTXPro", "MG", "GTXPro", "MG", "GTK", "GTK"], "won": ["yes", "no"] * 3})
    products = pl.DataFrame({"product": ["GTX Pro", "MG", "GTK"], "price": [4821, 55, 26768]})
    (parent,) = draft_relations({"deals": deals, "products": products}, target="won").parents
    assert parent.because == "3 of 3 values found (1 written otherwise: 'GTXPro' is 'GTX Pro'), the key is unique, same name: sure"


def test_a_parent_whose_key_repeats_over_time_is_told_apart_by_the_moment() -> None:
    tables = shop()
    tables["items"] = pl.DataFrame({
        "item_id": [f"i{i}" for i in range(7)] * 2, "valid_from": ["2024-01-01"] * 7 + ["2024-02-01"] * 7, "state": ["free", "sold"] * 7})
    (parent,) = draft_relations(tables, target="orders").parents
    assert (parent.table, parent.key, parent.by, parent.known_at) == ("items", "item_id", "item", "valid_from")


def test_what_leads_and_events_both_name_is_read_for_each_but_not_for_the_outcome() -> None:
    """As the parent of visits it stays under the column's name, unless a table is called so; what an order was of is left for a comment."""
    tables = shop()
    count = tables["customers"].height
    tables["customers"] = tables["customers"].with_columns(asked_item=pl.Series([f"i{i % 7}" for i in range(count)]))
    tables["orders"] = tables["orders"].with_columns(item=pl.Series(["i1", "i2"]))
    parents = draft_relations(tables, target="orders").parents
    assert [(p.table, p.of, p.by, p.name) for p in parents] == [("items", "lead", "asked_item", None), ("items", "visits", "item", "item")]
    assert parents[0].also == (("orders", "item"),)
    parents = draft_relations(tables | {"item": tables["notes"]}, target="orders").parents
    assert [p.name for p in parents] == [None, "visits_item"]


def test_two_columns_may_name_a_lead_together_and_a_parent_lends_its_date() -> None:
    pairs = [(c, h + c) for c in range(1, 6) for h in range(8)]
    invited = pl.DataFrame(pairs, schema=["campaign_id", "household_id"], orient="row")
    tables = {
        "invitations": invited,
        "campaigns": pl.DataFrame({"campaign_id": range(1, 6), "start_date": ["2024-01-01"] * 5, "end_date": ["2024-02-01"] * 5}),
        "households": pl.DataFrame({"household_id": range(1, 13), "size": [2] * 12}),
        "redemptions": invited[::7].with_columns(redeemed_on=pl.lit("2024-01-15")),
    }
    draft = draft_relations(tables, target="redemptions")
    assert (draft.lead, draft.key, draft.created_at) == ("invitations", None, "campaigns.start_date")
    assert [(e.table, e.key) for e in draft.events] == [("redemptions", ("campaign_id", "household_id"))]
    assert any("does not tell when a lead came" in doubt for doubt in draft.doubts)


def test_small_numbers_alone_are_no_relation() -> None:
    numbers = seen_columns(pl.DataFrame({"quantity": [1, 2, 3, 1, 2, 3]}))["quantity"]
    key = seen_columns(pl.DataFrame({"campaign_id": [1, 2, 3, 4]}))["campaign_id"]
    assert relation_of("sales", numbers, "campaigns", key) is None


def test_a_table_without_a_date_cannot_tell_events_and_says_so() -> None:
    tables = shop()
    tables["visits"] = tables["visits"].drop("visited_at", "loaded_at")
    draft = draft_relations(tables, target="orders")
    assert "no date" in draft.unused["visits"]


def test_half_of_the_keys_found_is_unsure() -> None:
    tables = shop()
    tables["traits"] = pl.DataFrame({"customer_id": range(1, 17), "income": ["high", "low"] * 8})
    (parent,) = (p for p in draft_relations(tables, target="orders").parents if p.table == "traits")
    assert (parent.because.endswith("unsure, look at it"), parent.sure < 0.55) == (True, True)


@pytest.mark.parametrize(("lead", "target", "said"), [
    (None, "ordrs", "neither a column nor a table"), ("custmers", None, "there is no table"), (None, "customer_id", "several tables have a column"),
    (None, "notes", "names the rows of no other table"),
])
def test_what_is_not_there_is_refused(lead: str | None, target: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        draft_relations(shop(), lead=lead, target=target)


def test_a_table_whose_numbers_are_keys_under_another_name_is_told() -> None:
    days = [f"2024-01-{i % 28 + 1:02d}" for i in range(300)]
    tables = {
        "Kunden": pl.DataFrame({"Kunden-Nr": range(1, 101), "Anlage": days[:100], "Budget": [i * 7.5 for i in range(100)]}),
        "Besuche": pl.DataFrame({"Kunde Nr": [i % 97 + 1 for i in range(300)], "Datum": days, "Dauer": [i % 12 + 1 for i in range(300)]}),
        "Wetter": pl.DataFrame({"Grad": [i % 13 for i in range(300)], "Tag": days}),
    }
    unused = draft_relations(tables, lead="Kunden").unused
    assert "97 of 97 values of 'Kunde Nr' stand in Kunden.Kunden-Nr" in unused["Besuche"]
    assert unused["Wetter"].startswith("no column of it")


def test_a_dated_table_with_one_row_for_a_lead_could_be_the_outcome() -> None:
    tables = {
        "people": pl.DataFrame({"person_id": range(1, 101), "came": ["2024-01-02"] * 100}),
        "deeds": pl.DataFrame({"person_id": range(1, 31), "signed": [f"2024-02-{i % 28 + 1:02d}" for i in range(30)]}),
    }
    assert draft_relations(tables, lead="people").once == ("deeds",)
    assert draft_relations(tables, lead="people", target="deeds").once == ()


def test_the_only_column_of_labels_of_an_event_table_is_its_kind_whatever_its_name() -> None:
    leads = pl.DataFrame({"lead_id": [f"L{i:03}" for i in range(30)], "came": ["2024-01-01"] * 30})
    calls = pl.DataFrame({"lead_id": [f"L{i % 30:03}" for i in range(60)], "am": ["2024-02-01"] * 60, "weise": ["kurz", "lang"] * 30})
    drafted = draft_relations({"leads": leads, "calls": calls})
    assert [event.type for event in drafted.events] == ["weise"]
