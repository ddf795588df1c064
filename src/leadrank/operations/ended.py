"""How a lead ended, as far as it is known, and whether who corrects it has seen that."""

from __future__ import annotations

from collections.abc import Sequence

from leadrank.errors import ConflictError
from leadrank.store.records import OutcomeRow


def ended(outcomes: Sequence[OutcomeRow]) -> OutcomeRow | None:
    """Return the outcome that stands, of all of a lead, the last one written first; None while it is open."""
    return outcomes[0] if outcomes and outcomes[0].converted is not None else None


def known_already(outcomes: Sequence[OutcomeRow], new: OutcomeRow, seen: int | None) -> bool:
    """Say whether how a lead ended is written down just so already.

    Parameters
    ----------
    seen
        Number of the outcome that stands to the caller's knowledge, 0: none does; None: whichever.

    Raises
    ------
    ConflictError
        Another one stands.
    """
    known = ended(outcomes)
    if known is not None and (known.converted, known.value, known.note) == (new.converted, new.value, new.note):
        return True
    if seen not in {None, 0 if known is None else known.id}:
        raise ConflictError(f"Lead {new.lead!r} was {_said(outcomes[0])} meanwhile.", "Look at it again before you say how it ended.")
    return False


def _said(last: OutcomeRow) -> str:
    if last.converted is None:
        return f"opened again by {last.by}"
    amount = "" if last.value is None else f" {last.value:,.2f}".removesuffix(".00")
    return f"marked {'Won' if last.converted else 'Lost'}{amount} by {last.by}"
