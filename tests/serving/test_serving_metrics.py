"""The figures count every score that is given, also of leads that are kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from starlette.testclient import TestClient
from tests.serving.process import total_of

from leadrank.operations.tally import Tally
from leadrank.serving.metrics import Meter
from leadrank.serving.shared_counts import SharedCounts


def test_scores_of_stored_leads_are_counted_beside_those_that_are_only_asked_for(client: TestClient) -> None:
    assert client.post("/predict", json={"visits": 3}).status_code == 200
    for key in ("L-1", "L-2"):
        assert client.post("/leads", json={"key": key, "fields": {"visits": 3}}).status_code == 201
    assert client.post("/leads", json={"key": "L-1", "fields": {"visits": 3}}).status_code == 200  # the same again adds no score
    text = client.get("/metrics").text
    assert "leadrank_scores_count 3.0" in text
    assert sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("leadrank_tiers_total{")) == 3


def _meter(folder: Path) -> Meter:
    return Meter(Tally(), SharedCounts(folder))


def _total(meter: Meter, name: str = "leadrank_requests_total") -> float:
    return total_of(meter.written().decode(), name)


def test_whoever_is_asked_tells_of_all_and_no_sum_goes_down_when_a_process_dies(tmp_path: Path) -> None:
    one, two = _meter(tmp_path), _meter(tmp_path)
    one.routes["/leads"].count(200, 0.01)
    one.scored("High", 80)
    one.share()
    two.routes["/leads"].count(503, 0.5)
    assert _total(two) == 2
    assert _total(two, "leadrank_errors_total") == 1
    assert _total(two, "leadrank_tiers_total") == 1
    del two
    assert _total(one) == 2
    assert _total(_meter(tmp_path)) == 2
    assert 'quantile="0.99",route="/leads"} 0.5' in one.written().decode()


def test_what_was_told_once_is_told_by_the_next_who_is_asked_too(tmp_path: Path) -> None:
    meters, told = [_meter(tmp_path) for _ in range(3)], 0.0
    for k in range(60):
        meters[k % 3].routes["/"].count(200, 0.01)
        now = _total(meters[(k * 7) % 3])
        assert now >= told
        told = now
    for meter in meters:
        meter.share()
    assert [_total(meter) for meter in meters] == [60, 60, 60]


def test_a_file_that_is_no_figures_or_a_folder_that_is_gone_keeps_nobody_from_own_figures(tmp_path: Path) -> None:
    (tmp_path / "half.counts").write_bytes(b"\x83")
    meter = _meter(tmp_path)
    meter.routes["/"].count(200, 0.01)
    assert _total(meter) == 1
    shutil.rmtree(tmp_path)
    meter.routes["/"].count(200, 0.01)
    assert _total(meter) == 2
