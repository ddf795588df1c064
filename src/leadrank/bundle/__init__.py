"""The waist: one file that can score."""

from leadrank.bundle.bundle import Bundle, ColumnEffect, Facts, HeldOut, fingerprint, load_bundle, save_bundle

__all__ = ["Bundle", "ColumnEffect", "Facts", "HeldOut", "fingerprint", "load_bundle", "save_bundle"]
