from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_data_finding_has_its_row_in_the_docs() -> None:
    homes = [path for path in (ROOT / "src/leadrank").rglob("*.py") if "labels" not in path.parts]
    raised = {code for path in homes for code in re.findall(r'"(D1\d\d)",', path.read_text(encoding="utf-8"))}
    written = set(re.findall(r"^\| (D1\d\d) \|", (ROOT / "docs/cleaning.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert raised == written
