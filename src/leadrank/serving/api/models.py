"""The models: added after a full check, put in use, taken back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from leadrank.operations import registry
from leadrank.serving.asking import Asker, At, Guarded, Unkept
from leadrank.serving.payloads import ModelsTold, ModelTold
from leadrank.serving.words import Given, Identity, Name, Text, Told

router = APIRouter(prefix="/models", route_class=Guarded, tags=["models"])
unkept = APIRouter(prefix="/models", route_class=Unkept, tags=["models"])
BUNDLE: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
}}}


class BecauseGiven(Given):
    """Why a model is put in use."""

    because: Text = ""


class RollbackGiven(BecauseGiven):
    """Why a model is taken back; `leaving` names it, so that a request that comes twice does not put it in use again."""

    leaving: Name | None = None


class RescoredTold(Told):
    """How many open leads were scored anew, and how many of their scores changed."""

    leads: int
    changed: int


@router.get("")
def models(asker: Asker, service: At) -> ModelsTold:
    """List the models; which is in use, and which was before."""
    return ModelsTold.model_validate(registry.models(service.desk, asker.who, now=service.now()))


@unkept.post("", status_code=201, openapi_extra=BUNDLE, responses={409: {"description": "Another bundle has the same name."}})
async def add(request: Request, asker: Asker, service: At) -> ModelTold:
    """Add a bundle, sent as it is; it is checked in full, and not yet in use. The same again changes nothing."""
    content = await request.body()
    return ModelTold.model_validate(await run_in_threadpool(registry.add_model, service.desk, asker.who, content, now=service.now()))


@router.post("/rollback")
def rollback(asker: Asker, service: At, given: RollbackGiven | None = None) -> ModelsTold:
    """Put the model in use that was before, in place of the one in use, or of the one that `leaving` names (409 if another is in use)."""
    said = given or RollbackGiven()
    found = registry.rollback(service.desk, asker.who, leaving=said.leaving, because=said.because, now=service.now())
    return ModelsTold.model_validate(found)


@unkept.post("/rescore")
def rescore(asker: Asker, service: At) -> RescoredTold:
    """Score all open leads anew with the model in use."""
    return RescoredTold.model_validate(registry.rescore_open(service.desk, asker.who, now=service.now()))


@router.post("/{model}/activate")
def activate(model: Identity, asker: Asker, service: At, given: BecauseGiven | None = None) -> ModelsTold:
    """Put a model in use, for all workers, without a request lost."""
    said = given.because if given else ""
    return ModelsTold.model_validate(registry.activate(service.desk, asker.who, model, because=said, now=service.now()))
