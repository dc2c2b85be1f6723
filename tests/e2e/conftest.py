"""One server as people run it, and a browser with the screen of a phone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import CHROMIUM

PHONE = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "governance.settings.dev",
        "DATABASE_URL": f"sqlite:///{folder / 'estate.sqlite3'}",
        "REDIS_URL": "",
        "VAR_DIR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "DEMO_MODE": "1",
        "LOG_LEVEL": "WARNING",
    }


@dataclass
class Site:
    """The server, and what lies in its database."""

    address: str
    folder: Path
    story: dict[str, Any]

    def tell(self, *arguments: str) -> dict[str, Any]:
        """Go on with the story, beside the running server."""
        return run_story(self.folder, *arguments)


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_story(folder: Path, *arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run(folder, "-m", "tests.e2e.story", *arguments).splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for a module: starting takes seconds."""
    folder = tmp_path_factory.mktemp("site")
    run(folder, "manage.py", "migrate", "--verbosity", "0")
    story = run_story(folder, "estate")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0"],
            cwd=settings.BASE_DIR,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            greeting = process.stdout.readline()
            assert greeting, (folder / "log").read_text()
            address = next(word for word in greeting.split() if word.startswith("http://"))
            yield Site(address, folder, story)
        finally:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """A page on a phone of its own, of somebody in the story or of nobody.

    ``phone("owner1", care=True, theme="dark", width=320)``. Whatever the
    browser complains of while a page is open fails the test.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        person: str = "", *, care: bool = False, theme: str = "", width: int = PHONE["width"], **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": PHONE["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=site.address,
            **options,
        )
        opened.append(context)
        cookies = {"care": "on" if care else "", "theme": theme}
        if person:
            cookies["sessionid"] = site.story["sessions"][person]
        context.add_cookies(
            [{"name": name, "value": value, "url": site.address} for name, value in cookies.items() if value]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    yield open_page
    for context in opened:
        context.close()
    assert complaints == []
