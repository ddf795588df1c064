"""What may be suggested to a lead that does not want to be called or written to."""

from __future__ import annotations

from dataclasses import dataclass

_NO = frozenset({"", "no", "n", "false", "f", "0", "0.0", "off", "none", "null", "nan"})
NO_CALL = "Do not call: the lead asked not to be called. Write an e-mail."
NO_CALL_LATER = "Do not call: the lead asked not to be called. By e-mail only."
NO_EMAIL = "Call; send no e-mail: the lead asked for none."
NO_EMAIL_LATER = "Leave alone: not worth a call, and the lead asked for no e-mail."
NEITHER = "Do not contact: the lead asked for neither calls nor e-mail."


@dataclass(frozen=True, slots=True)
class Consented:
    """The action that may be suggested, and whether the lead may be contacted at all."""

    action: str
    contact: bool


def consented(action: str, contact: bool, *, do_not_call: bool = False, do_not_email: bool = False) -> Consented:
    """Put in place of a tier's action what the lead agreed to.

    A tier's action is free text in any language, so that no rule can tell whether it suggests a call. Where a flag is set, all of it is replaced.

    Parameters
    ----------
    action, contact
        What the decision is without flags.
    do_not_call, do_not_email
        What the lead asked for.

    Examples
    --------
    >>> consented("Call first; give to your best sales person.", True, do_not_call=True)
    Consented(action='Do not call: the lead asked not to be called. Write an e-mail.', contact=True)
    """
    if do_not_call and do_not_email:
        return Consented(NEITHER, False)
    if do_not_call:
        return Consented(NO_CALL if contact else NO_CALL_LATER, contact)
    if do_not_email:
        return Consented(NO_EMAIL if contact else NO_EMAIL_LATER, contact)
    return Consented(action, contact)


def suggested(action: str, contact: bool, *, do_not_call: bool = False, do_not_email: bool = False) -> Consented:
    """Do the same for a list of calls: whoever does not want any is not on it, however much a contact is worth.

    Examples
    --------
    >>> suggested("Call first.", True, do_not_call=True).contact
    False
    """
    agreed = consented(action, contact, do_not_call=do_not_call, do_not_email=do_not_email)
    return Consented(agreed.action, agreed.contact and not do_not_call)


def refuses(value: object) -> bool:
    """Read a flag such as "do not call": everything but a blank and a plain no is taken for a refusal, since a call too many cannot be undone.

    Examples
    --------
    >>> [refuses(value) for value in ("Yes", True, 1, "since 2021", "No", False, 0.0, None, "")]
    [True, True, True, True, False, False, False, False, False]
    """
    return value is not None and str(value).strip().casefold() not in _NO
