"""The examples about homes, their protected columns once justified and once blocked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from leadrank.project import protect

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def both_ways(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("examples/both_ways.py")


@pytest.mark.parametrize("folder", ["real_estate", "investor_tiers"])
def test_what_is_blocked_one_way_is_justified_the_other(both_ways: ModuleType, folder: str) -> None:
    case = both_ways.CASES[folder]
    for justified, code in ((True, "F303"), (False, "F301")):
        _, found = protect(both_ways.declared(case, 1, justified=justified), case.protected)
        assert [(f.code, f.column) for f in found] == [(code, name) for name in case.protected]


def test_the_table_stands_in_the_page_of_each_example(both_ways: ModuleType) -> None:
    for folder in both_ways.CASES:
        page = (ROOT / "examples" / folder / "README.md").read_text(encoding="utf-8")
        assert both_ways.PLACE.search(page)[0].count("\n| ") == 5


def test_one_example_runs_both_ways(both_ways: ModuleType) -> None:
    said = both_ways.both(both_ways.CASES["real_estate"], 600, 1)
    assert said.count("\n| ") == 5
    assert "| blocked |" in said
