"""Features equal what DuckDB says, asked for each by its definition."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.features import featurize
from leadrank.features.naming import in_window, window_said

DAY = "86400000000"
EVER = 1e6
NEWEST = "(SELECT {what} FROM homes h WHERE h.home = e.home AND coalesce(h.since, 0) <= {moment} ORDER BY coalesce(h.since, 0) DESC LIMIT 1)"


def loaded(history):
    """Put the tables into DuckDB, moments as microseconds; `seen` and `sold` have each event once for each row that knows it."""
    database = duckdb.connect()
    for name, frame in (*history.tables.items(), ("asked", history.rows.rename({"at": "cutoff"}).with_row_index("row"))):
        database.register("given", frame.with_columns(pl.selectors.temporal().dt.epoch("us")).to_arrow())
        database.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    plan = history.featurizer.events[0]
    late, shift = "coalesce(loaded, 0)" if plan.known_at is not None else "0", DAY if plan.occurred_at.by_day else "0"
    kinds = ", ".join(f"'{kind}'" for kind in plan.kinds)
    told = f"CASE WHEN how IN ({kinds}) THEN how ELSE 'other' END AS kind"
    available = f"CASE coalesce(lower({NEWEST}), 'unknown') WHEN 'available' THEN 1 WHEN 'unknown' THEN 0.5 ELSE 0 END"
    then = ", ".join(f"{NEWEST.format(what=what, moment='e.known')} AS {what}" for what in ("size", "status"))
    database.execute(f"""
        CREATE TABLE visit AS SELECT *, "when" + {shift} AS happened, greatest("when" + {shift}, {late}) AS known, {told} FROM visits;
        CREATE TABLE sale AS SELECT *, "on" + {DAY} AS happened, "on" + {DAY} AS known, 'sales' AS kind FROM sales;
        CREATE VIEW known_visit AS SELECT row, cutoff, born, (cutoff - happened) / {DAY} AS age, e.*
            FROM asked a JOIN lead l ON l.rowid = a.lead JOIN visit e ON e.lead_id = l.id WHERE e.known <= cutoff;
        CREATE TABLE sold AS SELECT row, cutoff, born, (cutoff - happened) / {DAY} AS age, e.*
            FROM asked a JOIN lead l ON l.rowid = a.lead JOIN sale e ON e.lead_id = l.id WHERE e.known <= cutoff;
        CREATE TABLE seen AS SELECT e.*, {then}, {available.format(what="status", moment="e.cutoff")} AS available FROM known_visit e;
    """)
    return database


def counts(plan, windows, stem):
    for kind in (None, *(plan.groups if plan.groups != ("",) else ())):
        of = "s.row IS NOT NULL" if kind is None else f"kind = '{kind}'"
        what = f"{stem} {kind or 'all'}"
        for window, days in ({w: w for w in windows} | {None: EVER}).items():
            yield in_window(what, window), f"count(*) FILTER ({of} AND age < {days})"
        for w in windows:
            last, before = f"count(*) FILTER ({of} AND age < {w})", f"count(*) FILTER ({of} AND age >= {w} AND age < {2 * w})"
            yield f"{what}, {window_said(w)} against the {w:g} before", f"{last} - {before}"
        yield f"{what}, days since the last", f"min(age) FILTER ({of})"
    for group, life in zip(plan.groups, plan.half_lives, strict=True):
        of = f"kind = '{group}'" if group else "s.row IS NOT NULL"
        yield f"{stem} {group or 'all'}, decayed", f"coalesce(sum(pow(2, -age / {life.days})) FILTER ({of}), 0)"
    yield f"{stem} all, days since the first", "max(age)"
    yield f"{stem} all, hours from creation to the first", "(min(happened) FILTER (happened >= born) - any_value(born)) / 3600e6"


def numbers(windows, name, stem):
    for window, days in ({w: w for w in windows} | {None: EVER}).items():
        yield in_window(f"{stem} {name} sum", window), f"coalesce(sum({name}) FILTER (age < {days}), 0)"
        yield in_window(f"{stem} {name} mean", window), f"avg({name}) FILTER (age < {days})"
    for w in windows:
        last, before = f"sum({name}) FILTER (age < {w})", f"sum({name}) FILTER (age >= {w} AND age < {2 * w})"
        yield f"{stem} {name} sum, {window_said(w)} against the {w:g} before", f"coalesce({last}, 0) - coalesce({before}, 0)"


def of_homes(windows, statuses):
    for window, days in ({w: w for w in windows} | {None: EVER}).items():
        yield in_window("visits different home", window), f"count(DISTINCT home) FILTER (age < {days})"
    yield "visits homes.size, mean", "avg(size)"
    for status in statuses:
        yield f"visits homes.status {status}, share", f"count(*) FILTER (status = '{status}') / nullif(count(status), 0)"
    yield "CustomerEngagementScore", "log2(1 + count(s.row)) + log2(1 + coalesce(avg(minutes), 0)) + log2(1 + count(DISTINCT home))"
    yield "PurchaseRecency", f"(max(happened) - (SELECT max(sold.happened) FROM sold WHERE sold.row = a.row)) / {DAY}"
    yield "PropertyInterestLevel", "sum(available) FILTER (home IS NOT NULL) / nullif(count(DISTINCT home), 0)"


def asked(database, table, expressions):
    """A column for each expression, a line for each row; what no event says is what the expression says of no events."""
    said = ", ".join(f'{expression} AS "{name}"' for name, expression in expressions)
    found = database.sql(f"SELECT {said} FROM asked a LEFT JOIN {table} s USING (row) GROUP BY a.row ORDER BY a.row")
    return pl.DataFrame(pl.from_arrow(found.to_arrow_table())).cast(pl.Float64)


def told(database):
    """What was known at the cutoff of the last home visited, where one visit is the last, and of the lead's firm and its region."""
    last = """SELECT row, any_value(home), count(*), any_value(cutoff) FROM seen s WHERE home IN (SELECT home FROM homes) AND happened =
        (SELECT max(happened) FROM seen t WHERE t.row = s.row AND t.home IN (SELECT home FROM homes)) GROUP BY row"""
    for row, home, visits, cutoff in database.execute(last).fetchall():
        newest = f"home = '{home}' AND coalesce(since, 0) <= {cutoff} ORDER BY coalesce(since, 0) DESC LIMIT 1"
        found = database.execute(f"SELECT status, size FROM homes WHERE {newest}").fetchone()
        if visits == 1:
            yield from zip(("visits homes.status, last", "visits homes.size, last"), (row, row), found or (None, None), strict=True)
    firms = """SELECT row, staff, mood, (lower(wants) = lower(mood))::DOUBLE, (income = staff)::DOUBLE, wants FROM (
        SELECT row, staff, wants, income,
            (SELECT mood FROM regions r WHERE r.region = f.region AND r.since <= cutoff ORDER BY since DESC LIMIT 1) AS mood
        FROM asked a JOIN lead l ON l.rowid = a.lead LEFT JOIN firms f ON f.firm = l.firm)"""
    for row, *cells in database.execute(firms).fetchall():
        yield from ((name, row, cell) for name, cell in zip(("firms.staff", "regions.mood", "near", "as many", "wants"), cells, strict=True))


