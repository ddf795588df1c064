"""`leadrank serve`: the API, the store and the pages, on one machine and with no other service."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrank.cli.options import CheckKey
from leadrank.cli.signing import key_of
from leadrank.cli.stopping import drained, in_own_time
from leadrank.cli.terminal import emit, say
from leadrank.errors import BundleError, MissingExtraError, UsageError

if TYPE_CHECKING:
    from socket import socket

    from leadrank.operations.desk import Desk
    from leadrank.serving.service import Service
    from leadrank.serving.settings import Settings

LEAST_SECRET = 16
Model = Annotated[
    Path | None, typer.Argument(metavar="[BUNDLE]", help="The model to begin with; without one, the model that the database has in use.")
]
Host = Annotated[str, typer.Option("--host", metavar="HOST", help="The address to listen on; another than this machine's own needs accounts.")]
Port = Annotated[int, typer.Option("--port", metavar="N", min=0, max=65_535, help="The port; 0 takes any free one.")]
Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME; default: leadrank.db beside the bundle."),
]
Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, max=256, help="Processes; more than one need PostgreSQL.")]
Wait = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", min=0, max=86_400, help="Wait so long for a PostgreSQL that does not answer yet; 0: not at all."),
]
CreateAdmin = Annotated[
    str | None,
    typer.Option("--create-admin", metavar="NAME", help="First make this administrator; the password is asked for, or read from standard input."),
]
WebhookSecret = Annotated[
    Path | None, typer.Option("--webhook-secret-file", metavar="FILE", help="Take sign-ups that are signed with the secret in FILE.")
]
StrictFields = Annotated[bool, typer.Option("--strict", help="Refuse leads with unknown, missing or odd fields instead of telling of them.")]


def serve(
    bundle: Model = None, *, host: Host = "127.0.0.1", port: Port = 8000, database: Database = None, workers: Workers = 1,
    wait: Wait = 60.0, create_admin: CreateAdmin = None, webhook_secret_file: WebhookSecret = None, strict: StrictFields = False,
    key_file: CheckKey = None,
) -> None:
    """Serve scores, the store and the call list: REST API, web pages, SQLite or PostgreSQL.

    On this machine alone and without accounts it runs for one local user. Anything else needs an account first: --create-admin NAME.

    Ctrl-C or SIGTERM ends it within five seconds; what is under way is answered first. A PostgreSQL server may start after it.
    """
    try:
        from leadrank.serving.settings import Settings
    except ImportError as problem:
        raise MissingExtraError(f"The service needs {problem.name}.", "Install it with: pip install 'leadrank[serve]'") from problem
    if bundle is not None and not bundle.is_file():
        raise BundleError(f"{bundle} is no file.", "`leadrank train … -o FILE` writes a bundle.")
    settings = Settings(
        database or default_database(bundle), bundle, host, port, workers, key_of(key_file), secret_of(webhook_secret_file), strict or None,
        wait,
    )
    if workers > 1 and not settings.database.startswith("postgres"):
        raise UsageError("Several workers need PostgreSQL.", "Give --database postgresql://…, or leave --workers out.")
    run(settings, create_admin)


def run(settings: Settings, create_admin: str | None) -> None:
    """Make everything ready, say so, and serve until a signal comes."""
    from leadrank.serving.app import app_of
    from leadrank.serving.run import listen, run_one
    from leadrank.serving.service import open_service
    from leadrank.serving.workers import run_several

    logging.disable(logging.NOTSET)  # a service has a log, which other commands have not
    with drained():
        early = listen(settings.host, settings.port) if may_wait(settings) else None
        service = open_service(settings) if early is None else opened_on(early, settings)
        if create_admin is not None:
            make_admin(service.desk, create_admin)
            service.keeper.look()
        check_open(service)
        taken = early or listen(settings.host, settings.port)
        app = app_of(service)
        say_ready(service, address_of(settings, taken))
        with in_own_time() as told:
            if settings.workers == 1:
                run_one(app, taken, settings, told)
            else:
                service.desk.store.close()
                run_several(settings, taken, told)
    say("Stopped.")


def may_wait(settings: Settings) -> bool:
    """Whether the service listens before its database answers: a file is there or not."""
    return settings.wait > 0 and settings.database.startswith("postgres")


def opened_on(taken: socket, settings: Settings) -> Service:
    """Open the service as soon as its database answers; until then its address says that it is not ready."""
    from leadrank.serving.waiting import opened_in_time
    from leadrank.store.reach import place_of

    where = f"{address_of(settings, taken)}/health/live answers meanwhile"
    waits = f"Waiting up to {settings.wait:g} seconds for {place_of(settings.database)}; {where}. Ctrl-C ends."
    with in_own_time() as told:
        return opened_in_time(settings, taken, lambda: say(waits), told)


def check_open(service: Service) -> None:
    """Refuse to be open to others without accounts."""
    from leadrank.operations.accounts import any_account

    if not service.settings.on_loopback and not any_account(service.desk):
        raise UsageError(
            f"Without accounts the service answers this machine only; --host {service.settings.host} would let others in.",
            "Make an administrator first: --create-admin NAME, or leave --host out.",
        )


def make_admin(desk: Desk, name: str) -> None:
    """Make an administrator with a password that is asked for, or the first line of standard input."""
    import secrets

    from leadrank.operations.accounts import first_admin
    from leadrank.serving.service import utc_now

    if sys.stdin.isatty():
        password = typer.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    account = first_admin(desk, name, password, salt=secrets.token_bytes(16), now=utc_now())
    say(f"{account.name} is an administrator now.")


def say_ready(service: Service, address: str) -> None:
    """Say where the service is, and for whom."""
    settings, active = service.settings, service.desk.champion.current()
    say(f"Leadrank serves {active.identity}, stored in {service.desk.store.shown}.")
    if service.keeper.local:
        say("There are no accounts: whoever uses this machine is the one local user and may do everything. --create-admin NAME makes the first.")
    else:
        say("There are accounts: people log in, programs send keys.")
    if not settings.on_loopback:
        say("People can log in over https only: put a proxy with https before this address. Keys of programs would travel in the open.")
    say("The call list is under /app, the API under /docs; Ctrl-C ends.")
    emit(address)
    sys.stdout.flush()


def address_of(settings: Settings, taken: socket) -> str:
    """Return where the service is, as a browser takes it."""
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{shown}:{taken.getsockname()[1]}"


def default_database(bundle: Path | None) -> str:
    """Return the URL of leadrank.db beside the bundle, or here."""
    folder = (bundle.parent if bundle is not None else Path()).absolute()
    return f"sqlite:///{folder / 'leadrank.db'}"


def secret_of(place: Path | None) -> bytes | None:
    """Read the secret of sign-ups, without the newline at its end.

    Raises
    ------
    UsageError
        The file cannot be read, or is too short.
    """
    if place is None:
        return None
    try:
        secret = place.read_bytes().rstrip(b"\r\n")
    except OSError as problem:
        said = problem.strerror or problem
        raise UsageError(f"--webhook-secret-file {place} cannot be read: {said}.", "Name a file that holds the secret.") from problem
    if len(secret) < LEAST_SECRET:
        raise UsageError(
            f"--webhook-secret-file expects at least {LEAST_SECRET} bytes; {place} holds {len(secret)}.", f"Make one: openssl rand -hex 32 > {place}"
        )
    return secret
