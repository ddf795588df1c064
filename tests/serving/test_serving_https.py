"""Without https people of other machines cannot log in: the start and the log-in page say so, instead of failing without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import HOME, PASSWORD, Run

from leadrank.serving.app import app_of
from leadrank.serving.service import Service

WARNED = "Nobody can log in without https."


@pytest.mark.parametrize(("address", "warned"), [("http://192.168.1.5:8000", True), ("https://leads.example", False), (HOME, False)])
def test_the_log_in_page_says_where_the_browser_will_drop_the_session(
    service: Service, keys: dict[str, str], address: str, warned: bool
) -> None:
    assert keys
    with TestClient(app_of(service), base_url=address) as client:
        assert (WARNED in client.get("/app/login").text) is warned
        wrong = client.post("/app/login", data={"name": "rep", "password": "x" * 12})
        assert (wrong.status_code, WARNED in wrong.text) == (401, warned)


def test_behind_a_proxy_with_https_the_page_warns_of_nothing(service: Service, keys: dict[str, str]) -> None:
    assert keys
    with TestClient(app_of(service), base_url="http://leads.example", client=("127.0.0.1", 1)) as client:
        assert WARNED in client.get("/app/login").text
        assert WARNED not in client.get("/app/login", headers={"x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4"}).text


@pytest.mark.parametrize(("host", "said"), [("0.0.0.0", True), ("127.0.0.1", False)])  # noqa: S104
def test_the_start_says_that_other_machines_need_https(run: Run, leads: Path, host: str, said: bool) -> None:
    served = run(str(leads), "--port", "0", "--host", host, "--create-admin", "ann", "--database", "sqlite:///x.db", given=PASSWORD + "\n")
    assert ("People can log in over https only" in served.said.read_text()) is said
    assert served.stop()[0] == 0
