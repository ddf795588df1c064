"""The waist: one file that can score."""
