"""A forest ready to answer: by the kernel where it can be loaded, by NumPy elsewhere, with the same bits."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.forest import codes as coding
from leadrank.forest import native, plain
from leadrank.forest.arrays import Forest
from leadrank.forest.library import library
from leadrank.types import CodeArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A forest and, where there is one, its handle in the kernel. Safe to share between threads."""

    forest: Forest
    handle: native.Native | None

    def margins(self, numbers: FloatArray, codes: CodeArray) -> FloatArray:
        """Return the margin of each row.

        Parameters
        ----------
        numbers
            Rows × numeric features; nan is missing.
        codes
            Rows × categories; 0 is missing, 1 unseen, as is whatever the category does not know.

        Raises
        ------
        ValueError
            The rows do not have the forest's numbers and codes.
        """
        if self.handle is not None:
            return native.margins(self.handle, numbers, codes)
        return plain.margins(self.forest, coding.code_columns(self.forest, numbers, codes))

    def contributions(self, numbers: FloatArray, codes: CodeArray) -> FloatArray:
        """Return each row's exact SHAP values, a column per feature; with the forest's `base` they add up to the margin."""
        if self.handle is not None:
            return native.contributions(self.handle, numbers, codes)
        return plain.contributions(self.forest, coding.code_columns(self.forest, numbers, codes))


def serve(forest: Forest) -> Served:
    """Make a forest ready, by the best evaluator that there is."""
    return Served(forest, native.prepare(forest) if library() is not None else None)
