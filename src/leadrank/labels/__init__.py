"""What happened: outcomes as codes, never a silent zero."""

from leadrank.labels.labels import UNLABELLED, Outcomes, is_labelled, read_outcomes

__all__ = ["UNLABELLED", "Outcomes", "is_labelled", "read_outcomes"]
