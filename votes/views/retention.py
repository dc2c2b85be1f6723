"""How long each kind of record is kept here, and what is due to be erased."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from communities.clock import database_now, local_day
from communities.http import PersonRequest
from communities.queries import PolicyInForce, policies_in_force
from votes.access import desk_estate_for
from votes.enums import RetainedKind
from votes.services.retention import PERIOD, holdings

PAGE_SIZE = 50


@login_required
@require_GET
def retention(request: PersonRequest, slug: str) -> HttpResponse:
    estate = desk_estate_for(request.user, slug)
    day = local_day(database_now())
    policies = policies_in_force(estate, on=day)
    page = Paginator(holdings(estate, day=day), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "estate": estate,
        "kinds": [*_for_ever(), *(_for_a_time(kind, policies[key]) for kind, key in PERIOD.items())],
        "page_obj": page,
        "rows": [(holding, holding.is_due(day)) for holding in page],
    }
    return render(request, "votes/desk_retention.html", context)


def _for_ever() -> list[dict[str, Any]]:
    always = _("永久")
    return [
        {
            "name": _("决定、结果公告、管理规约和议事规则"),
            "period": always,
            "article": _("《物业管理条例》第十四条：会议应有书面记录并存档"),
            "after": "",
        },
        {
            "name": _("表决票、日志、树头和结果证明"),
            "period": always,
            "article": _("删去其中一条，整个证据链就不能核对；里面没有姓名和电话，选择是加盐的承诺"),
            "after": "",
        },
        {
            "name": _("异议和答复"),
            "period": always,
            "article": _("与决定一起存档"),
            "after": "",
        },
        {
            "name": _("上传的业主名册文件"),
            "period": _("导入或放弃后立即删除"),
            "article": _("只留文件的哈希和核对报告"),
            "after": "",
        },
    ]


def _for_a_time(kind: RetainedKind, policy: PolicyInForce) -> dict[str, Any]:
    if kind == RetainedKind.ARCHIVES:
        period = ngettext("%(number)s 天", "%(number)s 天", policy.value) % {"number": policy.value}
        after = _("删除文件，日志里的哈希保留")
    else:
        years = ngettext("%(number)s 年", "%(number)s 年", policy.value) % {"number": policy.value}
        period = _("%(years)s，且不短于当届业委会任期届满后一年") % {"years": years}
        after = _("删除扫描件、姓名、电话和说明，哈希保留")
    return {"name": kind.label, "period": period, "article": policy.article, "after": after}
