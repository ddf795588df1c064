"""The guide's own code."""

from __future__ import annotations

import re
from pathlib import Path

from leadrank.store.connect import open_store
from leadrank.store.contacts import add_contact, contacts_of
from leadrank.store.leads import get_lead, put_leads

GUIDE = Path(__file__).parents[2] / "docs" / "store.md"


def test_the_way_from_sqlite_to_postgresql_takes_everything_along_and_counts_on(fresh_file, fresh_database, row):
    old, new = fresh_file(), fresh_database()
    store = open_store(old)
    with store.writing() as c:
        put_leads(c, [row("lead", key="a", fields={"City": "Köln"})])
        numbers = [add_contact(c, row("contact", lead="a")) for _ in range(3)]
        lead = get_lead(c, "a")
    store.close()
    moving = next(code for code in re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL) if "sorted_tables" in code)
    names: dict[str, object] = {}
    exec(moving.replace("sqlite:///leads.db", old).replace("postgresql://leadrank:…@db/leads", new), names)  # noqa: S102 - it is the project's own
    store = open_store(new)
    with store.writing() as c:
        assert get_lead(c, "a") == lead
        assert [contact.id for contact in contacts_of(c, "a")] == numbers[::-1]
        assert add_contact(c, row("contact", lead="a")) == numbers[-1] + 1
    store.close()
    names["old"].close()
    names["new"].close()
