"""Records and fields of delimited text, one by one, and the delimiter that splits them most evenly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f", "\x01", ":")

LOOKAHEAD = 4_000_000
"""Characters within which an opened quote must close."""

_TRIES = 50

_TABULAR = (";", "\t", ",", "|")
_TITLES, _ENOUGH = 20, 3
"""Records among which a header below a title is looked for, and those that must follow it."""


def sniff_delimiter(text: str, hint: str | None = None) -> str:
    r"""Choose the delimiter that splits the first records most evenly.

    Parameters
    ----------
    text
        The beginning of the file, complete lines.
    hint
        The delimiter that the file's suffix suggests; it wins a tie.

    Examples
    --------
    >>> sniff_delimiter('a;b\n"1,5";2\n"2,5";3\n')
    ';'
    """
    def evenness(delimiter: str) -> tuple[float, int]:
        widths = [len(record[1]) for record, _ in zip(records(text, delimiter), range(200), strict=False)]
        if not widths or widths[0] < 2:
            return 0.0, 0
        same = sum(width == widths[0] for width in widths) / len(widths)
        return (round(same, 1), widths[0]) if same >= 0.5 else (0.0, 0)

    ranked = sorted(DELIMITERS, key=lambda d: (d == hint, evenness(d)[0] > 0), reverse=True)
    best = max(ranked, key=evenness)
    return best if evenness(best)[0] > 0 else hint or ","


def late_header(text: str) -> int | None:
    r"""Find a header below a title: the 1-based line, or None where the first record may well be the header.

    A title fills one field. A header below it fills three or more with different words, and nearly all records after it have as many fields.

    Examples
    --------
    >>> late_header("Leads of May\n\nid;source;won\n1;fair;yes\n2;web;no\n3;web;no\n")
    3
    """
    splits = [
        [(line, fields) for (line, fields, _), _ in zip(records(text, delimiter), range(200), strict=False)] for delimiter in _TABULAR
    ]
    if any(listed and _filled(listed[0][1]) > 1 and _alike(listed, 0) for listed in splits):
        return None
    for listed in splits:
        for at, (line, fields) in enumerate(listed[:_TITLES]):
            if at and _filled(listed[0][1]) <= 1 and _names(fields) and len(listed) - at > _ENOUGH and _alike(listed, at):
                return line
    return None


def _alike(listed: list[tuple[int, list[str]]], at: int) -> bool:
    """Whether nearly all records from one on have as many fields as that one."""
    widths = [len(fields) for _, fields in listed[at:]]
    return widths.count(widths[0]) >= 0.9 * len(widths)


def _filled(fields: list[str]) -> int:
    return sum(bool(field.strip()) for field in fields)


def _names(fields: list[str]) -> bool:
    """Whether the fields read as a header: three words or more, all different, hardly a blank, no digit at the beginning."""
    words = [field.strip() for field in fields if field.strip()]
    return len(words) >= max(3, 0.8 * len(fields)) and len(set(words)) == len(words) and not any(w[0] in "0123456789+-.,$€" for w in words)


def records(text: str, delimiter: str, width: int | None = None) -> Iterator[tuple[int, list[str], str]]:
    """Yield (1-based line, fields, text) of each record that is not blank; a quoted field may span lines.

    A quote that is never closed (or, where the width is known, whose closing would not give that many fields) does not swallow what
    follows: its line is a record of its own.
    """
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        span, fields, record = _record(lines, at, delimiter, width)
        if record.strip(" \r"):
            yield at + 1, fields, record
        at += span


def _record(lines: list[str], at: int, delimiter: str, width: int | None) -> tuple[int, list[str], str]:
    """Join lines until the quoted field closes; give up where it does not within reach."""
    first = lines[at].removesuffix("\r")
    fields = split_fields(first, delimiter)
    if not _open(first, fields):
        return 1, fields, first
    size, tries = len(first), 0
    for last in range(at + 1, len(lines)):
        size += len(lines[last]) + 1
        if size > LOOKAHEAD or tries > _TRIES:
            break
        if '"' in lines[last]:
            tries += 1
            joined = "\n".join(lines[at:last + 1]).removesuffix("\r")
            whole = split_fields(joined, delimiter)
            if not _open(joined, whole) and len(whole) == (width or len(whole)):
                return last + 1 - at, whole, joined
    return 1, fields, first


def _open(record: str, fields: list[str]) -> bool:
    """Whether a quote opens a field and none closes it: such a field keeps its quote."""
    return '"' in record and any(field.startswith('"') and record.count('"') % 2 for field in fields)


def split_fields(record: str, delimiter: str) -> list[str]:
    """Split one record; a field is quoted only where a quote opens it, and a quote inside an unquoted field is a character.

    Examples
    --------
    >>> split_fields('1,"a ""b"", c",5" pipe', ",")
    ['1', 'a "b", c', '5" pipe']
    """
    if '"' not in record:
        return record.split(delimiter)
    pattern = _field(delimiter)
    fields, at = [], 0
    while match := pattern.match(record, at):
        fields.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        at = match.end()
        if not match[3]:
            break
    return fields


@lru_cache
def _field(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]|"")*+)"|([^{mark}]*+))({mark}|\Z)', re.DOTALL)
