"""The three named scores, worked out by hand on ten interactions."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from leadrank.errors import UsageError
from leadrank.features import featurize, fit_featurizer
from leadrank.features.naming import score_names
from leadrank.project import parse_project


def noon(day, month=1):
    return datetime(2024, month, day, 12)  # noqa: DTZ001


def estate(**scores):
    return parse_project({
        "lead": {"key": "CustomerID", "created_at": "CreatedAt"},
        "event": [
            {"table": "InteractionTable", "key": "CustomerID", "occurred_at": "InteractionDate", "known_at": "RecordedAt", "type": "InteractionType"},
            {"table": "TransactionTable", "key": "CustomerID", "occurred_at": "SaleDate"},
        ],
        "parent": [{"table": "PropertyTable", "key": "PropertyID", "of": "InteractionTable", "by": "PropertyViewed", "known_at": "ValidFrom"}],
        "target": {"event": "TransactionTable", "within": "60 days"}, **({"counting": scores} if scores else {}),
    })


def tables():
    seen = [
        ("A", noon(10), noon(10), "P1", 2.0), ("A", noon(12), noon(12), "P1", 12.0), ("A", noon(15), noon(15), "P2", 7.0),
        ("A", noon(20), noon(20), "P3", None), ("A", noon(22), noon(22), "P1", 7.0), ("A", noon(24), noon(24), "P2", 6.0),
        ("A", noon(31), noon(31), "P1", 8.0),
        ("A", noon(25), noon(5, 2), "P4", 99.0),  # recorded after the cutoff
        ("A", noon(10, 2), noon(10, 2), "P5", 99.0),  # happened after the cutoff
        ("B", noon(5), noon(5), "P3", 3.0),
    ]
    interactions = pl.DataFrame(seen, schema=["CustomerID", "InteractionDate", "RecordedAt", "PropertyViewed", "TimeSpent"], orient="row")
    status = [
        ("P1", noon(1), "Available"), ("P1", noon(3, 2), "Sold"), ("P2", noon(1), "Available"), ("P2", noon(28), "Sold"), ("P3", noon(1), "unknown"),
        ("P4", noon(1), "Available"),
    ]
    return {
        "lead": pl.DataFrame({"CustomerID": ["A", "B", "C"], "CreatedAt": [noon(1)] * 3}),
        "InteractionTable": interactions.with_columns(InteractionType=pl.lit("Viewing")),
        "TransactionTable": pl.DataFrame({
            "CustomerID": ["A", "A", "B"], "SaleDate": [datetime(2023, 12, 1), datetime(2024, 1, 1), datetime(2024, 2, 15)],  # noqa: DTZ001
            "SaleAmount": [1.0, 2.0, 3.0],
        }),
        "PropertyTable": pl.DataFrame(status, schema=["PropertyID", "ValidFrom", "AvailabilityStatus"], orient="row"),
    }


ROWS = pl.DataFrame({"lead": [0, 1, 2], "at": [datetime(2024, 2, 1)] * 3})  # noqa: DTZ001


def made(project, given):
    return featurize(fit_featurizer(project, given, ROWS, np.zeros(3, dtype=np.int64)), given, ROWS)


@pytest.mark.parametrize(("name", "by_hand"), [
    # A: 7 interactions of 7 minutes on average (42 over the 6 that tell) with 3 properties: log2(8) + log2(8) + log2(4).
    # B: one interaction of 3 minutes with one property: log2(2) + log2(4) + log2(2). C: nothing.
    ("CustomerEngagementScore", [8.0, 4.0, 0.0]),
    # A: the sale of 1 January is known when the day is over, 29.5 days before noon of 31 January. B buys only after the cutoff.
    ("PurchaseRecency", [29.5, None, None]),
    # A: 4 interactions with P1, which can be had until 3 February, 2 with P2, sold, 1 with P3, of which it is not known: (4 + 0 + 0.5) / 3.
    ("PropertyInterestLevel", [1.5, 0.5, None]),
])
def test_a_score_is_as_worked_out_by_hand(name, by_hand):
    assert made(estate(), tables())[name].to_list() == by_hand


def test_a_score_that_lacks_a_column_is_not_made_and_none_is_when_switched_off():
    given = tables()
    unsold = given | {"PropertyTable": given["PropertyTable"].drop("AvailabilityStatus")}
    assert {"CustomerEngagementScore", "PurchaseRecency"} <= set(made(estate(), unsold).columns)
    assert "PropertyInterestLevel" not in made(estate(), unsold).columns
    names = {"CustomerEngagementScore", "PurchaseRecency", "PropertyInterestLevel"}
    assert names == set(score_names(fit_featurizer(estate(), given, ROWS, np.zeros(3, dtype=np.int64)).scores))
    assert not names & set(made(estate(scores=False), given).columns)


def test_a_status_that_is_blank_counts_as_one_that_is_cleaned_to_unknown():
    given = tables()
    status = pl.col("AvailabilityStatus")
    blank = given | {"PropertyTable": given["PropertyTable"].with_columns(pl.when(status != "unknown").then(status).alias("AvailabilityStatus"))}
    assert blank["PropertyTable"]["AvailabilityStatus"].null_count() == 1
    assert made(estate(), blank)["PropertyInterestLevel"].to_list() == made(estate(), given)["PropertyInterestLevel"].to_list() == [1.5, 0.5, None]


def test_availability_may_be_a_number_and_other_words():
    given = tables()
    numbers = given | {"PropertyTable": given["PropertyTable"].with_columns(AvailabilityStatus=pl.lit(0.25))}
    assert made(estate(), numbers)["PropertyInterestLevel"].to_list() == [7 * 0.25 / 3, 0.25, None]
    words = estate(scores={"available": ["SOLD"]})
    assert made(words, given)["PropertyInterestLevel"].to_list() == [2.5 / 3, 0.5, None]


def test_a_table_or_column_named_for_a_score_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match="InteractionTable"):
        made(estate(scores={"interactions": "Interactions"}), tables())
    with pytest.raises(UsageError, match="TimeSpend"):
        made(estate(scores={"interactions": "InteractionTable", "time": "TimeSpend"}), tables())
