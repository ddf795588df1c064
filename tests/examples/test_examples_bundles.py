"""What the example projects declare survives the way through a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrank.bundle.parts import from_part, to_part
from leadrank.project import Project, read_project

FILES = sorted((Path(__file__).parents[2] / "examples").glob("*/*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_a_project_with_fixed_settings_can_be_stored_in_a_bundle(file: Path) -> None:
    project = read_project(file)
    assert from_part(Project, to_part(project, Project)) == project
