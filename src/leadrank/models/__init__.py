"""From matrix to probability: candidates, splits, calibration, intervals."""