@pytest.mark.parametrize("late", [False, True])
@given(seed=st.integers(0, 2**32), by_day=st.booleans())
@settings(max_examples=8, deadline=None)
def test_features_equal_their_definition_in_sql(draw, late, seed, by_day):
    history = draw(seed, late=late, by_day=by_day)
    visits, sales = history.featurizer.events
    windows = history.featurizer.windows
    made = featurize(history.featurizer, history.tables, history.rows)
    database = loaded(history)
    statuses = next(a.levels for a in history.featurizer.parents_of("visits")[0].attributes if a.column == "status")
    seen = asked(database, "seen", [*counts(visits, windows, "visits"), *numbers(windows, "minutes", "visits"), *of_homes(windows, statuses)])
    sold = asked(database, "sold", [*counts(sales, windows, "sales"), *numbers(windows, "amount", "sales")])
    own = {"id", "born", "at", "income", "firm", "wants"}
    told_apart = {"firms.staff", "regions.mood", "near", "as many", "visits homes.size, last", "visits homes.status, last"}
    assert set(made.columns) - own - told_apart == {*seen.columns, *sold.columns}
    for wanted in (*seen.get_columns(), *sold.get_columns()):
        own = made[wanted.name]
        assert own.is_null().to_list() == wanted.is_null().to_list(), wanted.name
        assert ((own - wanted).abs() <= 1e-9 * (1 + wanted.abs())).fill_null(value=True).all(), wanted.name
    texts = list(told(database))
    assert texts
    for name, row, value in texts:
        assert made[name][row] == value, (name, row)
