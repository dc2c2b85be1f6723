"""A matter from the phone it was reported on until its reporter says that it is fixed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.test_deliberation import DESK, number_in, sound

pytestmark = pytest.mark.browser

Phone = Callable[..., Page]


def test_from_a_report_to_a_repair_that_holds(site: Site, phone: Phone) -> None:
    slug = site.story["slug"]
    resident = phone("owner0")
    resident.goto(f"/e/{slug}/")
    resident.get_by_role("link", name="我要报事").click()
    resident.get_by_label("哪一类").select_option("repair")
    resident.get_by_label("什么事").fill("3 单元电梯按钮失灵，老人上不去")
    resident.get_by_label("具体位置").fill("3 单元")
    sound(resident)
    resident.get_by_role("button", name="提交", exact=True).click()
    expect(resident.get_by_text("已报，有进展会通知您。")).to_be_visible()
    ticket = number_in(resident, r"/tickets/(\d+)/")

    clerk = phone("firm", width=DESK)
    clerk.goto(f"/desk/{slug}/tickets/")
    clerk.get_by_role("link", name="3 单元电梯按钮失灵").click()
    clerk.get_by_role("button", name="受理", exact=True).click()
    clerk.goto(f"/desk/{slug}/tickets/{ticket}/")
    clerk.get_by_label("说明").fill("已更换按钮，试运行正常")
    clerk.get_by_role("button", name="处理完毕").click()
    expect(clerk.get_by_text("已记下，报事人会收到通知。")).to_be_visible()

    resident.goto(f"/tickets/{ticket}/")
    resident.get_by_label("说明").fill("今天又失灵了，没有修好")
    resident.get_by_role("button", name="没有修好").click()
    expect(resident.get_by_text("重新打开 1 次")).to_be_visible()
    site.tell("overdue", ticket)
    resident.reload()
    expect(resident.get_by_text("已超期，报告社区。")).to_be_visible()
    sound(resident)

    secretary = phone("secretary", width=DESK)
    secretary.goto(f"/desk/{slug}/tickets/{ticket}/")
    secretary.get_by_label("说明").fill("请今天派维保单位到场，回复处理结果")
    secretary.get_by_role("button", name="督办").click()
    clerk.goto(f"/desk/{slug}/tickets/{ticket}/")
    sound(clerk)
    clerk.get_by_label("说明").fill("维保单位更换了控制板，观察一天正常")
    clerk.get_by_role("button", name="处理完毕").click()

    resident.goto(f"/tickets/{ticket}/")
    resident.get_by_role("button", name="修好了", exact=True).click()
    resident.get_by_text("满意", exact=True).click()
    resident.get_by_role("button", name="提交评价").click()
    expect(resident.get_by_text("您给了 4 分，可以改。")).to_be_visible()
    neighbour = phone("owner1", care=True)
    neighbour.goto(f"/tickets/{ticket}/")
    expect(neighbour.get_by_text("报事人确认修好")).to_be_visible()
    expect(neighbour.get_by_text("一位住户")).to_be_visible()
    sound(neighbour)
