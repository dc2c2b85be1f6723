"""A matter from the phone it was written on to minutes signed by three parties and downloaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

pytestmark = pytest.mark.browser

Phone = Callable[..., Page]
DESK = 1440
TITLE = "北门夜间关闭时间改到 23:30"
MEETING = "北门夜间开放协调会"


def number_in(page: Page, pattern: str) -> str:
    found = re.search(pattern, page.url)
    assert found is not None, page.url
    return found[1]


def sound(page: Page) -> None:
    """Nothing runs over the edge, and axe finds nothing serious."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = [
        one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")
    ]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


def test_from_a_resident_s_matter_to_signed_minutes(site: Site, phone: Phone, tmp_path: Path) -> None:
    slug = site.story["slug"]

    resident = phone("owner0")
    resident.goto(f"/e/{slug}/proposals/new/")
    resident.get_by_label("一句话说明什么事").fill(TITLE)
    resident.get_by_label("哪一类").select_option("rules")
    resident.get_by_label("情况和建议").fill("末班地铁 23:05 到站，走到北门已经关门，要绕行八百米。")
    sound(resident)
    resident.get_by_role("button", name="下一步").click()
    resident.get_by_role("button", name="提交", exact=True).click()
    expect(resident.get_by_text("已提交，社区会在期限内审核")).to_be_visible()
    proposal = number_in(resident, r"/proposals/(\d+)/")

    secretary = phone("secretary", width=DESK)
    secretary.goto(f"/desk/{slug}/proposals/{proposal}/")
    secretary.get_by_text("受理，公开征集附议和答复").click()
    secretary.get_by_role("button", name="提交处理").click()
    expect(secretary.get_by_text("已处理，提出人会收到消息。")).to_be_visible()

    firm = phone("firm")
    firm.goto(f"/proposals/{proposal}/answer/")
    firm.get_by_text("同意办理", exact=True).click()
    firm.get_by_label("答复内容").fill("同意延长开放时间，夜间增加一名值班人员。")
    firm.get_by_role("button", name="答复并公开").click()
    expect(firm.locator("#answers ~ section").first).to_contain_text("夜间增加一名值班人员")

    neighbour = phone("owner1", care=True)
    neighbour.goto(f"/proposals/{proposal}/")
    neighbour.get_by_role("button", name="附议", exact=True).click()
    expect(neighbour.get_by_text("您已附议，计入法定比例")).to_be_visible()
    sound(neighbour)

    meeting = _call(site, secretary, slug)
    door = site.tell("hour", meeting)["token"]
    for one in (resident, neighbour, firm, secretary):
        one.goto(f"/meetings/in/{door}/")
        one.get_by_role("button", name="我到了，签到").click()
        expect(one.get_by_text("已签到").first).to_be_visible()
    secretary.goto(f"/desk/{slug}/meetings/{meeting}/people/")
    secretary.locator("tr", has_text="居民").get_by_role("button", name="列为代表").click()
    secretary.goto(f"/desk/{slug}/meetings/{meeting}/")
    secretary.get_by_role("button", name="开始会议").click()
    secretary.wait_for_url("**/record/")

    _meet(secretary, resident, neighbour, slug, meeting)
    _write_down(secretary, phone, slug, meeting)

    minutes = _confirm(secretary, (resident, neighbour, firm), slug, meeting)
    for person in ("chair", "firm", "secretary"):
        _sign(phone(person), minutes)

    resident.goto(f"/minutes/{minutes}/")
    expect(resident.get_by_text("已签署").first).to_be_visible()
    for kind in ("PDF", "Word"):
        with resident.expect_download() as waiting:
            resident.get_by_role("link", name=kind).click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        checker = phone()
        checker.goto("/minutes/verify/")
        checker.get_by_label("纪要文件").set_input_files(file)
        checker.get_by_role("button", name="核对").click()
        expect(checker.get_by_text("真实有效")).to_be_visible()


def _call(site: Site, secretary: Page, slug: str) -> str:
    secretary.goto(f"/desk/{slug}/meetings/new/")
    secretary.get_by_label("会议类型").select_option("coordination")
    secretary.get_by_label("会议名称").fill(MEETING)
    secretary.get_by_label("日期").fill(site.tell("day", "10")["day"])
    secretary.get_by_label("开始", exact=True).fill("19:00")
    secretary.get_by_label("预计结束").fill("21:00")
    secretary.get_by_label("记录人").select_option(label="曾宏")
    secretary.get_by_label("地点").fill("社区会议室")
    secretary.get_by_role("button", name="保存").click()
    secretary.wait_for_url(re.compile(r"/meetings/\d+/"))
    meeting = number_in(secretary, r"/meetings/(\d+)/")
    secretary.get_by_label("从议题中选").select_option(label=TITLE)
    secretary.get_by_role("button", name="加入议程").click()
    secretary.get_by_role("button", name="公告会议").click()
    expect(secretary.get_by_text("已公告").first).to_be_visible()
    return meeting


