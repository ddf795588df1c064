"""The cold start: one lead is scored by NumPy and the kernel alone, and the package of a serverless function holds no more."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from leadrank import __version__
from leadrank.bundle import save_bundle
from leadrank.errors import MissingExtraError
from leadrank.score import Scorer

ROOT = Path(__file__).parents[2]
FORBIDDEN = (
    "polars", "narwhals", "pydantic", "pandas", "pyarrow", "scipy", "sklearn", "catboost", "lightgbm", "xgboost", "optuna", "typer", "rich",
    "matplotlib", "jinja2", "sqlalchemy",
)
NEVER = (
    "leadrank.train", "leadrank.data.leaks", "leadrank.data.clean", "leadrank.models.fit", "leadrank.models.catboost_forest",
    "leadrank.evaluation.judge",
)
LEAD = {"fit": "1.25", "source": "web", "visits": 3, "seen": "2024-05-06 10:15:00", "id": "L1"}


def ran(code: str, *flags: str) -> str:
    return subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("kind", ["catboost", "logistic", "ordered catboost", "dummy", "naive bayes", "random forest"])
@pytest.mark.parametrize("reasons", [0, 3])
def test_one_lead_is_scored_without_frames_learners_and_pydantic(trained, tmp_path, kind, reasons):
    save_bundle(trained(kind), tmp_path / "b.leadrank", version=__version__)
    asked = (
        f"import sys, json; from leadrank.score import Scorer; found = Scorer({str(tmp_path / 'b.leadrank')!r}).one({LEAD!r}, reasons={reasons});"
        f"print(found.probability); print(*(m for m in {FORBIDDEN + NEVER!r} if m in sys.modules))"
    )
    probability, loaded = ran(asked).split("\n")[:2]
    assert float(probability) == Scorer(trained(kind)).one(LEAD).probability
    assert loaded == ""


@pytest.fixture(scope="module")
def package(trained, tmp_path_factory) -> Path:
    """Return the folder of a package that `scripts/lambda` has made; nothing is fetched for the machine that it runs on."""
    folder = tmp_path_factory.mktemp("package")
    save_bundle(trained("catboost"), folder / "b.leadrank", version=__version__)
    made = folder / "package.zip"
    arch = "arm64" if "aarch64" in sys.implementation._multiarch else "x86_64"
    asked = [sys.executable, str(ROOT / "scripts" / "lambda"), str(folder / "b.leadrank"), "--arch", arch, "-o", str(made)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(made)
    with zipfile.ZipFile(made) as packed:
        packed.extractall(folder / "unpacked")
    return folder / "unpacked"


def answers(package: Path, *events: object) -> list[dict[str, object]]:
    """Return what a function with nothing but the package answers, error or not, and which modules it loaded."""
    code = f"""
import sys; sys.path[:0] = [{str(package)!r}]
import json, lambda_function
for event in json.loads({json.dumps(events)!r}):
    try:
        answer = lambda_function.lambda_handler(event, None)
    except Exception as problem:
        answer = {{"raised": type(problem).__name__, "said": str(problem)}}
    print(json.dumps(answer, allow_nan=False))
