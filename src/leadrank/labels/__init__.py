"""What happened: outcomes as codes, never a silent zero."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.labels.labels import UNLABELLED, Outcomes, is_labelled, read_outcomes

later(__name__, labels="UNLABELLED Outcomes is_labelled read_outcomes")