def _meet(secretary: Page, resident: Page, neighbour: Page, slug: str, meeting: str) -> None:
    """Two phones and the desk see what the others do, without loading anew."""
    for one in (resident, neighbour):
        one.goto(f"/meetings/{meeting}/")
        one.evaluate("window.sameDocument = true")
    secretary.goto(f"/desk/{slug}/meetings/{meeting}/record/")
    secretary.evaluate("window.sameDocument = true")
    neighbour.get_by_role("button", name="举手发言").click()
    neighbour.evaluate("window.sameDocument = true")
    expect(secretary.get_by_role("button", name="请发言")).to_be_visible(timeout=8_000)
    assert secretary.evaluate("window.sameDocument") is True
    secretary.get_by_role("button", name="请发言").click()
    expect(resident.get_by_text("正在发言")).to_be_visible(timeout=8_000)
    assert resident.evaluate("window.sameDocument") is True
    secretary.get_by_label("要摸底的问题").fill("赞成先试行三个月吗？")
    secretary.get_by_role("button", name="开始摸底").click()
    expect(resident.get_by_role("button", name="赞成", exact=True)).to_be_visible(timeout=8_000)
    resident.get_by_role("button", name="赞成", exact=True).click()
    expect(neighbour.get_by_text("赞成 1").first).to_be_visible(timeout=8_000)
    sound(resident)


def _write_down(secretary: Page, phone: Phone, slug: str, meeting: str) -> None:
    """The record; somebody who began from an older text sees both and loses nothing."""
    secretary.goto(f"/desk/{slug}/meetings/{meeting}/record/")
    secretary.get_by_role("link", name="记录", exact=True).click()
    secretary.wait_for_url("**/items/*/")
    chair = phone("chair", width=DESK)
    chair.goto(secretary.url)
    secretary.get_by_label("讨论情况").fill("多数住户赞成延长。")
    secretary.get_by_label("协商一致的意见").fill("先试行三个月。")
    secretary.get_by_role("button", name="保存记录").click()
    expect(secretary.get_by_text("已保存。")).to_be_visible()
    chair.get_by_label("讨论情况").fill("住户担心噪声。")
    chair.get_by_role("button", name="保存记录").click()
    expect(chair.get_by_text("这一项刚被另一位改过").first).to_be_visible()
    expect(chair.get_by_text("多数住户赞成延长。")).to_be_visible()
    expect(chair.get_by_label("讨论情况")).to_have_value("住户担心噪声。")
    chair.get_by_label("讨论情况").fill("多数住户赞成延长。住户担心噪声。")
    chair.get_by_label("协商一致的意见").fill("先试行三个月。")
    chair.get_by_role("button", name="保存记录").click()
    expect(chair.get_by_text("已保存。")).to_be_visible()
    secretary.goto(f"/desk/{slug}/meetings/{meeting}/record/")
    secretary.get_by_role("button", name="结束会议").click()
    expect(secretary.get_by_text("会议已结束，可以生成纪要。")).to_be_visible()


def _confirm(secretary: Page, present: tuple[Page, ...], slug: str, meeting: str) -> str:
    secretary.goto(f"/desk/{slug}/meetings/{meeting}/")
    secretary.get_by_role("button", name="生成纪要草稿").click()
    secretary.wait_for_url(re.compile(r"/minutes/\d+/"))
    minutes = number_in(secretary, r"/minutes/(\d+)/")
    expect(secretary.get_by_text("多数住户赞成延长。住户担心噪声。")).to_be_visible()
    secretary.get_by_role("button", name="发给与会人确认").click()
    for one in (*present, secretary):
        one.goto(f"/minutes/{minutes}/")
        one.get_by_text("确认，与会议情况一致").click()
        one.get_by_role("button", name="提交").click()
        expect(one.get_by_text("已记下您的意见")).to_be_visible()
    secretary.goto(f"/desk/{slug}/minutes/{minutes}/")
    secretary.get_by_role("button", name="都回复了，转三方签署").click()
    expect(secretary.get_by_text("已转三方签署。")).to_be_visible()
    return minutes


def _sign(page: Page, minutes: str) -> None:
    page.goto(f"/minutes/{minutes}/sign/")
    signing = page.url
    page.get_by_role("button", name="发送验证码").click()
    expect(page.get_by_text("验证码已发到您的手机。").first).to_be_visible()
    page.goto("/demo/inbox/")
    code = re.search(r"\b\d{6}\b", page.locator(".rows").first.inner_text())
    assert code is not None
    page.goto(signing)
    page.get_by_label("短信验证码").fill(code[0])
    page.get_by_role("button", name="签署", exact=True).click()
    expect(page.get_by_text("已签署").first).to_be_visible()
