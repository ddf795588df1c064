"""Measures features as of the cutoff beside the same aggregates in DuckDB SQL, the memory that many events need, and one event at a time.

    python -m benchmarks.features                    # 5,000,000 events beside DuckDB; 50,000,000 events for memory
    python -m benchmarks.features --long 5000000     # fewer events for memory

Both read the same table from memory, in their own form; both use 2 threads, then 1, each in a process of its own. DuckDB gets one query with one
join and one grouping; with one cutoff for each lead, which is its best case, and with four.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from leadrank import features
from leadrank.features.naming import event_names
from leadrank.features.plan import EventPlan
from leadrank.project import Project, parse_project

EVENTS, ROWS, LONG = 5_000_000, 200_000, 50_000_000
KINDS = ("Property search", "Email click", "Phone call", "Brochure download", "Viewing", "Enquiry")
LIMIT_GB, LIMIT_US = 8.0, 50.0
START, DAYS = datetime(2023, 1, 1), 720  # noqa: DTZ001
RUNS = 3


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--long", type=int, default=LONG)
    asked.add_argument("--part", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.part is None:
        print(json.dumps(measure(given.long), indent=1, ensure_ascii=False))
    else:
        print(json.dumps(PARTS[given.part.partition(":")[0]](*map(int, given.part.split(":")[1:]))))


def measure(long_events: int = LONG) -> list[dict[str, object]]:
    """Measure all; a row per goal: what, ours, peer, ratio, goal, unit, note."""
    rows = [_beside_duckdb(threads, cutoffs) for threads, cutoffs in ((2, 1), (1, 1), (2, 4))]
    return [*rows, _memory(long_events), _one_event()]


def _in_process(part: str, threads: int) -> dict[str, Any]:
    environment = dict(os.environ) | {"POLARS_MAX_THREADS": str(threads), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-m", "benchmarks.features", "--part", part], check=True, capture_output=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _beside_duckdb(threads: int, cutoffs: int) -> dict[str, object]:
    found = _in_process(f"duckdb:{threads}:{cutoffs}", threads)
    ours, peer = found["ours"], found["peer"]
    note = (
        f"{found['features']} features; quickest of {RUNS}; without counts of different values "
        f"{found['plain']:.1f} times; greatest difference {found['apart']:.0e}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    looks = f"{ROWS:,} rows of {cutoffs} cutoff{'s' if cutoffs > 1 else ''} a lead"
    what = f"{EVENTS:,} events × {looks}, {threads} thread{'s' if threads > 1 else ''}, against DuckDB SQL"
    return {"what": what, "ours": round(ours, 2), "peer": round(peer, 2), "ratio": round(peer / ours, 2), "goal": ">= 1", "unit": "s", "note": note}


def _memory(events: int) -> dict[str, object]:
    found = _in_process(f"memory:{events}", 2)
    size = f"{found['rows']:,} rows, {found['features']} columns"
    note = f"most that was resident, the tables' {found['tables']:.1f} GB with it; {size}, {found['seconds']:.0f} s"
    return _within(f"features of {events:,} events, against the limit", found["peak"], LIMIT_GB, "GB", note)


def _one_event() -> dict[str, object]:
    found = _in_process("one", 1)
    note = f"at the end of {found['events']:.0f} events; all {found['features']:.0f} features at a moment take {found['asked']:.0f} µs"
    return _within("one event into a lead's state, against the limit", found["update"], LIMIT_US, "µs", note)


def _within(what: str, ours: float, limit: float, unit: str, note: str) -> dict[str, object]:
    return {"what": what, "ours": round(ours, 2), "peer": limit, "ratio": round(ours / limit, 3), "goal": "<= 1", "unit": unit, "note": note}


def project_of(cutoffs: int) -> Project:
    """Declare leads and their visits."""
    return parse_project({
        "lead": {"key": "CustomerID", "created_at": "CreatedAt"},
        "event": [{
            "table": "InteractionTable", "id": "InteractionID", "key": "CustomerID", "occurred_at": "InteractionDate", "type": "InteractionType",
            "distinct": ["PropertyViewed"],
        }],
        "cutoff": {"ages": [360 + 90 * k for k in range(cutoffs)]}, "target": {"event": "Enquiry", "within": "60 days"},
        "counting": {"half_lives": dict.fromkeys(KINDS, 30), "scores": False},
    })


def tables_of(events: int, leads: int, seed: int = 0) -> dict[str, pl.DataFrame]:
    """Draw tables: some leads do much more than others, and events come in no order."""
    rng = np.random.default_rng(seed)
    created = np.datetime64(START, "us") + rng.integers(0, 30 * 86_400, leads) * np.timedelta64(1, "s")
    names = pl.Series("CustomerID", np.arange(leads)).cast(pl.String).str.zfill(8)
    busy = rng.gamma(1.0, 1.0, leads)
    whose = rng.choice(leads, events, p=busy / busy.sum()).astype(np.int32)
    moment = np.datetime64(START, "us") + rng.integers(0, DAYS * 86_400, events) * np.timedelta64(1, "s")
    kinds = rng.choice(len(KINDS), events, p=(0.4, 0.2, 0.1, 0.1, 0.1, 0.1)).astype(np.int8)
    homes = pl.Series(np.arange(20_000)).cast(pl.String).str.zfill(6)
    return {
        "lead": pl.DataFrame({"CustomerID": names, "CreatedAt": created}),
        "InteractionTable": pl.DataFrame({
            "CustomerID": names.gather(whose), "InteractionDate": moment, "InteractionType": pl.Series(KINDS).gather(kinds),
            "TimeSpent": rng.exponential(5.0, events), "PropertyViewed": homes.gather(rng.integers(0, len(homes), events)),
        }),
    }


def duckdb_part(threads: int, cutoffs: int) -> dict[str, float]:
    """Time both on the same tables, in turns."""
    import duckdb

    project, tables = project_of(cutoffs), tables_of(EVENTS, ROWS // cutoffs)
    rows = features.cutoff_rows(project, tables)
    featurizer = features.fit_featurizer(project, tables, rows, np.zeros(rows.height, dtype=np.int64))
    plan = featurizer.events[0]
    database = duckdb.connect()
    database.execute(f"SET threads = {threads}")
    asked, events = rows.with_columns(tables["lead"]["CustomerID"].gather(rows["lead"])), tables["InteractionTable"]
    for name, frame in (("asked", asked), ("events", events)):
        database.register("given", frame.to_arrow())
        database.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608 - our own names
    plain = replace(plan, distinct=())
    times: dict[str, list[float]] = {"ours": [], "peer": [], "ours plain": [], "peer plain": []}
    for _ in range(RUNS):
        for what, one in (("", plan), (" plain", plain)):
            own = replace(featurizer, events=(one,))
            began = time.perf_counter()
            made = features.featurize(own, tables, rows, threads=threads)
            times[f"ours{what}"].append(time.perf_counter() - began)
            began = time.perf_counter()
            answer = database.sql(sql_of(one, featurizer.windows)).to_arrow_table()
            times[f"peer{what}"].append(time.perf_counter() - began)
            if one is plan:
                apart = _apart(plan, made, pl.DataFrame(pl.from_arrow(answer)))
    best = {name: min(taken) for name, taken in times.items()}
    return {
        "ours": best["ours"], "peer": best["peer"], "plain": best["peer plain"] / best["ours plain"], "apart": apart,
        "features": len(event_names(plan, featurizer.windows)),
    }


def sql_of(plan: EventPlan, windows: tuple[float, ...]) -> str:
    """Write one query that joins once and groups once."""
    ever = 1e9
    spans = [*((f"{w:g}", w) for w in windows), ("ever", ever)]
    lines = []
    for k, kind in enumerate(("", *plan.kinds)):
        of = f"InteractionType = '{kind}'" if kind else "true"
        lines += [f"count(*) FILTER ({of} AND age < {w}) AS count_{k}_{said}" for said, w in spans]
        lines += [f"2 * count(*) FILTER ({of} AND age < {w}) - count(*) FILTER ({of} AND age < {2 * w}) AS trend_{k}_{w:g}" for w in windows]
        lines.append(f"min(age) FILTER ({of}) AS last_{k}")
        lines += [f"coalesce(sum(pow(2, -age / 30)) FILTER ({of}), 0) AS decayed_{k}"] if kind else []
    for name in plan.numbers:
        lines += [f"coalesce(sum({name}) FILTER (age < {w}), 0) AS sum_{said}" for said, w in spans]
        lines += [f"avg({name}) FILTER (age < {w}) AS mean_{said}" for said, w in spans]
        lines += [
            f"2 * coalesce(sum({name}) FILTER (age < {w}), 0) - coalesce(sum({name}) FILTER (age < {2 * w}), 0) AS sum_trend_{w:g}" for w in windows
        ]
    lines += [f"count(DISTINCT {name}) FILTER (age < {w}) AS different_{said}" for name in plan.distinct for said, w in spans]
    joined = (
        "SELECT a.lead, a.\"at\" AS moment, e.* EXCLUDE (CustomerID), (epoch_us(a.\"at\") - epoch_us(e.InteractionDate)) / 86400e6 AS age "
        "FROM asked a LEFT JOIN events e ON e.CustomerID = a.CustomerID AND e.InteractionDate <= a.\"at\""
    )
    return f"SELECT lead, moment, {', '.join(lines)} FROM ({joined}) GROUP BY lead, moment"  # noqa: S608 - our own names


def _apart(plan: EventPlan, ours: pl.DataFrame, theirs: pl.DataFrame) -> float:
    """Return the greatest relative difference of some features, one of each sort."""
    theirs = theirs.sort("lead", "moment")
    first = plan.kinds[0]
    pairs = {
        f"{first}, 30 days": "count_1_30", f"{first}, days since the last": "last_1", f"{first}, decayed": "decayed_1",
        f"{first}, 7 days against the 7 before": "trend_1_7", "TimeSpent sum, 90 days": "sum_90", "TimeSpent mean, ever": "mean_ever",
        "TimeSpent sum, 7 days against the 7 before": "sum_trend_7", "different PropertyViewed, 90 days": "different_90",
    }
    apart = 0.0
    for own, other in pairs.items():
        a, b = ours[f"{plan.table} {own}"].to_numpy(), theirs[other].cast(pl.Float64).to_numpy()
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            raise AssertionError(f"{own}: blank in different rows")
        apart = max(apart, float(np.nanmax(np.abs(a - b) / np.maximum(1.0, np.abs(b)))))
    return apart


def memory_part(events: int) -> dict[str, float]:
    """Make the features of many events, and return the most memory that this process ever had."""
    project = project_of(1)
    tables = tables_of(events, max(events // 25, 1))
    rows = features.cutoff_rows(project, tables)
    held = sum(table.estimated_size() for table in tables.values()) / 1e9
    featurizer = features.fit_featurizer(project, tables, rows, np.zeros(rows.height, dtype=np.int64))
    began = time.perf_counter()
    made = features.featurize(featurizer, tables, rows, threads=2)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"peak": peak, "tables": held, "rows": made.height, "features": made.width, "seconds": seconds}


def one_part() -> dict[str, float]:
    """Take a busy lead's events one by one, and tell its features at the end."""
    project, tables = project_of(1), tables_of(20_000, 200)
    rows = features.cutoff_rows(project, tables)
    featurizer = features.fit_featurizer(project, tables, rows, np.zeros(rows.height, dtype=np.int64))
    twin = features.IncrementalFeaturizer(featurizer, tables)
    events = tables["InteractionTable"].group_by("CustomerID", maintain_order=True).all().with_columns(number=pl.col("TimeSpent").list.len())
    busy = tables["InteractionTable"].filter(pl.col("CustomerID") == events.sort("number")["CustomerID"][-1]).to_dicts()
    state, taken = twin.start({"CustomerID": busy[0]["CustomerID"]}), []
    for event in busy:
        began = time.perf_counter()
        twin.update(state, "InteractionTable", event)
        taken.append(time.perf_counter() - began)
    moment, asked = datetime(2024, 12, 1), []  # noqa: DTZ001
    for _ in range(50):
        began = time.perf_counter()
        made = twin.features_at(state, moment)
        asked.append(time.perf_counter() - began)
    return {"update": 1e6 * float(np.mean(taken[-100:])), "asked": 1e6 * float(np.median(asked)), "events": len(busy), "features": len(made)}


PARTS = {"duckdb": duckdb_part, "memory": memory_part, "one": one_part}

if __name__ == "__main__":
    main()
