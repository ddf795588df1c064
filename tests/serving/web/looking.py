"""How the tests look at a page: log in, keep a picture, ask axe-core, and count what the console complains of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from .world import PASSWORD

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PICTURES = Path(__file__).parents[3] / "build" / "screenshots"
WIDE, PHONE = (1280, 860), (360, 780)
Mode = Literal["light", "dark"]


class Visitor:
    """Somebody at a browser.

    Parameters
    ----------
    page
        The tab.
    address
        Where the service is.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: self.foreign.append(asked.url) if not asked.url.startswith((address, "data:")) else None)

    def go(self, place: str) -> int:
        """Open a page, and return its status."""
        answer = self.page.goto(self.address + place)
        assert answer is not None
        return answer.status

    def log_in(self, name: str, password: str = PASSWORD) -> None:
        """Come in by the front door."""
        self.go("/app/login")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("main button")
        self.page.wait_for_url(re.compile(r"/app/(?!login)"))

    def picture(self, name: str, *, whole: bool = True) -> Path:
        """Keep a picture of the page."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        place = PICTURES / f"{name}.png"
        self.page.screenshot(path=place, full_page=whole)
        return place

    def barriers(self) -> list[str]:
        """Return what axe-core finds to be serious or worse."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run()")
        grave = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary'][:200]}" for one in grave]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@contextmanager
def visiting(
    browser: Browser, address: str, *, name: str | None = None, size: tuple[int, int] = WIDE, mode: Mode = "light", scripts: bool = True,
    clock: str | None = None,
) -> Iterator[Visitor]:
    """Open a browser of one's own, logged in as somebody; its clock is in a zone of its own where one is named."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=mode, java_script_enabled=scripts, timezone_id=clock)
    try:
        visitor = Visitor(context.new_page(), address)
        visitor.page.set_default_timeout(15_000)
        if name is not None:
            visitor.log_in(name)
        yield visitor
    finally:
        context.close()
