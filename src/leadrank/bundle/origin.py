"""How a lead's row comes from several tables: what was learned of them at training."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank import data, features

ASKED_AT = "asked_at"
"""The column with the moment of asking, which may be later than the cutoff of a lead."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How raw tables are tidied, and how the past of a lead becomes the columns that the model reads."""

    tidier: data.Tidier
    featurizer: features.Featurizer

    @property
    def things(self) -> dict[str, str]:
        """What each counted column is about."""
        return features.things_of(self.featurizer)
