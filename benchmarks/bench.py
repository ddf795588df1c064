"""Runs the speed benchmarks and writes benchmarks/results.json and docs/benchmarks.md.

    python -m benchmarks.bench                       # all, with 50,000,000 rows for memory
    python -m benchmarks.bench --long 5000000        # fewer rows for memory
    python -m benchmarks.bench --only bulk           # one of one_lead, bulk, reasons_bulk, start, served, features, serve; the others' figures stay
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "results.json", ROOT / "docs" / "benchmarks.md"
PACKAGES = ("leadrank", "numpy", "polars", "pyarrow", "catboost", "lightgbm", "scikit-learn")
INTRODUCTION = """# Benchmarks

Measured by `make bench`, each row beside its peer in the same run; a ratio above its goal holds. Weak rows are printed like the others.
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--long", type=int, default=50_000_000)
    asked.add_argument("--only", choices=("one_lead", "bulk", "reasons_bulk", "start", "served", "features", "serve"))
    given = asked.parse_args()
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name, measure in _measures(given.long).items():
        if given.only in {None, name}:
            results[name] = {"machine": machine(), "rows": measure()}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(page(results))


def _measures(long_rows: int) -> dict[str, Callable[[], list[dict[str, object]]]]:
    from benchmarks import bulk, features, one_lead, reasons_bulk, serve, served, start

    return {
        "one_lead": one_lead.measure, "bulk": lambda: bulk.measure(long_rows=long_rows), "reasons_bulk": reasons_bulk.measure,
        "start": start.measure, "served": served.measure, "features": lambda: features.measure(long_rows), "serve": serve.measure,
    }


def machine() -> dict[str, object]:
    """Describe where this runs, and how busy it is."""
    return {
        "processor": _processor(), "cores": os.cpu_count(), "load": [round(load, 2) for load in os.getloadavg()], "system": platform.platform(),
        "python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES},
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in told.read_text().splitlines() if line.startswith("model name")] if told.exists() else []
    return names[0] if names else platform.processor()


def page(results: dict[str, Any]) -> str:
    """Write all figures as Markdown."""
    parts = [INTRODUCTION]
    for name, found in results.items():
        where = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
        parts.append(f"## {name.replace('_', ' ').capitalize()}\n\nOn {where}.\n")
        lines = ["| what | Leadrank | peer | unit | ratio | goal | holds |", "|---|---|---|---|---|---|---|"]
        lines += [
            f"| {r['what']}{_note(r['note'])} | {_figure(r['ours'])} | {_figure(r['peer'])} | {r['unit']} | {_figure(r['ratio'])} | {r['goal']} "
            f"| {_holds(r)} |" for r in found["rows"]
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _note(note: str) -> str:
    return f" ({note})" if note else ""


def _figure(value: Any) -> str:
    if not isinstance(value, float | int):
        return "" if value is None else str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"


def _holds(row: dict[str, Any]) -> str:
    sign, _, goal = f">= {row['goal']}".rpartition("= ")
    if not isinstance(row["ratio"], float | int) or not goal:
        return ""
    held = row["ratio"] <= float(goal) if sign.endswith("<") else row["ratio"] >= float(goal)
    return "yes" if held else "**no**"


if __name__ == "__main__":
    main()
