"""One model, ready to answer over HTTP: one lead in microseconds, many column by column, both with the same words."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leadrank.bundle.unfamiliar import EMPTY
from leadrank.operations.notices import Notices
from leadrank.score import Scorer
from leadrank.serving.hot.answer import Answer, answer_of
from leadrank.serving.hot.asked import Asked
from leadrank.serving.hot.consent import Consent
from leadrank.serving.hot.leads import Lead
from leadrank.serving.hot.pieces import answers_of
from leadrank.serving.problems import SHOWN, Notice, Problem

FEW = 48
"""So many leads are scored faster one by one than as a table."""
PIECE = 2048
"""Leads that are scored at a time, so that others get their turn in between."""
_NOTHING: tuple[Notice, ...] = ()


class Answers:
    """Scores leads and puts the scores into the words of the API; safe to share between threads.

    Parameters
    ----------
    scorer
        The model.
    """

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        terms = scorer.bundle.terms
        self.names = tuple(sorted(terms.classes)) if terms.learned_tiers else ()
        self.notices = Notices(scorer.bundle, scorer.needed, scorer.key)
        self.consent = Consent(scorer.bundle.project)

    def one(self, lead: Lead, asked: Asked, *, strict: bool = False) -> Answer:
        """Score one lead.

        Raises
        ------
        Problem
            Something is odd about it, and it is asked to be strict.
        """
        scored = self.scorer.one(lead, reasons=asked.reasons)
        warnings: Sequence[Notice] = _NOTHING
        if scored.unknown or scored.problems or not self.notices.plain(lead):
            warnings = self.notices.of(lead, empty=EMPTY in scored.problems)
            if strict and warnings:
                raise refused(warnings)
        answer = answer_of(scored, self.names, warnings, reasons=asked.reasons > 0)
        return self.consent.of(answer, lead) if self.consent.asked else answer

    def many(self, leads: Sequence[Lead], asked: Asked) -> list[Answer]:
        """Score many leads, as `one` scores each."""
        if asked.reasons or len(leads) <= FEW:
            return [self.one(lead, asked) for lead in leads]
        answers = answers_of(self.scorer, self.notices, self.names, leads)
        return list(map(self.consent.of, answers, leads)) if self.consent.asked else answers


def refused(warnings: Sequence[Notice]) -> Problem:
    """Refuse what is odd."""
    return Problem(422, "The model does not know all fields as they came.", "Mend each of the problems, or ask without `strict`.", warnings)


def check_all(answers: Sequence[Answer], first: int = 0) -> None:
    """Refuse leads of which anything is odd; `first` is the number of the first of them.

    Raises
    ------
    Problem
        With every notice, each with the number of its lead.
    """
    found = [(k, notice) for k, answer in enumerate(answers, first) for notice in answer.warnings]
    if found:
        told = [msgspec.structs.replace(notice, lead=k) for k, notice in found[:SHOWN]]
        raise refused([*told, *(notice for _, notice in found[SHOWN:])])
