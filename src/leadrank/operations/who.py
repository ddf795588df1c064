"""Who does something: a name, a role, and what a key may be used for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["rep", "manager", "analyst", "admin"]
Scope = Literal["score", "intake", "read", "work", "models", "accounts"]

ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who asks for something.

    Attributes
    ----------
    name
        As it stands in access records: an account's name, `local`, `key:ID/ACCOUNT`, or `leadrank` itself.
    role
        What the account may do.
    team
        The account's team.
    scopes
        What a key may be used for; all of it for somebody who logged in.
    request
        The number of the request, so that access records can be laid beside a door's own log.
    account
        Whose leads are "own": the account behind a key; by default the name.
    teamless
        Whether leads without an owner and without a team are within a rep's reach.
    """

    name: str
    role: Role
    team: str | None = None
    scopes: frozenset[Scope] = SCOPES
    request: str = ""
    account: str = ""
    teamless: bool = False

    @property
    def own(self) -> str:
        """The account whose leads are this caller's own.

        Examples
        --------
        >>> Who("ann", "rep").own, Who("key:a1b2/ann", "rep", account="ann").own
        ('ann', 'ann')
        """
        return self.account or self.name

    @property
    def is_program(self) -> bool:
        """Whether a key was shown, in place of a log-in.

        Examples
        --------
        >>> Who("ann", "rep").is_program, Who("key:a1b2/ann", "rep", account="ann").is_program
        (False, True)
        """
        return bool(self.account)


LOCAL = Who("local", "admin")
"""The one user of a machine without accounts."""
LEADRANK = Who("leadrank", "admin")
"""The program itself, when it does what is due."""
