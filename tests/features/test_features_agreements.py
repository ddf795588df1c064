"""What a lead asks for against what is there, as of the cutoff."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from leadrank.errors import UsageError
from leadrank.features import cutoff_rows, featurize, fit_featurizer, kinds_of
from leadrank.project import parse_project

DAY = [datetime(2024, 1, day) for day in (1, 10, 20)]  # noqa: DTZ001
TABLES = {
    "lead": pl.DataFrame({"id": ["a", "b", "c", "d"], "born": [DAY[1]] * 4, "home": ["h", "h", "k", None], "wants": ["Flat", "Plot", "plot ", "Flat"],
                          "rooms": [2.0, 3.0, None, 1.0], "won": ["yes", "no", "no", "no"]}),
    "homes": pl.DataFrame({"home": ["h", "h", "k"], "since": [DAY[0], DAY[2], DAY[0]], "sort": ["Flat", "Plot", "Plot"], "rooms": [2.0, 3.0, 1.0]}),
}


def made(**agreements):
    project = parse_project({
        "lead": {"key": "id", "created_at": "born", "agreements": agreements}, "target": {"column": "won"},
        "parent": [{"table": "homes", "key": "home", "known_at": "since"}],
    })
    rows = cutoff_rows(project, TABLES)
    featurizer = fit_featurizer(project, TABLES, rows, rows["lead"].to_numpy() * 0)
    return featurize(featurizer, TABLES, rows), kinds_of(featurizer)


def test_an_agreement_compares_what_was_known_at_the_cutoff_and_is_blank_where_either_is():
    frame, kinds = made(suits=["wants", "homes.sort"], size=["rooms", "homes.rooms"])
    assert frame["suits"].to_list() == [1.0, 0.0, 1.0, None]
    assert frame["size"].to_list() == [1.0, 0.0, None, None]
    assert kinds["suits"] == "fit"


@pytest.mark.parametrize(("agreements", "said"), [
    ({"suits": ["wants", "homes.sorts"]}, "'homes.sorts', which is no column of a lead"),
    ({"suits": ["won", "homes.sort"]}, "'won', which is no column of a lead"),
    ({"suits": ["wants", "homes.rooms"]}, "one holds numbers"),
    ({"rooms": ["wants", "homes.sort"]}, "there is one of that name"),
])
def test_an_agreement_of_what_is_not_there_or_is_no_like_or_is_the_outcome_is_refused(agreements, said):
    with pytest.raises(UsageError, match=said):
        made(**agreements)
