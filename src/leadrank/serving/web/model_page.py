"""The model: whether to rely on it, what was found in the data, how good it is, and which one is in use."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import RedirectResponse, Response

from leadrank import __version__
from leadrank.bundle import Bundle
from leadrank.bundle.card import model_card
from leadrank.errors import MissingExtraError, UsageError
from leadrank.operations import registry
from leadrank.operations.feedback import feedback_log
from leadrank.pages import charts, drivers, headline, making, measured, noticed, tiers
from leadrank.pages.svg import Chart
from leadrank.pages.words import count
from leadrank.serving.web.entry import PageRoute, Posting, Visiting
from leadrank.serving.web.pictures.painted import without_styles
from leadrank.serving.web.pictures.reasons import share_bar
from leadrank.serving.web.said import said_of
from leadrank.serving.web.templating import page

HERE = "/app/model"
MOST = 4
VERDICTS = 50
"""So many of what the team said last are shown."""
_GATHERED: dict[str, dict[str, Any]] = {}
pages = APIRouter(route_class=PageRoute)


@pages.get("/model")
def show(visit: Visiting, said: str = "") -> Response:
    """Show the champion, and the list of all models."""
    bundle = visit.desk.champion.current().bundle
    models = registry.models(visit.desk, visit.who, now=visit.now)
    team = feedback_log(visit.desk, visit.who, limit=VERDICTS, now=visit.now) if visit.may("feedback_log") else []
    return page(visit, "model.html", here=HERE, **_told(bundle), models=models, team=team, said=said_of(said))


@pages.get("/model/card.md")
def card(visit: Visiting) -> Response:
    """Give the model card out."""
    registry.models(visit.desk, visit.who, now=visit.now)
    bundle = visit.desk.champion.current().bundle
    named = {"content-disposition": 'attachment; filename="model_card.md"'}
    return Response(model_card(bundle, version=__version__), media_type="text/markdown; charset=utf-8", headers=named)


@pages.post("/model/add")
def add(visit: Posting, bundle: UploadFile) -> RedirectResponse:
    """Check a bundle, and keep it."""
    content = bundle.file.read()
    if not content:
        raise UsageError("No file was chosen.", "Choose a .leadrank file.")
    registry.add_model(visit.desk, visit.who, content, now=visit.now)
    return RedirectResponse(f"{HERE}?said=added#models", 303)


@pages.post("/model/activate")
def activate(visit: Posting, model: Annotated[str, Form(max_length=200)], because: Annotated[str, Form(max_length=500)] = "") -> RedirectResponse:
    """Put a model in use."""
    registry.activate(visit.desk, visit.who, model, because=because, now=visit.now)
    visit.desk.champion.refresh(visit.desk.store)
    return RedirectResponse(f"{HERE}?said=activated#models", 303)


@pages.post("/model/rollback")
def rollback(visit: Posting, leaving: Annotated[str, Form(max_length=200)], because: Annotated[str, Form(max_length=500)] = "") -> RedirectResponse:
    """Put the former model in use again, in place of the one that the page showed."""
    registry.rollback(visit.desk, visit.who, leaving=leaving, because=because, now=visit.now)
    visit.desk.champion.refresh(visit.desk.store)
    return RedirectResponse(f"{HERE}?said=rolled-back#models", 303)


@pages.post("/model/rescore")
def rescore(visit: Posting) -> RedirectResponse:
    """Score the open leads anew."""
    registry.rescore_open(visit.desk, visit.who, now=visit.now)
    return RedirectResponse(f"{HERE}?said=rescored#models", 303)


def _told(bundle: Bundle) -> dict[str, Any]:
    """Return what the page tells of one model, gathered once: pictures take a second to draw, and never change."""
    if bundle.identity not in _GATHERED:
        if len(_GATHERED) >= MOST:
            _GATHERED.clear()
        _GATHERED[bundle.identity] = _gathered(bundle)
    return _GATHERED[bundle.identity]


def _gathered(bundle: Bundle) -> dict[str, Any]:
    report = bundle.report
    return {
        "head": headline.headline(bundle), "outcome": headline.outcome(bundle), "aside": noticed.set_aside(bundle),
        "with_and_without": noticed.with_and_without(bundle),
        "accepted": noticed.accepted(bundle), "findings": noticed.groups(bundle), "counted": noticed.counted(bundle),
        "figures": measured.honest_table(report), "footnotes": measured.notes(report), "compared": measured.compared(report),
        "calibration": measured.calibration_words(report), "how_measured": measured.how_measured(bundle), "curves": _curves(bundle),
        "drivers": drivers.drivers(bundle), "share_bar": share_bar, "tiers": tiers.tier_lines(bundle.policy),
        "recipe": making.recipe(bundle, __version__),
        "rows": count(bundle.facts.rows), "identity": bundle.identity, "card": model_card(bundle, version=__version__),
    }


def _curves(bundle: Bundle) -> list[Chart]:
    try:
        drawn = [*charts.performance(bundle.report, bundle.policy.threshold)]
        threshold = charts.threshold_chart(bundle.report, bundle.policy.threshold, bundle.policy.currency)
    except MissingExtraError:
        return []
    return [without_styles(chart) for chart in ([threshold, *drawn] if threshold else drawn)]
