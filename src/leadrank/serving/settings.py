"""What a service is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one caller may ask for.

    Attributes
    ----------
    one, batch, stream, other
        Bytes of a body: of one lead, of many, of NDJSON, of everything else.
    leads
        Leads of one batch.
    scores
        Calls of /predict and /predict/batch in a minute; the local user has no such limit.
    calls
        All other calls in a minute.
    tries
        Times in a minute that one address may come with a wrong password; and, counted apart, without a key or session that counts.
    open
        Connections that one process holds.
    streams
        Pages of one caller that are told of changes.
    """

    one: int = 1 << 20
    batch: int = 64 << 20
    stream: int = 1 << 30
    other: int = 16 << 20
    leads: int = 100_000
    scores: int = 60_000
    calls: int = 1_200
    tries: int = 30
    open: int = 2_000
    streams: int = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """How a service runs.

    Attributes
    ----------
    database
        The URL of the store.
    bundle
        The model to begin with; without one the store's champion.
    key
        Checks the signatures of bundles.
    webhook_secret
        Checks the signatures of sign-ups; without it there is no webhook.
    strict
        Refuse leads with odd fields; None: as the project of the model says.
    wait
        Seconds to wait at the start for a database that does not answer yet.
    figures
        The folder where several processes leave their figures for one another.
    every
        Seconds between two looks at whether anything changed.
    """

    database: str
    bundle: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    key: bytes | None = field(default=None, repr=False)
    webhook_secret: bytes | None = field(default=None, repr=False)
    strict: bool | None = None
    wait: float = 0.0
    figures: Path | None = None
    every: float = 0.2
    limits: Limits = Limits()

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine's own.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "example.com")]
    [True, True, True, False, False]
    """
    bare = host.strip("[]").casefold()
    if bare == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False
