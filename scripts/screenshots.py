"""Pictures for the README, from a running demo: ``python scripts/screenshots.py http://localhost:8000``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
#: File, who looks, at which page, through which window.
PICTURES = (
    ("home", "owner", "/e/qinghe/", PHONE),
    ("ballot", "owner", "/votes/2/", PHONE),
    ("result", "owner", "/votes/1/result/", PHONE),
    ("desk", "secretary", "/desk/", DESK),
)


def take(browser: Browser, address: str, name: str, person: str, page: str, window: dict[str, int]) -> None:
    context = browser.new_context(viewport=window, locale="zh-CN")  # type: ignore[arg-type]
    tab = context.new_page()
    tab.goto(f"{address}/demo/")
    tab.locator(f'form[action="/demo/login/{person}/"] button').click()
    tab.goto(f"{address}{page}")
    tab.wait_for_load_state("networkidle")
    tab.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def main(address: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        for picture in PICTURES:
            take(browser, address, *picture)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
