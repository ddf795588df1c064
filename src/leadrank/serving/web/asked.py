"""What a call list is asked for: the filters of its address."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo
from urllib.parse import urlencode

from leadrank.local_days import days_later
from leadrank.operations.who import Who
from leadrank.store.queue import QueueFilter

PAGE, MOST = 50, 500
MINE, NOBODY = "me", "nobody"
STATUSES = (("open", "open"), ("snoozed", "snoozed"), ("converted", "converted"), ("lost", "lost"), ("any", "any"))
AGES = (("", "any time"), ("1", "in the last day"), ("7", "in the last 7 days"), ("30", "in the last 30 days"), ("over-30", "30 days ago or more"))


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters, as words of the address; an empty one is not set.

    Attributes
    ----------
    shown
        How many leads are on the page.
    after, past
        The place in the list behind which the page begins, and how many leads were passed by then.
    """

    tab: str = ""
    tier: str = ""
    owner: str = ""
    status: str = "open"
    age: str = ""
    search: str = ""
    shown: int = PAGE
    after: str = ""
    past: int = 0

    @property
    def aside(self) -> bool:
        """Whether the leads that are not worth working are asked for."""
        return self.tab == "aside"

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set."""
        return replace(self, tab="", shown=PAGE, after="", past=0) != Asked()

    @property
    def start(self) -> str:
        """The address of the list from its beginning."""
        return self.with_(shown=PAGE, after="", past=0)

    def with_(self, **changes: object) -> str:
        """Write the address of the same list with something changed; what is as usual is left out.

        Examples
        --------
        >>> Asked(tier="High").with_(shown=100), Asked(tab="aside", search="a&b").with_(tab="")
        ('tier=High&shown=100', 'search=a%26b')
        """
        changed = replace(self, **changes)  # type: ignore[arg-type]
        usual = Asked()
        return urlencode({f.name: getattr(changed, f.name) for f in fields(changed) if getattr(changed, f.name) != getattr(usual, f.name)})

    def more(self, after: str | None) -> str:
        """Write the address of the same page with more leads on it; nothing where it is full, or the list ends.

        Examples
        --------
        >>> Asked().more("x"), Asked(shown=500).more("x"), Asked().more(None)
        ('shown=150', '', '')
        """
        return self.with_(shown=min(self.shown + 2 * PAGE, MOST)) if after and self.shown < MOST else ""

    def further(self, after: str | None) -> str:
        """Write the address of the page behind a full one; nothing where there is room for more, or the list ends.

        Examples
        --------
        >>> Asked(shown=500, after="w", past=500).further("x"), Asked().further("x")
        ('after=x&past=1000', '')
        """
        return self.with_(shown=PAGE, after=after, past=self.past + self.shown) if after and self.shown >= MOST else ""

    def filter(self, who: Who, now: datetime, zone: tzinfo) -> QueueFilter:
        """Translate into what the store is asked for; a rep asks for own leads, aside also for those that nobody has.

        Days ago are those of a zone: it was then as late by the clock as it is now.

        Examples
        --------
        >>> from datetime import UTC
        >>> asked = Asked(age="7", status="any").filter(Who("ann", "rep"), datetime(2026, 3, 8), UTC)
        >>> asked.owner, asked.contact, asked.newest_than
        ('ann', None, datetime.datetime(2026, 3, 1, 0, 0))
        """
        statuses = tuple(value for value, _ in STATUSES if value != "any") if self.status == "any" else (self.status,)
        owner = who.own if who.role == "rep" or self.owner == MINE else self.owner if self.owner not in {"", NOBODY} else None
        came = days_later(now, -int(self.age.removeprefix("over-")), zone) if self.age.removeprefix("over-").isdigit() else None
        over = self.age.startswith("over-")
        return QueueFilter(
            owner=owner, unassigned=self.aside if who.role == "rep" else self.owner == NOBODY,
            tier=(self.tier,) if self.tier else (), status=statuses, contact=not self.aside if statuses == ("open",) or self.aside else None,
            newest_than=None if over else came, oldest_than=came if over else None, search=self.search.strip()[:100] or None,
        )
