"""Several tables become one: for each lead and cutoff, all that was known then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from leadrank.features import naming
from leadrank.features.agreements import agreements
from leadrank.features.asof import Seen, every, latest
from leadrank.features.calendar import first_events
from leadrank.features.counting import Columns, asked_of, columns_of, count, event_table, past_of
from leadrank.features.half_life import half_lives
from leadrank.features.named_scores import Scored, scores
from leadrank.features.parents import Counter, Family, family_of, last_attributes, last_that_belongs, lead_attributes, means_and_shares
from leadrank.features.plan import EventPlan, Featurizer
from leadrank.features.planning import planned
from leadrank.features.tables import Tables, all_codes, table_of
from leadrank.frames import pl
from leadrank.moments import LONG_AGO, NEVER, microseconds
from leadrank.project import Project
from leadrank.types import AT, BoolArray, IntArray


def fit_featurizer(project: Project, tables: Tables, rows: pl.DataFrame, y: IntArray) -> Featurizer:
    """Learn which kinds of events are counted apart and how fast they are forgotten.

    Parameters
    ----------
    project
        What is declared of tables, windows and half-lives.
    tables
        Clean tables by name.
    rows
        As `cutoff_rows` gives them.
    y
        The outcome of each row; only rows with 0 or 1 are learned from.

    Returns
    -------
    Featurizer
        A record; `featurize` uses it, and so does its incremental twin.

    Raises
    ------
    UsageError, DataError
        Something that was declared is not there.
    """
    learned = rows.filter(pl.Series(y >= 0))
    plan = planned(project, tables, learned if learned.height else rows)
    return replace(plan, events=half_lives(plan, tables, learned, y[y >= 0], project.counting.half_lives))


def featurize(featurizer: Featurizer, tables: Tables, rows: pl.DataFrame, *, threads: int = 1) -> pl.DataFrame:
    """Tell what was known of each row's lead at its cutoff.

    Parameters
    ----------
    featurizer
        What `fit_featurizer` learned.
    tables
        Clean tables by name.
    rows
        `lead` (row number in the lead table) and `at`, in any order.
    threads
        How many chunks of leads are worked on at a time.

    Returns
    -------
    polars.DataFrame
        A line for each row: the columns of the lead (not the keys of other tables), `at`, and the features that `kinds_of` lists. Counts are
        0 where nothing happened; means, days and shares are blank then. All that is counted is blank where the cutoff is not known.

    Raises
    ------
    DataError
        A table or column is not there.
    """
    lead, at = rows["lead"].to_numpy(), microseconds(rows["at"], LONG_AGO)
    parts = list(_lead_columns(featurizer, tables, rows))
    parts += lead_attributes(family_of(tables, featurizer.parents_of("lead"), table_of(tables, "lead")), lead, at)
    parts += agreements(featurizer.agreements, {part.name: part for part in parts})
    for plan in featurizer.events:
        parts += _event_columns(featurizer, plan, tables, rows, threads)
    return pl.DataFrame(parts)


def _lead_columns(featurizer: Featurizer, tables: Tables, rows: pl.DataFrame) -> Iterator[pl.Series]:
    leads, number = table_of(tables, "lead"), rows["lead"]
    for name in featurizer.lead.columns:
        if name in leads.columns:
            yield leads[name].gather(number).alias(naming.of_lead_column(name))
    yield rows[AT].alias(AT)


def _event_columns(featurizer: Featurizer, plan: EventPlan, tables: Tables, rows: pl.DataFrame, threads: int) -> Iterator[pl.Series]:
    table = event_table(plan, tables)
    columns = columns_of(plan, table)
    past, own = past_of(plan, table, table_of(tables, "lead"), columns)
    asked = asked_of(own, rows)
    family = family_of(tables, featurizer.parents_of(plan.table), table)
    last = np.full(len(asked), -1)
    find_last = last_that_belongs(_belongs(family, table.height), last)
    counters = [
        lambda seen: count(plan, featurizer.windows, columns, seen), _first(featurizer, plan, tables, rows),
        *means_and_shares(family, np.arange(table.height), past.occurred if past.known is None else past.known),
        *_scores(featurizer, plan, tables, rows, columns, family),
    ]
    found = {name: np.full(len(asked), np.nan) for name in naming.table_names(featurizer, plan)}

    def work(seen: Seen) -> None:
        for counter in counters:
            for name, line in counter(seen):
                found[name][seen.rows] = line
        find_last(seen)

    every(past, asked, work, threads=threads)
    latest_ = {cells.name: cells for cells in last_attributes(family, last, asked.at)}
    for name in list(found):
        numbers = found.pop(name)  # so that a large table is not held twice
        yield latest_[name] if name in latest_ else pl.Series(name, numbers, nan_to_null=True)


def _first(featurizer: Featurizer, plan: EventPlan, tables: Tables, rows: pl.DataFrame) -> Counter:
    name, leads = featurizer.lead.created_at, table_of(tables, "lead")
    created = None if name is None else microseconds(leads[name].gather(rows["lead"]))
    return lambda seen: first_events(plan, seen, None if created is None else created[seen.rows])


def _belongs(family: Family, events: int) -> BoolArray:
    """Mark the events that name something they belong to."""
    marked = np.zeros(events, dtype=np.bool_)
    for held in family.held:
        if held.plan.of == held.plan.root:
            marked |= held.holder >= 0
    return marked


def _scores(
    featurizer: Featurizer, plan: EventPlan, tables: Tables, rows: pl.DataFrame, columns: Columns, family: Family,
) -> Iterator[Counter]:
    wanted = featurizer.scores
    if wanted is None or wanted.interactions != plan.table:
        return
    table = tables[plan.table]
    time = None if wanted.time is None else columns.numbers.get(wanted.time, table[wanted.time].to_numpy())
    items = None if wanted.item is None else columns.distinct.get(wanted.item) or all_codes(table[wanted.item])
    sold = None if wanted.sales is None else _last_sale(featurizer.event(wanted.sales), tables, rows)
    scored = Scored(wanted, time, items, sold, family)
    yield lambda seen: scores(scored, seen)


def _last_sale(plan: EventPlan, tables: Tables, rows: pl.DataFrame) -> IntArray:
    """Return when each row's last sale known at its cutoff was."""
    table = event_table(plan, tables)
    past, own = past_of(plan, table, table_of(tables, "lead"), columns_of(plan, table))
    last = latest(past, asked_of(own, rows))
    return np.where(last >= 0, np.append(past.occurred, NEVER)[last], NEVER)
