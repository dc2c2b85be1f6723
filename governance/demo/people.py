"""Who can be tried out in the demo. The demo command makes these accounts; the demo page logs in as them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class DemoPerson:
    """One account of the demo: its phone, its name, who the person is and what there is to see."""

    key: str
    phone: str
    name: str
    who: str | Promise
    why: str | Promise


DEMO_PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("owner", "+8619900000001", "沈明梓", _("业主，有两套房"), _("投票、拿回执、看结果")),
    DemoPerson("co-owner", "+8619900000002", "李建国", _("共有产权的业主"), _("与家人共有一套房，谁来投票")),
    DemoPerson("tenant", "+8619900000003", "赵敏", _("租户"), _("看得到小区的事，不能投票")),
    DemoPerson("chair", "+8619900000004", "曾宏", _("业委会主任"), _("发起业主大会会议，核对名册")),
    DemoPerson("secretary", "+8619900000005", "周书记", _("社区工作人员"), _("核对房屋绑定，监督表决")),
    DemoPerson("firm", "+8619900000006", "孙师傅", _("物业人员"), _("看得到公示，看不到谁投了什么")),
    DemoPerson("scrutineer", "+8619900000007", "刘文", _("监票人"), _("和另一位监票人一起确认")),
    DemoPerson("subdistrict", "+8619900000008", "郑主任", _("街道工作人员"), _("一眼看到辖区各小区")),
)


def demo_person(key: str) -> DemoPerson | None:
    """The person of ``key``, if there is one."""
    return next((person for person in DEMO_PEOPLE if person.key == key), None)
