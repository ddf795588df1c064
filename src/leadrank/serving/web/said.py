"""What was just done, in words: the address names it by a word of ours, never by a text of somebody else's."""

from __future__ import annotations

from dataclasses import dataclass

WORDS = {
    "contacted": "Noted as contacted.", "converted": "Noted as won.", "lost": "Noted as lost.",
    "uncontacted": "Taken back: it was not contacted.", "reopened": "Taken back: it is open again.",
    "snoozed": "Snoozed; it comes back by itself.",
    "feedback": "Thank you: the analysts see it, and it counts when the model learns anew.", "overridden": "Your tier counts until it expires.",
    "ended": "The model’s own tier counts again.", "reassigned": "Reassigned.", "yours": "It is yours now.",
    "woken": "Back in the list.", "taken": "Scored, and stored.",
    "extended": "The fields were added to the lead that was there.", "unchanged": "Nothing of it was new: the lead stays as it was.",
    "consent": "Consent is noted.", "password": "The password is set; log in with it from now on.",
    "reset": "The password is set; sessions and keys of the account have ended.", "account": "The account is saved.",
    "revoked": "The key is of no use any more.", "activated": "The model is in use.", "rolled-back": "The former model is in use again.",
    "added": "The model was checked and kept; it is not in use yet.", "rescored": "Open leads were scored anew.",
}

UNDONE = frozenset({"contacted", "converted", "lost"})
"""What can be taken back."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, the lead that it is about, and our word for it."""

    words: str
    lead: str = ""
    word: str = ""

    @property
    def undo(self) -> bool:
        """Whether a click takes back what was done."""
        return self.word in UNDONE and bool(self.lead)


def said_of(word: str, lead: str = "") -> Said | None:
    """Return the sentence of a word; nothing for a word that is none of ours.

    Examples
    --------
    >>> said_of("lost", "L-1"), said_of("<script>")
    (Said(words='Noted as lost.', lead='L-1', word='lost'), None)
    """
    return Said(WORDS[word], lead[:200], word) if word in WORDS else None
