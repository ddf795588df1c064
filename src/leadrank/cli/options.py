"""The flags that commands share, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[str, typer.Argument(metavar="PROJECT|DATA", help="A project file (.toml), a table, a database URL, or - (standard input).")]
Data = Annotated[str, typer.Argument(metavar="DATA", help="CSV, Parquet or JSON lines (also .gz), a database URL, or - (standard input).")]
BundleFile = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle that `leadrank train` wrote.")]

Target = Annotated[str | None, typer.Option("--target", metavar="COL", help="The outcome column.")]
Positive = Annotated[str | None, typer.Option("--positive", metavar="VALUE", help="The outcome that means converted.")]
Classes = Annotated[str | None, typer.Option("--classes", metavar="A,B,C", help="Ordered classes, worst first, e.g. Low,Medium,High.")]
Key = Annotated[str | None, typer.Option("--id", metavar="COL", help="The column that names a lead.")]
Order = Annotated[str | None, typer.Option("--order", metavar="COL", help="The column of the order in time; #row: the file's own, oldest first.")]
CreatedAt = Annotated[str | None, typer.Option("--created-at", metavar="COL", help="The column with the moment a lead was created.")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", metavar="COL", help="A column to leave out. Repeatable.")]
Accept = Annotated[list[str] | None, typer.Option("--accept", metavar="COL", help="A column known at scoring, whatever the checks say. Repeatable.")]
Budget = Annotated[str | None, typer.Option("--budget", metavar="SECONDS", help="Wall time of the whole command, e.g. 45 or '2 minutes'.")]
Trials = Annotated[
    int | None, typer.Option("--trials", metavar="N", help="This many tuning trials per learner instead of as many as the budget allows.")
]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="Fits at once; by default one for each core.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of everything random.")]
Value = Annotated[float | None, typer.Option("--value", metavar="AMOUNT", help="What a conversion is worth.")]
Cost = Annotated[float | None, typer.Option("--cost", metavar="AMOUNT", help="What a contact costs.")]
Threshold = Annotated[
    str | None,
    typer.Option("--threshold", metavar="RULE", help="A number, profit, f1, balanced, precision=0.9, recall=0.8 or capacity=40."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 when a column is quarantined or a finding is an error.")]
SignKey = Annotated[Path | None, typer.Option("--key-file", metavar="FILE", help="Sign the bundle with the key in FILE, at least 16 bytes.")]
CheckKey = Annotated[Path | None, typer.Option("--key-file", metavar="FILE", help="Accept only a bundle that was signed with the key in FILE.")]
RejectedFile = Annotated[Path | None, typer.Option("--rejected", metavar="FILE", help="Where records go that do not fit the header.")]
