"""An office that asks a service for everything: each of its programs has a key of its own, and turns from one thing to the next."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
from benchmarks.serving_campaign.service import Answer, Service

from leadrank.operations.accounts import add_account, first_admin
from leadrank.operations.champion import Champion
from leadrank.operations.desk import Desk
from leadrank.operations.keys import add_key, key_text
from leadrank.operations.who import SCOPES, Who
from leadrank.serving.service import utc_now
from leadrank.store.connect import open_store
from leadrank.store.migrate import migrate

NAME, PASSWORD = "boss", "correct horse battery"
PROGRAMS, PAUSE = 4, 0.06
"""So many programs, and seconds between two things that one asks for: an account may ask 1,200 times a minute."""
BATCH, TABLE = 200, 50
TURNS = (
    "score", "take", "happen", "batch", "score", "page", "end", "explain", "score", "take", "figures", "happen", "look", "upload", "score", "log_in",
)


class Office:
    """Programs at work; `wrong` counts every answer that is not what was asked for."""

    def __init__(self, leads: list[dict[str, Any]]) -> None:
        self.leads, self.answers, self.wrong = leads, Counter[str](), Counter[str]()
        self.table = pl.DataFrame(leads[:TABLE]).write_csv().encode()
        self.batch = json.dumps(leads[:BATCH]).encode()
        self.ended = threading.Event()

    def open(self, service: Service, keys: list[str]) -> None:
        """Let each program begin."""
        self.threads = [threading.Thread(target=Program(self, service, k, key).work, daemon=True) for k, key in enumerate(keys)]
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        """Let them finish what is under way."""
        self.ended.set()
        for thread in self.threads:
            thread.join()


class Program:
    """Asks for one thing after the other."""

    def __init__(self, office: Office, service: Service, number: int, key: str) -> None:
        self.office, self.service, self.number = office, service, number
        self.headers, self.count = {"authorization": f"Bearer {key}"}, 0

    def work(self) -> None:
        while not self.office.ended.wait(PAUSE):
            getattr(self, TURNS[self.count % len(TURNS)])()
            self.count += 1

    @property
    def key(self) -> str:
        """The lead that it deals with: it comes in, something happens to it, and it ends."""
        return f"{self.number}-{self.count // len(TURNS)}"

    def score(self) -> None:
        self.ask("POST", f"/predict?reasons={self.count % 4}", self.office.leads[self.count % len(self.office.leads)])

    def batch(self) -> None:
        self.ask("POST", "/predict/batch", self.office.batch)

    def take(self) -> None:
        self.ask("POST", "/leads", {"key": self.key, "fields": self.office.leads[self.count % len(self.office.leads)]}, 200, 201)

    def happen(self) -> None:
        moment, name = utc_now().isoformat(), f"{self.number}-{self.count}"
        self.ask("POST", "/events", {"event": name, "lead": self.key, "kind": "visit", "occurred_at": moment, "add": {"visits": 1}})

    def page(self) -> None:
        self.ask("GET", f"/leads?limit={10 + self.count % 40}")

    def look(self) -> None:
        self.ask("GET", f"/leads/{self.key}/history")

    def end(self) -> None:
        self.ask("POST", f"/leads/{self.key}/outcome", {"converted": self.count % 3 == 0})

    def explain(self) -> None:
        self.ask("POST", "/explain", {"fields": self.office.leads[self.count % len(self.office.leads)]})

    def figures(self) -> None:
        self.ask("GET", "/metrics")

    def upload(self) -> None:
        self.ask("POST", "/uploads?name=leads.csv", self.office.table, 201)

    def log_in(self) -> None:
        """Log in, look at the pages, and log out."""
        came = self.ask("POST", "/session", {"name": NAME, "password": PASSWORD}, 201, headers={})
        if came.status == 201:
            own = {"cookie": came.cookie.partition(";")[0], "x-csrf-token": came.told["csrf"]}
            self.ask("GET", "/app/queue", headers=own)
            self.ask("DELETE", "/session", None, 204, headers=own)

    def ask(self, method: str, path: str, body: object = None, *fine: int, headers: Mapping[str, str] | None = None) -> Answer:
        answer = self.service.ask(method, path, body, self.headers if headers is None else headers)
        told = f"{method} {path.partition('?')[0].replace(self.key, 'KEY')}: {answer.status}"
        self.office.answers[told] += 1
        if answer.status not in (fine or (200,)):
            self.office.wrong[f"{told} {answer.kind} {answer.body[:200].decode()}"] += 1
        return answer


def keys_of(database: str) -> list[str]:
    """Make an administrator, and an account and a key for each program."""
    desk, now, boss, made = Desk(open_store(database), Champion()), utc_now(), Who(NAME, "admin"), []
    migrate(desk.store)
    first_admin(desk, NAME, PASSWORD, salt=secrets.token_bytes(16), now=now)
    for number in range(PROGRAMS):
        identity, secret, name = secrets.token_hex(8), secrets.token_hex(32), f"program-{number}"
        add_account(desk, boss, name, password=PASSWORD, role="admin", salt=secrets.token_bytes(16), now=now)
        add_key(desk, boss, name, scopes=SCOPES, expires_at=now + timedelta(days=1), identity=identity, secret=secret, account=name, now=now)
        made.append(key_text(identity, secret))
    desk.store.close()
    return made
