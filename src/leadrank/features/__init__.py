"""What was known at the cutoff, as numbers and codes."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.features.encode import Encoder, Input, encode, encode_one, fit_encoder

later(__name__, encode="Encoder Input encode encode_one fit_encoder")
