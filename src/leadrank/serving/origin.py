"""From where a request comes: this machine, these pages, or a site that has no business here."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from leadrank.serving.settings import is_loopback

_PASSED_ON = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via")
_OWN_SITE = {b"same-origin", b"none"}
_SEEN = 64
_local_hosts: dict[bytes, bool] = {}


def is_local(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether a request is meant for this machine by one of its own names, and was not passed on by a proxy.

    A page of another site can make a browser ask here under that site's name (DNS rebinding): the header Host gives it away.

    Examples
    --------
    >>> is_local({b"host": b"localhost:8000"}), is_local({b"host": b"evil.example"})
    (True, False)
    """
    host = headers.get(b"host", b"")
    found = _local_hosts.get(host)
    if found is None:
        found = is_loopback(host_of(host))
        if len(_local_hosts) < _SEEN:
            _local_hosts[host] = found
    return found and headers.keys().isdisjoint(_PASSED_ON)


def is_foreign(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether a browser sent this from a page of another site.

    Examples
    --------
    >>> is_foreign({b"host": b"a.example", b"origin": b"https://b.example"}), is_foreign({b"host": b"a.example", b"origin": b"https://a.example"})
    (True, False)
    """
    site = headers.get(b"sec-fetch-site")
    if site is not None and site not in _OWN_SITE:
        # Following a link from elsewhere is no harm, and the only way in which people come.
        return headers.get(b"sec-fetch-mode") != b"navigate" or headers.get(b"sec-fetch-dest") != b"document" or b"origin" in headers
    origin = headers.get(b"origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin.decode("latin-1")).netloc.casefold() != headers.get(b"host", b"").decode("latin-1").casefold()
    except ValueError:
        return True


def host_of(header: bytes) -> str:
    """Return the name in a Host header, without the port.

    Examples
    --------
    >>> host_of(b"[::1]:8000"), host_of(b"localhost"), host_of(b"localhost:8000")
    ('[::1]', 'localhost', 'localhost')
    """
    text = header.decode("latin-1")
    return text.partition("]")[0] + "]" if text.startswith("[") else text.rpartition(":")[0] or text
