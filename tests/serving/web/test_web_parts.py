"""The parts that pages are made of, without a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from leadrank.bundle import load_bundle
from leadrank.data import ColumnSchema, Schema
from leadrank.evaluation.business_figures import BeforeAfter, BusinessFigure, Compared
from leadrank.serving.web.asked_fields import fields_of, names_of
from leadrank.serving.web.business_lines import lines
from leadrank.serving.web.pictures import curves, reasons
from leadrank.serving.web.pictures.gauge import gauge, strip
from leadrank.serving.web.templating import STATIC, environment
from leadrank.types import Figure

NOON = datetime(2026, 3, 4, 12)  # noqa: DTZ001


def moment(hours: int, probability: float) -> curves.Moment:
    return curves.Moment(NOON - timedelta(hours=hours), probability, probability / 2, min(1, probability * 1.5), "<b>", by_hand=hours == 1)


@pytest.mark.parametrize(
    "picture",
    [
        gauge(0.0, 0.0, 0.0, score=0), gauge(1.0, 1.0, 1.0, score=100, cut=0.3),
        strip(0.5, 0.4, 0.6), reasons.push(-2.0, 2.0), reasons.push(0.0, 0.0),
        reasons.evidence(0, 0, 0.2), reasons.share_bar(3.0, limit=2.0, alarm=True), curves.history([moment(0, 0.5)], NOON, UTC),
        curves.history([moment(30, 0.1), moment(1, 0.9)], NOON, UTC),
        curves.effort([0, 1], [-5.0, -5.0], here=1, best=0, form=str, says="a & b"),
    ],
)
def test_a_picture_is_whole_whatever_it_shows(picture: str) -> None:
    drawn = ET.fromstring(picture)  # noqa: S314 - our own
    assert drawn.tag == "svg"
    assert "nan" not in picture
    assert "style=" not in picture


def test_the_history_of_a_score_begins_on_a_day_of_the_team() -> None:
    began = [moment(0, 0.5)], NOON + timedelta(hours=1)
    assert "12:00" in curves.history(*began, UTC)
    assert "17:30" in curves.history(*began, ZoneInfo("Asia/Kolkata"))
    assert "03 Mar 2026" in curves.history([moment(30, 0.5)], NOON, UTC)


def test_a_form_asks_for_what_the_model_reads_and_says_what_training_saw(bundle: Path) -> None:
    fields = {field.column: field for field in fields_of(load_bundle(bundle))}
    assert "lead_id" not in fields
    assert "close_reason" not in fields
    assert fields["deal_value"].kind == "number"
    assert fields["visits"].hint.startswith("training saw 1 to ")
    assert "Owner" in fields["job_role"].levels
    assert fields["planned_start"].description == "when they want to begin"


def test_of_several_tables_a_form_asks_for_the_columns_of_the_lead_alone() -> None:
    roles = ColumnSchema("id", "id", "key"), ColumnSchema("firm", "id", "id"), ColumnSchema("came", "date", "created_at")
    schema = Schema((*roles, ColumnSchema("size", "number")))
    told: Any = SimpleNamespace(origin=SimpleNamespace(tidier=SimpleNamespace(schemas={"lead": schema})), terms=SimpleNamespace(key="id"))
    assert names_of(told) == ("firm", "size")


def test_long_waits_are_said_in_days_and_chance_is_named() -> None:
    before = BusinessFigure("response time, p50", "hours", 40, Figure(60.0, 48.0, 72.0))
    after = BusinessFigure("response time, p50", "hours", 50, Figure(12.0, 10.0, 14.0))
    line = lines(BeforeAfter((Compared(before, after, Figure(-48.0, -60.0, -36.0)),)), "EUR")[0]
    assert (line.before.value, line.after.value if line.after else "", line.clear) == ("2.5 days", "12.0 hours", True)
    silent = lines((BusinessFigure("conversion rate", "share", 3, None, note="not enough: 3 outcomes, it takes 30"),), "EUR")[0]
    assert silent.empty


def test_every_template_can_be_read_and_every_vendored_script_has_its_licence() -> None:
    for name in environment().list_templates():
        environment().get_template(name)
    for script in (*(STATIC / "vendor").glob("*.min.js"), *(Path(__file__).parent / "vendor").glob("*.min.js")):
        assert (script.parent / f"{script.name.removesuffix('.min.js')}.LICENSE.txt").exists()
