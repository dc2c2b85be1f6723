"""A vote as people take part in it: on a phone, from logging in to reading the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.factories.packs import Story

pytestmark = pytest.mark.browser

Phone = Callable[..., Page]
CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$")


def questions(page: Page):
    return page.locator("fieldset[data-question]")


def turnout(page: Page):
    return page.locator("[data-live]")


def test_from_login_to_receipt_in_four_taps_while_a_neighbour_watches(site: Site, phone: Phone):
    newcomer = site.story["newcomer"]
    watching = phone("tenant")
    watching.goto(f"/votes/{site.story['open']}/")
    expect(turnout(watching)).to_contain_text(re.compile(r"0\s*/\s*6 人"))
    watching.evaluate("window.sameDocument = true")

    page = phone()
    page.goto(f"/e/{site.story['slug']}/votes/")
    page.get_by_label("手机号码").fill(newcomer["phone"])
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_role("link", name="查看演示收件箱").click()
    code = re.search(r"\b\d{6}\b", page.locator(".rows").first.inner_text())
    assert code is not None
    page.get_by_role("link", name="去填写验证码").click()
    page.get_by_label("验证码").fill(code[0])
    page.get_by_role("button", name="登录").click()

    page.goto(f"/e/{site.story['slug']}/bind/")
    page.get_by_label("楼幢").select_option("3幢")
    page.get_by_label("室", exact=True).select_option("0101")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("业主姓名").fill(newcomer["name"])
    page.get_by_label("身份证号码的最后六位").fill(newcomer["identity"][-6:])
    page.get_by_role("button", name="核对并绑定").click()

    page.goto(f"/e/{site.story['slug']}/votes/?status=waiting")
    page.locator("article", has_text="2026年第二次业主大会会议").get_by_role("link", name="去表决").click()

    taps = 0
    progress = page.locator("[data-ballot-progress]")
    for place, choice in enumerate(["同意", "反对", "弃权"]):
        expect(progress).to_have_text(f"还有 {3 - place} 项未选。提交后不能更改。")
        questions(page).nth(place).get_by_text(choice, exact=True).click()
        taps += 1
    expect(progress).to_have_text("都选好了。提交后不能更改。")
    expect(page.locator("[data-ballot-summary] li")).to_have_text(["1 同意", "2 反对", "3 弃权"])
    page.get_by_role("button", name="提交表决票").click()
    taps += 1

    expect(page.get_by_role("heading", level=1)).to_contain_text("已记录您的表决")
    assert taps <= 4
    assert CODE.match(page.locator(".code").inner_text())
    expect(page.get_by_text("弃权", exact=True)).to_be_hidden()

    # Well before the fallback would ask again: the socket told it.
    expect(turnout(watching)).to_contain_text(re.compile(r"1\s*/\s*6 人"), timeout=8_000)
    assert watching.evaluate("window.sameDocument") is True

    page.go_back()
    page.goto(f"/votes/{site.story['open']}/")
    expect(page.get_by_role("button", name="提交表决票")).to_have_count(0)


def test_at_the_deadline_the_result_appears_by_itself(site: Site, phone: Phone):
    closing = site.tell("closing", site.story["slug"], "15")["assembly"]
    page = phone("owner4")
    page.goto(f"/votes/{closing}/")
    questions(page).nth(0).get_by_text("同意", exact=True).click()
    page.get_by_role("button", name="提交表决票").click()
    expect(page.locator(".code")).to_be_visible()

    page.goto(f"/votes/{closing}/result/")
    expect(page.locator("main")).to_contain_text("还没有结果")
    expect(page.locator("main")).not_to_contain_text("决定通过")

    expect(page.locator("main")).to_contain_text("同意的人数、面积都过半数，决定通过。", timeout=45_000)
    proof = page.locator("table.proof tbody tr")
    expect(proof.nth(0)).to_contain_text("5 / 6")
    expect(proof.nth(3)).to_contain_text("446.60 / 446.60")
    expect(proof.locator(".met")).to_have_count(4)


def test_without_javascript_a_ballot_can_be_mended_and_cast(site: Site, phone: Phone):
    page = phone("owner1", java_script_enabled=False)
    page.goto(f"/votes/{site.story['open']}/")
    for place, choice in enumerate(["同意", "反对"]):
        questions(page).nth(place).get_by_text(choice, exact=True).click()
    page.get_by_role("button", name="提交表决票").click()

    expect(page.get_by_role("alert")).to_contain_text("第 3 项：还没有选")
    expect(page.locator("input:checked")).to_have_count(2)
    page.get_by_role("alert").get_by_role("link").click()
    questions(page).nth(2).get_by_text("弃权", exact=True).click()
    page.get_by_role("button", name="提交表决票").click()

    assert CODE.match(page.locator(".code").inner_text())
    page.get_by_role("link", name="看参与情况").click()
    expect(turnout(page)).to_contain_text(re.compile(r"/\s*6 人"))


def test_pressing_twice_sends_one_ballot(site: Site, phone: Phone):
    page = phone("owner2")
    page.goto(f"/votes/{site.story['open']}/")
    for place in range(3):
        questions(page).nth(place).get_by_text("同意", exact=True).click()
    sent = page.evaluate(
        "new URLSearchParams(new FormData(document.querySelector('form.ballot'))).toString()"
    )
    page.get_by_role("button", name="提交表决票").dblclick()
    expect(page.locator(".code")).to_be_visible()

    # The answer was lost on the way and the phone sends again.
    again = page.request.post(
        f"/votes/{site.story['open']}/cast/",
        data=sent,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": page.url},
    )
    assert (again.status, again.url) == (200, page.url)


def test_paper_figures_are_reckoned_without_a_script(site: Site, phone: Phone):
    page = phone(java_script_enabled=False)
    page.goto("/tally/")
    page.get_by_label("全体业主人数").fill("309")
    page.get_by_label("全体业主面积（m²）").fill("33,957.59")
    page.get_by_label("属于哪一项").select_option("4")
    for label, heads, area in (
        ("同意", "131", "11402.18"),
        ("反对", "71", "11871.30"),
        ("弃权", "14", "1204.66"),
    ):
        page.get_by_label(f"{label}人数").fill(heads)
        page.get_by_label(f"{label}面积（m²）").fill(area)
    page.get_by_role("button", name="再加一个事项").click()
    expect(page.get_by_label("同意人数").first).to_have_value("131")
    page.get_by_role("button", name="去掉事项 2").click()
    page.get_by_role("button", name="核算", exact=True).click()
    expect(page.locator("main")).to_contain_text("同意的人数过半数，面积没有过半数。")


def test_evidence_is_verified_under_the_policy_of_all_pages(phone: Phone, tmp_path: Path):
    story = Story(4).build()
    (tmp_path / "pack.zip").write_bytes(story.pack())
    (tmp_path / "receipt.json").write_text(story.receipt(0))
    page = phone()
    page.goto("/verify/")
    page.get_by_label("证据包", exact=False).first.set_input_files(tmp_path / "pack.zip")
    page.get_by_label("回执").set_input_files(tmp_path / "receipt.json")
    page.get_by_role("button", name="核验", exact=True).click()
    expect(page.locator("#verify-result")).to_contain_text("相符：没有发现添加、丢失或改动。")
    assert Axe().run(page).violations_count == 0


# --- every page in every shape -------------------------------------------------------

PAGES = {
    "list": ("owner3", "/e/{slug}/votes/"),
    "ballot": ("owner3", "/votes/{open}/"),
    "cast already": ("owner0", "/votes/{revisable}/"),
    "tenant": ("tenant", "/votes/{open}/"),
    "announced": ("owner3", "/votes/{announced}/"),
    "receipt": ("owner0", "/votes/receipts/{receipt}/"),
    "waiting for the result": ("owner0", "/votes/{revisable}/result/"),
    "result": ("owner0", "/votes/{decided}/result/"),
    "evidence": ("owner0", "/votes/{decided}/evidence/"),
    "verifying": ("", "/verify/"),
    "tally": ("", "/tally/"),
    "tally judged": (
        "",
        "/tally/?denominator.heads=309&denominator.area=33957.59&motions[0].id=续聘物业&motions[0].item=4"
        "&motions[0].for.heads=131&motions[0].for.area=11402.18&motions[0].against.heads=71&judge=1",
    ),
    "tally refused": ("", "/tally/?denominator.heads=3&motions[0].item=4&motions[0].for.heads=9&judge=1"),
}
SHAPES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"theme": "dark"},
    "care": {"care": True},
}


def at(phone: Phone, site: Site, name: str, **shape) -> Page:
    person, path = PAGES[name]
    page = phone(person, **shape)
    answer = page.goto(path.format(**site.story))
    assert answer is not None
    assert answer.status == (422 if "refused" in name else 200)
    return page


def sideways(page: Page) -> int:
    """How far the page itself can be moved sideways, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_small_phone(site: Site, phone: Phone, name: str):
    for shape in (SHAPES["light"], SHAPES["care"]):
        page = at(phone, site, name, width=320, **shape)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert sideways(page) == 0, shape
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert sideways(page) == 0, "text at 200 %"


@pytest.mark.parametrize("name", PAGES)
def test_assistive_technology_finds_nothing_wrong(site: Site, phone: Phone, name: str):
    for shape in SHAPES.values():
        page = at(phone, site, name, **shape)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_every_target_of_the_ballot_is_large_enough_for_a_thumb(site: Site, phone: Phone):
    for shape in SHAPES.values():
        page = at(phone, site, "ballot", **shape)
        for target in [*page.locator(".choice").all(), page.get_by_role("button", name="提交表决票")]:
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= 48
