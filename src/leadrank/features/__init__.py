"""What was known at the cutoff, as numbers and codes."""

from leadrank.features.encode import Encoder, Input, encode, encode_one, fit_encoder

__all__ = ["Encoder", "Input", "encode", "encode_one", "fit_encoder"]