print(json.dumps({{"loaded": sorted(sys.modules), "places": [getattr(m, "__file__", None) or "" for m in list(sys.modules.values())]}}))
"""
    return [json.loads(line) for line in ran(code, "-I", "-S").splitlines()]


def test_the_package_scores_one_lead_with_only_its_own_folder(package, trained):
    plain, explained, told = answers(package, LEAD, {"lead": LEAD, "reasons": 2})
    expected = Scorer(trained("catboost")).one(LEAD, reasons=2)
    assert plain == json.loads(json.dumps({**expected._asdict(), "reasons": []}))
    assert explained["reasons"] == json.loads(json.dumps([reason._asdict() for reason in expected.reasons]))
    assert len(explained["reasons"]) == 2
    assert not {name.partition(".")[0] for name in told["loaded"]} & set(FORBIDDEN)
    assert not [place for place in told["places"] if "site-packages" in place or str(ROOT / "src") in place]


def test_the_package_answers_over_http(package, trained):
    http = {"requestContext": {"http": {}}}
    ok, explained, encoded, *wrong, _ = answers(
        package, {**http, "body": json.dumps(LEAD)}, {**http, "body": json.dumps(LEAD), "queryStringParameters": {"reasons": "3"}},
        {**http, "body": "eyJmaXQiOiAiMSJ9", "isBase64Encoded": True}, {**http, "body": "{"}, {**http, "body": "[1]"}, {**http, "body": None},
        {**http, "body": "{}", "queryStringParameters": {"reasons": "-1"}}, {**http, "body": "%", "isBase64Encoded": True},
        {**http, "body": "[" * 100_000},
    )
    assert ok["statusCode"] == explained["statusCode"] == encoded["statusCode"] == 200
    assert json.loads(ok["body"])["probability"] == Scorer(trained("catboost")).one(LEAD).probability
    assert len(json.loads(explained["body"])["reasons"]) == 3
    assert [answer["statusCode"] for answer in wrong] == [400] * 6
    assert all(json.loads(answer["body"])["error"] for answer in wrong)


def test_what_is_answered_over_http_can_be_encoded_whatever_the_key_holds(package):
    answer, _ = answers(package, {"requestContext": {}, "body": '{"id": "\\ud800", "source": "caf\u00e9"}'})
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"].encode())["key"] == "\ud800"


@pytest.mark.parametrize("event", [
    "a lead", 3, None, [LEAD], {"lead": LEAD, "reasons": "3"}, {"lead": LEAD, "reasons": 1000}, {"lead": LEAD, "reasons": True},
])
def test_what_is_no_lead_is_a_usage_error(package, event):
    answer, _ = answers(package, event)
    assert answer["raised"] == "UsageError"


@pytest.mark.parametrize("lead", [{}, {"fit": [1], "source": {"a": 1}}, {"fit": "x" * 10_000, "nobody": None}, {"visits": 1e308}, {"lead": "text"}])
def test_any_object_is_a_lead(package, lead):
    answer, _ = answers(package, lead)
    assert 0 <= answer["probability"] <= 1
    assert answer["problems"]


def test_the_package_is_small_and_brings_its_byte_code_and_licences(package):
    files = [path for path in package.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 100e6
    assert (package / "leads.leadrank").is_file()
    assert {path.name for path in package.iterdir()} >= {"lambda_function.py", "leadrank", "numpy"}
    compiled = {path.name.partition(".")[0] for path in (package / "leadrank" / "__pycache__").iterdir()}
    assert compiled == {path.stem for path in (package / "leadrank").glob("*.py")}
    assert [path for path in files if "licenses" in path.parts and "numpy" in path.as_posix()]


def test_what_is_no_bundle_is_not_packed(tmp_path):
    (tmp_path / "x.leadrank").write_text("nothing")
    asked = [sys.executable, str(ROOT / "scripts" / "lambda"), str(tmp_path / "x.leadrank"), "-o", str(tmp_path / "x.zip")]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith("BundleError: ")
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize("arch", ["x86_64", "arm64"])
def test_a_bundle_that_needs_its_learner_is_not_packed(trained, tmp_path, monkeypatch, arch):
    monkeypatch.setenv("LEADRANK_BUNDLE", "/nowhere")
    save_bundle(trained("lightgbm"), tmp_path / "b.leadrank", version=__version__)
    asked = [sys.executable, str(ROOT / "scripts" / "lambda"), str(tmp_path / "b.leadrank"), "--arch", arch, "-o", str(tmp_path / "x.zip")]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == MissingExtraError.exit_code
    assert done.stderr.startswith("MissingExtraError: This model needs LightGBM.")
    assert "It was not packed." in done.stderr
    assert not list(tmp_path.glob("x.zip*"))


def test_the_core_install_is_small():
    asked = "import sys; sys.path.insert(0, '.'); from benchmarks.start import core_sizes; print(sum(size for _, size in core_sizes()))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert float(done.stdout) < 330
