"""Leads out of JSON: flat objects of field to text, number, true, false or null; all that is not is told at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import msgspec

from leadrank.serving.hot.closer import beyond_bounds, repeated
from leadrank.serving.problems import Notice, Problem

Cell = str | int | float | bool | None
Lead = dict[str, Cell]


class Leads(msgspec.Struct, forbid_unknown_fields=True):
    """Many leads as an object."""

    leads: list[Lead]


_ONE, _MANY, _ANY = msgspec.json.Decoder(Lead), msgspec.json.Decoder(list[Lead] | Leads), msgspec.json.Decoder()
FLAT = "A lead is a flat JSON object of field to text, number, true, false or null"
_NAMES: dict[type, str] = {list: "a list", dict: "an object", str: "a text", int: "a number", float: "a number", bool: "true or false"}


def one_lead(body: bytes) -> Lead:
    """Read one lead.

    Raises
    ------
    Problem
        It is no JSON (400), or no flat object (422, with every field that is wrong).

    Examples
    --------
    >>> one_lead(b'{"visits": 5}')
    {'visits': 5}
    """
    try:
        return _ONE.decode(body)
    except msgspec.ValidationError as error:
        given = any_json(body)
        raise _wrong([given], None if isinstance(given, dict) else f"{FLAT}; {_kind(given)} came.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _refuse(error)


def many_leads(body: bytes, most: int) -> list[Lead]:
    """Read a list of leads, or an object with a list `leads`; raises as `one_lead` does.

    Examples
    --------
    >>> many_leads(b'{"leads": [{"visits": 5}, {}]}', most=10)
    [{'visits': 5}, {}]
    """
    try:
        found = _MANY.decode(body)
    except msgspec.ValidationError as error:
        raise _no_leads(any_json(body)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _refuse(error)
    leads = found.leads if isinstance(found, Leads) else found
    if len(leads) > most:
        raise Problem(413, f"At most {most:,} leads come at once; {len(leads):,} came.", "Send them in parts, or as NDJSON.")
    return leads


def any_json(body: bytes) -> Any:
    """Read JSON of any shape.

    Raises
    ------
    Problem
        It is no JSON (400), or holds a number beyond all bounds (422).
    """
    try:
        return _ANY.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(422, f"{error}.", "Send numbers that fit into 64 bits, or texts.", beyond_bounds(body)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _refuse(error)


def unrepeated_json(body: bytes) -> Any:
    """Read JSON of any shape in which no object holds a name twice; raises as `any_json` does.

    Examples
    --------
    >>> unrepeated_json(b'{"key": "a"}')
    {'key': 'a'}
    """
    found = any_json(body)
    twice = repeated(body)
    if twice:
        raise Problem(422, "A name comes twice in one object.", "Send each field once.", twice)
    return found


def _no_leads(given: Any) -> Problem:
    if isinstance(given, dict) and isinstance(given.get("leads"), list):
        odd = [Notice(name, "unknown", f"There is no field {name!r} beside `leads`.") for name in given if name != "leads"]
        return _wrong(given["leads"], None, odd, numbered=True)
    if isinstance(given, list):
        return _wrong(given, None, numbered=True)
    return Problem(422, f'Expected a list of leads, or {{"leads": [...]}}; {_kind(given)} came.', "For one lead there is POST /predict.")


def _wrong(given: Iterable[Any], said: str | None, notices: Iterable[Notice] = (), *, numbered: bool = False) -> Problem:
    found = list(notices)
    for k, lead in enumerate(given):
        at = k if numbered else None
        if isinstance(lead, dict):
            found += [
                Notice(name, "wrong type", f"{name}: a text, a number, true, false or null was expected, {_kind(cell)} came", lead=at)
                for name, cell in lead.items() if isinstance(cell, list | dict)
            ]
        elif numbered:
            found.append(Notice("", "wrong type", f"{FLAT}; {_kind(lead)} came", lead=at))
    return Problem(422, said or f"{FLAT}.", "Mend each of the problems.", found)


def _kind(value: object) -> str:
    return _NAMES.get(type(value), "null")


def _refuse(error: Exception) -> NoReturn:
    said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    raise Problem(400, f"The body is no JSON: {said}.", "Send JSON in UTF-8.") from error
