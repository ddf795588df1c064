"""The original's Python class, over a bundle: the same two calls, the same answer."""

from __future__ import annotations

from typing import Any

import leadrank


class LeadScoringSystem:
    def __init__(self, bundle: str) -> None:
        self._scorer = leadrank.Scorer(bundle)

    def predict_single(self, lead: dict[str, Any]) -> dict[str, Any]:
        scored = self._scorer.one(lead)
        return {
            "lead_score": scored.tier,
            "confidence": scored.classes[scored.tier],
            "probabilities": dict(scored.classes),
            "recommendation": scored.action,
        }

    def predict_batch(self, leads: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self.predict_single(lead) for lead in leads]
