"""The faces of the packages: what the type checker reads is what a program gets, and nothing is loaded before it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import leadrank

HOUSE = Path(leadrank.__file__).parent
FACES = sorted(path for path in HOUSE.rglob("__init__.py") if "later(" in path.read_text(encoding="utf-8"))


def package(path: Path) -> str:
    return ".".join(path.parent.relative_to(HOUSE.parent).parts)


def told(path: Path) -> dict[str, str]:
    """Return the names that the type checker is told of, each with its module ("" for a module itself)."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module not in {"typing", "leadrank.faces"}:
            module = node.module.removeprefix(package(path)).removeprefix(".")
            found.update(dict.fromkeys((alias.name for alias in node.names), module))
    return found


def given(path: Path) -> dict[str, str]:
    """Return the names that a program gets, likewise."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    later = next(call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "later")
    homes = {word.arg: word.value.value for word in later.keywords}
    return {name: module if names else "" for module, names in homes.items() for name in names.split() or [module]}


@pytest.mark.parametrize("path", FACES, ids=package)
def test_a_face_says_the_same_to_the_type_checker_and_to_a_program(path):
    assert told(path) == given(path)


@pytest.mark.parametrize("path", FACES, ids=package)
def test_every_name_of_a_face_is_there(path):
    face = import_module(package(path))
    assert face.__all__ == dir(face) == sorted(given(path))
    for name in face.__all__:
        assert getattr(face, name) is getattr(face, name)
    with pytest.raises(AttributeError, match="no attribute 'neverheard'"):
        _ = face.neverheard


def test_a_face_loads_nothing_by_itself():
    asked = f"import sys, {', '.join(map(package, FACES))}; print(*sorted(m for m in sys.modules if m.startswith('leadrank')))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {*map(package, FACES), "leadrank.faces"}


def test_a_name_stays_what_it_is_when_a_module_of_that_name_is_loaded():
    asked = (
        "import leadrank.data.profile, leadrank.explain.reasons; from leadrank import data, explain;"
        "assert callable(data.profile) and callable(explain.reasons)"
    )
    subprocess.run([sys.executable, "-c", asked], check=True)
