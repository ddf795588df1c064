"""Leadrank: who to call, by when, why, and when not to trust the model."""

from __future__ import annotations

__version__ = "0.1.0"
