"""Take the pictures of the console that the manual shows: `.venv/bin/python scripts/screenshots.py`.

The demonstration runs for real; somebody takes charge of it with a passkey of a virtual authenticator, and looks at it
in Chromium. With a folder as its argument it takes every page there instead, in both themes, wide and narrow: to be
looked at before a change of the console is merged.
"""

import asyncio
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Page, async_playwright

from nameplate.entry.client import Proposed
from nameplate.entry.demo.run import run_with
from nameplate.entry.demo.stage import Stage

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
AT_S, SECONDS = 24.0, 300.0
"""By then every story has been told: from the moment somebody is in charge the machine only proposes."""

WIDE, NARROW = (1280, 800), (390, 844)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
STOPPED = "cln-31"


class Shot(NamedTuple):
    """One picture. `path`: below `/console/`; `whole`: also what lies below the window."""

    name: str
    path: str
    scheme: str = "light"
    size: tuple[int, int] = WIDE
    whole: bool = False


SECTIONS = ("", "actors", "decisions", "alarms", "people", "approvals", "bridges", "sinks", "journal")
OWN = ("passkeys", "device")


def manual(more: dict[str, str]) -> Iterator[Shot]:
    """What the manual shows."""
    yield Shot("console-overview", "")
    yield Shot("console-why", more["why"], size=(1280, 540))


def every_page(more: dict[str, str]) -> Iterator[Shot]:
    """All pages in both themes, wide and narrow. `more`: name -> path of those that are no section."""
    pages = {path or "overview": path for path in SECTIONS + OWN} | more
    for name, path in pages.items():
        for scheme in ("light", "dark"):
            for label, size in (("wide", WIDE), ("narrow", NARROW)):
                yield Shot(f"{name}-{scheme}-{label}", path, scheme, size, whole=True)


async def take_charge(stage: Stage, page: Page) -> None:
    """Become the first owner, and ask for something that waits from then on."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable", {"enableUI": False})
    await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    link = (await asyncio.to_thread(stage.server.client.post, "/v1/first-owner-links", {}))["link"]
    await page.goto(link)
    await page.get_by_role("button", name="Make a passkey").click()
    await page.wait_for_url("**/console/passkeys")
    with suppress(Proposed):
        await stage.order("activate", "The copy of its key was found.", "amr-13")
    with suppress(Proposed):
        await asyncio.to_thread(stage.server.client.post, "/v1/point-tokens", {"name": "building-management"})


async def shoot(page: Page, origin: str, shot: Shot, folder: Path) -> None:
    """Take one picture."""
    await page.set_viewport_size({"width": shot.size[0], "height": shot.size[1]})
    await page.emulate_media(color_scheme="dark" if shot.scheme == "dark" else "light")
    await page.goto(f"{origin}/console/{shot.path}")
    await page.screenshot(path=folder / f"{shot.name}.png", full_page=shot.whole)


async def stop_one(page: Page, origin: str, folder: Path) -> None:
    """Stop a robot, with the receipts on the picture."""
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await page.emulate_media(color_scheme="dark")
    await page.goto(f"{origin}/console/actors/{STOPPED}")
    await page.get_by_label("How").select_option("quarantine")
    await page.get_by_label("Why").fill("Found with an open service hatch")
    await page.get_by_role("button", name="Stop").click()
    await page.locator("h1 .state", has_text="quarantined").wait_for()
    await page.screenshot(path=folder / "console-stop.png")


async def others(page: Page, origin: str) -> dict[str, str]:
    """Pages that are no section, by what is there now."""
    found = {"actor": "actors/amr-11", "stopped": "actors/amr-13", "nothing": "no-such-page", "none": "actors?q=nobody"}
    lists = {
        "why": ("decisions?decision=deny&reason=not_in_contract", "td:last-child a"),
        "permit": ("decisions?decision=permit", "td:last-child a"),
        "approval": ("approvals", "th a"),
    }
    for name, (path, link) in lists.items():
        await page.goto(f"{origin}/console/{path}")
        address = await page.locator(f"main tbody {link}").first.get_attribute("href")
        found[name] = str(address).removeprefix("/console/")
    return found


async def look(stage: Stage, folder: Path | None) -> None:
    """Once everything has happened: look, as somebody who is signed in; then end the demonstration."""
    await asyncio.sleep(AT_S)
    origin = f"http://localhost:{stage.server.port}"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = await chromium.new_page()
        await take_charge(stage, page)
        more = await others(page, origin)
        for shot in every_page(more) if folder else manual(more):
            await shoot(page, origin, shot, folder or PICTURES)
        await stop_one(page, origin, folder or PICTURES)
        await chromium.close()
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if where:
        where.mkdir(parents=True, exist_ok=True)
    run_with(SECONDS, lambda stage: look(stage, where))
