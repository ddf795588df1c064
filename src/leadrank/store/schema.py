"""The tables of the store: what is known of leads, who did what, and who may."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

from leadrank.store.moment import Moment

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

Document = JSON()
"""Kept as it was written, also on PostgreSQL: JSONB would sort the fields and turn 1e16 into a whole number."""
Key = String(200).with_variant(String(200, collation="C"), "postgresql")
"""Keys are in the order of their bytes on both databases, so that one page of a queue follows the other."""
Number = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts by itself only in a column of type INTEGER."""


def _number() -> Column[int]:
    return Column("id", Number, primary_key=True, autoincrement=True)


def _lead() -> Column[str]:
    return Column("lead", ForeignKey("leads.key", ondelete="CASCADE"), nullable=False)


def _by() -> Column[str]:
    """Who did it: an account's name, `local`, `key:ID/ACCOUNT`, or `leadrank` itself."""
    return Column("by", String(200), nullable=False)


leads = Table(
    "leads", metadata,
    Column("key", Key, primary_key=True),
    Column("fields", Document, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("source", String(100), nullable=False, server_default=""),
    Column("do_not_call", Boolean, nullable=False, server_default=text("false")),
    Column("do_not_email", Boolean, nullable=False, server_default=text("false")),
    Column("status", String(20), nullable=False),  # open, snoozed, converted, lost
    Column("snoozed_until", Moment),
    Column("owner", String(200)),
    Column("team", String(100)),
    Column("due_at", Moment),
    Column("first_due_at", Moment),  # by when it should have been contacted, however often that was put off
    Column("contacted_at", Moment),
    # The score that counts now, with any override: copied here so that the queue is one indexed read.
    Column("model", String(200), nullable=False),
    Column("scored_at", Moment, nullable=False),
    Column("probability", Float, nullable=False),
    Column("probability_low", Float, nullable=False),
    Column("probability_high", Float, nullable=False),
    Column("score", Integer, nullable=False),
    Column("tier", String(100), nullable=False),
    Column("contact", Boolean, nullable=False),
    Column("expected_profit", Float),
    Column("chance", Float),  # of a conversion, as decisions count it; null: not scored since it is kept
    Column("cost", Float),  # of a contact, which is in the expected profit
    Column("worth", Float, nullable=False),  # what the queue is ranked by: expected profit, or the probability where no value is known
    Column("action", Text, nullable=False),
    Column("due_within", String(100), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("overridden_until", Moment),
    Index("ix_leads_due_at", "status", "due_at"),
    Index("ix_leads_snoozed_until", "snoozed_until"),
    Index("ix_leads_overridden_until", "overridden_until"),
    Index("ix_leads_scored_at", "status", "scored_at"),
)
# Each page of a queue, and each count, is a piece of one of these; how urgent and how old a lead is tells the index alone.
_ORDER = (leads.c.worth.desc(), leads.c.key, leads.c.due_at, leads.c.contacted_at, leads.c.created_at)
Index("ix_leads_queue", leads.c.status, leads.c.contact, *_ORDER)
Index("ix_leads_owner_queue", leads.c.status, leads.c.contact, leads.c.owner, *_ORDER)
Index("ix_leads_tier_queue", leads.c.status, leads.c.contact, leads.c.tier, *_ORDER)

events = Table(
    "events", metadata,
    _number(),
    _lead(),
    Column("event", String(200), nullable=False, unique=True),  # the sender's own name of it, so that a repeated one counts once
    Column("kind", String(200), nullable=False),  # the event table, or the type of a flat model's event
    Column("occurred_at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("fields", Document, nullable=False),
    Index("ix_events_lead", "lead", "occurred_at"),
)

parents = Table(
    "parents", metadata,
    Column("table", String(200), primary_key=True),  # the parent table of the project
    Column("key", String(400), primary_key=True),  # the thing's key, with the moment from which the row holds where there may be several
    Column("fields", Document, nullable=False),
    Column("at", Moment, nullable=False),
    Column("turn", Integer, nullable=False, server_default="1"),  # how often it said something new
)
"""What leads and events belong to, where the model learned from several tables."""

scores = Table(
    "scores", metadata,
    _number(),
    _lead(),
    Column("at", Moment, nullable=False),
    Column("model", String(200), nullable=False),
    Column("inputs", String(64), nullable=False),  # SHA-256 of the fields (and events) that were scored
    Column("probability", Float, nullable=False),
    Column("probability_low", Float, nullable=False),
    Column("probability_high", Float, nullable=False),
    Column("score", Integer, nullable=False),
    Column("tier", String(100), nullable=False),
    Column("contact", Boolean, nullable=False),
    Column("expected_profit", Float),
    Column("reasons", Document, nullable=False),  # list of sentences with their contributions
    Column("cause", String(20), nullable=False),  # created, new data, time passing, new model, override, override ended, reopened, came back
    Column("because", Text, nullable=False),  # the cause in a sentence
    Index("ix_scores_lead", "lead", "id"),
    Index("ix_scores_at", "at"),
)

contacts = Table(
    "contacts", metadata, _number(), _lead(), Column("at", Moment, nullable=False), _by(),
    Column("channel", String(50), nullable=False), Column("note", Text, nullable=False, server_default=""),
    Column("cost", Float), Column("due_at", Moment), Column("tier", String(100), nullable=False),
    Column("takes_back", Number),  # the contact that this row takes back; it is none itself
    Index("ix_contacts_lead", "lead", "at"), Index("ix_contacts_at", "at"),
)

outcomes = Table(
    "outcomes", metadata, _number(), _lead(), Column("at", Moment, nullable=False), _by(),
    Column("converted", Boolean), Column("value", Float), Column("note", Text, nullable=False, server_default=""),
    Column("came_back", Boolean, nullable=False, server_default=text("false")),  # the lead itself opened it again; what was before counts
    Index("ix_outcomes_lead", "lead", "at"), Index("ix_outcomes_at", "at"),
)
"""A null for `converted` takes the lead's earlier ones back, unless it `came_back` by itself."""

feedback = Table(
    "feedback", metadata, _number(), _lead(), Column("at", Moment, nullable=False), _by(),
    Column("verdict", String(20), nullable=False),  # right, too high, too low
    Column("because", Text, nullable=False), Column("score", Integer, nullable=False), Column("model", String(200), nullable=False),
    Index("ix_feedback_lead", "lead", "at"),
)

overrides = Table(
    "overrides", metadata, _number(), _lead(), Column("at", Moment, nullable=False), _by(),
    Column("tier", String(100), nullable=False), Column("because", Text, nullable=False),
    Column("expires_at", Moment, nullable=False), Column("ended_at", Moment),
    Index("ix_overrides_lead", "lead", "ended_at"), Index("ix_overrides_expires_at", "ended_at", "expires_at"),
)

assignments = Table(
    "assignments", metadata, _number(), _lead(), Column("at", Moment, nullable=False), _by(),
    Column("owner", String(200)), Column("team", String(100)), Column("because", Text, nullable=False), Column("ended_at", Moment),
    Index("ix_assignments_lead", "lead", "id"), Index("ix_assignments_owner", "owner", "ended_at"),
)

snoozes = Table(
    "snoozes", metadata, _number(), _lead(), Column("at", Moment, nullable=False), _by(),
    Column("until", Moment, nullable=False), Column("because", Text, nullable=False, server_default=""),
    Index("ix_snoozes_lead", "lead", "at"),
)

models = Table(
    "models", metadata,
    Column("id", String(200), primary_key=True),  # the bundle's own identity
    Column("name", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    Column("figures", Document, nullable=False),
    Column("trained_at", Moment),
    Column("added_at", Moment, nullable=False),
    _by(),
)

activations = Table(
    "activations", metadata, _number(), Column("model", ForeignKey("models.id"), nullable=False),
    Column("at", Moment, nullable=False), _by(), Column("because", Text, nullable=False, server_default=""),
)
"""The last row names the champion."""

accounts = Table(
    "accounts", metadata,
    Column("name", String(200), primary_key=True),
    Column("role", String(20), nullable=False),  # rep, manager, analyst, admin
    Column("team", String(100)),
    Column("capacity", Integer),  # open leads at once; null: no limit
    Column("password", String(200), nullable=False),  # argon2 hash
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Moment),
    Column("last_assigned", Number, nullable=False, server_default="0"),  # whose turn it is, round-robin
)

sessions = Table(
    "sessions", metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("account", ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False), Column("seen_at", Moment, nullable=False), Column("expires_at", Moment, nullable=False),
    Index("ix_sessions_account", "account"), Index("ix_sessions_expires_at", "expires_at"),
)

keys = Table(
    "keys", metadata,
    Column("id", String(32), primary_key=True),  # the public part of the key
    Column("name", String(200), nullable=False),
    Column("secret", String(64), nullable=False),  # SHA-256 of the secret part, which has 256 random bits
    Column("account", ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
    Column("scopes", Document, nullable=False),
    Column("created_at", Moment, nullable=False), Column("expires_at", Moment, nullable=False), Column("revoked_at", Moment),
    Column("used_at", Moment),
    Index("ix_keys_account", "account"),
)

access = Table(
    "access", metadata, _number(), Column("at", Moment, nullable=False), _by(),
    Column("role", String(20), nullable=False), Column("did", String(100), nullable=False),  # the operation
    Column("what", String(300), nullable=False, server_default=""),  # the lead, model or account; never a field's value
    Column("times", Integer, nullable=False, server_default="1"), Column("result", String(20), nullable=False),  # done, refused, failed
    Column("request", String(64), nullable=False, server_default=""),
    Index("ix_access_at", "at"), Index("ix_access_what", "what", "at"), Index("ix_access_by", "by", "at"),
)

replies = Table(
    "replies", metadata,
    Column("key", String(200), primary_key=True),  # the caller's Idempotency-Key
    Column("by", String(200), primary_key=True),
    Column("request", String(64), nullable=False),  # SHA-256 of method, path and body
    Column("status", Integer), Column("body", LargeBinary),
    Column("at", Moment, nullable=False),
    Index("ix_replies_at", "at"),
)

files = Table(
    "files", metadata,
    Column("id", String(64), primary_key=True),
    _by(),
    Column("name", String(200), nullable=False), Column("kind", String(100), nullable=False), Column("content", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False), Column("expires_at", Moment, nullable=False),
    Index("ix_files_expires_at", "expires_at"),
)
"""Uploaded tables that came back scored, until they expire."""
