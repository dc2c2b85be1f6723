"""The verifier of the browser, on the page that works offline, against that of Python: same verdicts."""

import base64
import contextlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from tests.conftest import CHROMIUM
from tests.factories.packs import Story
from votes.evidence.verifier import Report, Stop, check_receipt, examine

from .tampers import ALL, Attempt
from .test_verifier import PLACES, head_file, mutated, story

pytestmark = pytest.mark.browser
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ASK = """async (attempts) => {
  const byte = (letter) => letter.charCodeAt(0);
  const bytes = (text) => (text === null ? null : Uint8Array.from(atob(text), byte));
  const found = [];
  for (const one of attempts) {
    const older = one.head === null ? bytes(one.older) : one.head;
    const report = await window.LinyiEvidence.verify({ ...one, pack: bytes(one.pack), older });
    found.push([report.verdict, report.first && report.first.code, report.first && report.first.leaf]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as somebody downloaded it."""
    file = tmp_path_factory.mktemp("offline") / "linyi-verify.html"
    file.write_bytes(Client().get("/verify/linyi-verify.html").content)
    return file


@pytest.fixture(scope="module")
def page(offline: Path) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(offline=True, locale="zh-CN")
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(offline.as_uri())
        yield page
        assert complaints == []
        browser.close()


def judged(page: Page, attempts: list[dict[str, Any]]) -> list[list[Any]]:
    """What the browser finds, some hundred at a time: all at once would be one very long message."""
    found: list[list[Any]] = []
    for start in range(0, len(attempts), 200):
        found += page.evaluate(ASK, attempts[start : start + 200])
    return found


def asked(attempt: Attempt, head: str | None = None) -> dict[str, Any]:
    def coded(data: bytes | None) -> str | None:
        return None if data is None else base64.b64encode(data).decode()

    return {
        "pack": coded(attempt.pack),
        "older": coded(attempt.older),
        "head": head,
        "receipt": attempt.receipt,
        "trust": attempt.trust,
    }


def test_both_verifiers_find_all_tampering_and_say_the_same(page: Page) -> None:
    tried, expected = [], []
    for number, one in enumerate(ALL):
        for place in range(PLACES):
            attempt = one.make(Story(number * 7 + place).build(), random.Random(place))
            report = examine(attempt.pack, trust=attempt.trust, receipt=attempt.receipt, older=attempt.older)
            first = report.document()["first"]
            tried.append(asked(attempt))
            expected.append([report.verdict, first["code"], first["leaf"]])
    found = judged(page, tried)
    names = [one.name for one in ALL for _ in range(PLACES)]
    assert [*zip(names, found, strict=True)] == [*zip(names, expected, strict=True)]
    assert "ok" not in [verdict for verdict, _, _ in found]


def test_no_honest_pack_is_doubted(page: Page) -> None:
    tried = [
        asked(Attempt(one.pack(), receipt=one.receipt(0)), head=head_file(one, 1).decode())
        for one in map(story, range(PLACES * 10))
    ]
    assert judged(page, tried) == [["ok", None, None]] * len(tried)


def test_receipts_are_judged_alike(page: Page) -> None:
    one, draw = Story(4).build(), random.Random(2)
    receipts = [mutated(one.receipt(place % len(one.marked)), draw) for place in range(300 * PLACES)]
    receipts += [one.receipt(0), one.receipt(0, proved=False)]
    found = judged(page, [asked(Attempt(b""), None) | {"pack": None, "receipt": one} for one in receipts])
    expected = []
    for receipt in receipts:
        report = Report()
        with contextlib.suppress(Stop):
            check_receipt(receipt, report, None)
        expected.append(report.verdict)
    assert [verdict for verdict, _, _ in found] == expected
    assert expected.count("ok") == 2


def test_a_person_checks_pack_and_receipt_with_the_network_off(page: Page, tmp_path: Path) -> None:
    one = Story(4).build()
    (tmp_path / "pack.zip").write_bytes(one.pack())
    (tmp_path / "receipt.json").write_text(one.receipt(0))
    page.set_input_files("#verify-pack", tmp_path / "pack.zip")
    page.set_input_files("#verify-receipt", tmp_path / "receipt.json")
    page.get_by_role("button", name="核验").click()
    page.get_by_text("相符：没有发现添加、丢失或改动。").wait_for()
    assert page.locator("#verify-result").get_attribute("data-exit") == "0"
    assert one.marked[0].choices in page.locator("#verify-result").inner_text()

    (tmp_path / "bad.json").write_text(one.receipt(0).replace('"elector":', '"elector":9'))
    page.set_input_files("#verify-receipt", tmp_path / "bad.json")
    page.get_by_role("button", name="核验").click()
    page.get_by_text("被改动：内容与签名或哈希不符。").wait_for()
    assert page.locator("#verify-result").get_attribute("data-code") == "receipt"
    assert one.marked[0].choices not in page.locator("#verify-result").inner_text()
