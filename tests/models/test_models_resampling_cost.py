"""What resampling does to calibration is measured for two outcomes and for ordered tiers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadrank.models import resampling_cost


@pytest.mark.parametrize("classes", [2, 3])
def test_resampling_without_its_correction_promises_too_much(classes: int, simulated: Any) -> None:
    X, y = simulated(900, classes=classes)
    rare = np.flatnonzero((y == 0) | (np.arange(900) % 4 == 0))
    X, y = X.take(rare), y[rare]
    cost = resampling_cost(X, y, np.arange(len(y)), "weights", seed=0, threads=1, clock=lambda: 0.0)
    (plain, _), (raw, bias), (corrected, left) = cost["none"], cost["raw"], cost["corrected"]
    assert bias > 0.05 > abs(left)
    assert raw > corrected
    assert corrected == pytest.approx(plain, abs=0.05)
