"""An operation documents the errors that it can answer, and no others."""

from __future__ import annotations

import pytest

from leadrank.serving.statuses import STORES_NOTHING, Facts, errors_of, facts_of


@pytest.mark.parametrize(("fact", "status"), [("json", 400), ("sent", 413), ("named", 404), ("keyed", 409)])
@pytest.mark.parametrize("guarded", [True, False])
def test_each_fact_brings_its_error_and_without_it_there_is_none(fact: str, status: int, guarded: bool) -> None:
    without, having = Facts(guarded=guarded), Facts(guarded=guarded)._replace(**{fact: True})
    assert status in errors_of(having) - errors_of(without)


def test_a_public_operation_that_reads_and_asks_nothing_can_only_be_at_fault() -> None:
    assert errors_of(Facts(guarded=False)) == {500}


def test_who_is_not_known_is_refused_and_a_parameter_that_is_not_known_too() -> None:
    assert errors_of(Facts()) == {401, 403, 422, 429, 500, 503}


def test_facts_are_read_off_an_operation() -> None:
    body = {"requestBody": {"content": {"application/octet-stream": {}}}}
    assert facts_of("/models", "post", body) == Facts(writes=True, keyed=True, sent=True)
    assert facts_of("/predict", "post", {"requestBody": {"content": {"application/json": {}}}, STORES_NOTHING: True}) == Facts(sent=True, json=True)
    assert facts_of("/session", "post", {"security": []}) == Facts(guarded=False, writes=True)
    assert facts_of("/x/{y}", "get", {"parameters": [{}], "security": []}) == Facts(guarded=False, named=True, asked=True)
