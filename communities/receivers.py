"""What people are told about their homes."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.clock import local_day
from communities.enums import BindingStatus
from communities.models import (
    BindingRequest,
    CommitteeAssessment,
    CommitteeSeat,
    CommitteeTerm,
    OutboxMessage,
    Owner,
    RosterImport,
    Unit,
    User,
    Witness,
)
from communities.queries import keepers_of_witnesses, roster_readers, secretaries_of
from communities.rules import today
from communities.services.notices import notify
from communities.services.outbox import handler


def _binding_of(message: OutboxMessage) -> BindingRequest:
    return BindingRequest.objects.select_related("unit__building").get(pk=message.subject)


@handler("communities.binding-requested")
def tell_secretaries(message: OutboxMessage) -> None:
    binding = _binding_of(message)
    notify(
        recipients=secretaries_of(message.estate),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("有人申请绑定房屋：%(unit)s") % {"unit": binding.unit.label},
        url=reverse("communities:binding", args=[message.estate.slug, binding.pk]),
    )


@handler("communities.binding-decided")
def tell_requester(message: OutboxMessage) -> None:
    binding = _binding_of(message)
    if binding.status == BindingStatus.APPROVED:
        title, text = _("已为您绑定房屋：%(unit)s"), _("您可以参与这个小区的事了。")
    else:
        title, text = _("绑定申请没有通过：%(unit)s"), _("理由：%(reason)s") % {"reason": binding.reason}
    notify(
        recipients=[binding.user_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"unit": binding.unit.label},
        text=text,
        url=reverse("communities:me"),
    )


@handler("communities.owner-bound")
def tell_owner(message: OutboxMessage) -> None:
    """The account that was bound: whoever did not do it themselves notices."""
    owner, user = _owner_and_account(message)
    notify(
        recipients=[user],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您已绑定为业主：%(estate)s") % {"estate": message.estate.name},
        text=_("业主 %(owner)s 名下的房屋都已绑定到您的账号。") % {"owner": owner.masked_name},
        url=reverse("communities:me"),
    )


@handler("communities.owner-moved")
def tell_previous_account(message: OutboxMessage) -> None:
    """The account that lost the binding: the only one who knows when this is wrong."""
    owner, user = _owner_and_account(message)
    notify(
        recipients=[user],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("业主绑定已转到另一个账号：%(estate)s") % {"estate": message.estate.name},
        text=_("经社区核对，业主 %(owner)s 已绑定到另一个账号。如有疑问，请马上联系社区。")
        % {"owner": owner.masked_name},
        url=reverse("communities:me"),
    )


def _owner_and_account(message: OutboxMessage) -> tuple[Owner, int]:
    owner, _colon, user = message.subject.partition(":")
    return Owner.objects.get(pk=owner), int(user)


@handler("communities.roster-committed")
def tell_committee_of_roster(message: OutboxMessage) -> None:
    """Everybody who may read the roster learns that it is another one now."""
    roster_import = RosterImport.objects.get(pk=message.subject)
    counts = roster_import.diff["counts"]
    notify(
        recipients=roster_readers(message.estate),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("业主名册已更新：%(estate)s") % {"estate": message.estate.name},
        text=_("新增 %(added)d 套，变更 %(changed)d 套，注销 %(gone)d 套，恢复 %(returned)d 套。") % counts,
        url=reverse("communities:roster", args=[message.estate.slug]),
    )


@handler("communities.representative-set")
def tell_co_owners(message: OutboxMessage) -> None:
    """All co-owners, so that a wrong entry is noticed before a roll is frozen."""
    unit = Unit.objects.select_related("building").get(pk=message.subject.partition(":")[0])
    titles = unit.ownerships.on(today()).select_related("owner")
    named = next((title.owner for title in titles if title.is_representative), None)
    if named is None:
        text = _("现在没有登记由谁代表表决。")
    else:
        text = _("今后由 %(owner)s 代表这套房表决。如果与共有人的约定不符，请联系社区。") % {
            "owner": named.masked_name
        }
    notify(
        recipients=[title.owner.user_id for title in titles if title.owner.user_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("共有人代表登记有变：%(unit)s") % {"unit": unit.label},
        text=text,
        url=reverse("communities:me"),
    )


@handler("communities.witness-added")
@handler("communities.witness-removed")
def tell_of_witness(message: OutboxMessage) -> None:
    """Everybody who answers for the witnesses: nobody takes one away unnoticed."""
    witness = Witness.objects.get(pk=message.subject)
    is_removed = message.topic == "communities.witness-removed"
    title = _("树头见证人已移除：%(name)s") if is_removed else _("树头见证人已添加：%(name)s")
    notify(
        recipients=keepers_of_witnesses(message.estate),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"name": witness.name},
        text=_("如果不是约定好的，请马上查问。"),
        url=reverse("communities:witnesses", args=[message.estate.slug]),
    )


# --- the committee ---------------------------------------------------------------


def _seat_of(message: OutboxMessage) -> CommitteeSeat:
    pk = message.subject.partition(":")[0]
    return CommitteeSeat.objects.select_related("owner", "user", "term").get(pk=pk)


def _term_of(message: OutboxMessage) -> CommitteeTerm:
    return CommitteeTerm.objects.get(pk=message.subject.partition(":")[0])


def _tell_committee(
    message: OutboxMessage, title: str, text: str = "", *, others: Iterable[int] = ()
) -> None:
    """The committee, its secretary, and whom else it is about. Members of a committee are public."""
    notify(
        recipients=sorted({*roster_readers(message.estate), *others}),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title,
        text=text,
        url=reverse("communities:committee", args=[message.estate.slug]),
    )


@handler("communities.committee-begun")
def tell_of_new_term(message: OutboxMessage) -> None:
    """The committee in office, its secretary, and those elected, even where their term begins later."""
    term = _term_of(message)
    begins_later = term.starts_on > local_day(message.created_at)
    title = (
        _("第 %(number)d 届业主委员会已经选出，%(day)s 起任职：%(estate)s")
        if begins_later
        else _("第 %(number)d 届业主委员会任期开始：%(estate)s")
    )
    seated = User.objects.filter(committee_seats__term=term)
    _tell_committee(
        message,
        title
        % {"number": term.number, "estate": message.estate.name, "day": term.starts_on.strftime("%Y-%m-%d")},
        _("请在规定时间内召开首次会议、备案，并与上一届办理交接。"),
        others=seated.values_list("pk", flat=True),
    )


@handler("communities.committee-filed")
def tell_of_filing(message: OutboxMessage) -> None:
    term = _term_of(message)
    _tell_committee(
        message,
        _("第 %(number)d 届业主委员会已备案") % {"number": term.number},
        _("备案编号：%(number)s") % {"number": term.filing_number},
    )


@handler("communities.position-decided")
def tell_of_position(message: OutboxMessage) -> None:
    seat = _seat_of(message)
    words = {"name": seat.holder_name, "position": seat.get_position_display()}
    _tell_committee(message, _("业主委员会职务：%(name)s 任%(position)s") % words)


@handler("communities.seat-ended")
def tell_of_ended_seat(message: OutboxMessage) -> None:
    seat = _seat_of(message)
    _tell_committee(
        message,
        _("业主委员会委员终止任职：%(name)s") % {"name": seat.holder_name},
        _("原因：%(reason)s。本人经手的印章、资料、账目和财物请按清单交接。") % {"reason": seat.end_reason},
        others=[seat.user_id] if seat.user_id else [],
    )


@handler("communities.alternate-moved-up")
def tell_of_new_member(message: OutboxMessage) -> None:
    seat = _seat_of(message)
    _tell_committee(
        message,
        _("候补委员递补为委员：%(name)s") % {"name": seat.holder_name},
        others=[seat.user_id] if seat.user_id else [],
    )


@handler("communities.handover-listed")
def tell_who_hands_over(message: OutboxMessage) -> None:
    """Everybody who held what is to be handed over, and those who receive it."""
    term = _term_of(message)
    seat = message.subject.split(":")[1]
    seats = CommitteeSeat.objects.filter(term=term, user__isnull=False, is_alternate=False)
    leaving = seats.filter(pk=seat) if seat != "0" else seats
    due = term.handovers.filter(seat=int(seat) or None).order_by("-due_on").first()
    _tell_committee(
        message,
        _("交接清单已列出：第 %(number)d 届业主委员会") % {"number": term.number},
        _("请在 %(day)s 前移交完毕。") % {"day": f"{due.due_on:%Y-%m-%d}"} if due else "",
        others=leaving.values_list("user", flat=True),
    )


@handler("communities.committee-assessed")
def tell_assessed(message: OutboxMessage) -> None:
    """The member who was assessed; of the committee as a whole, all of it."""
    assessment = CommitteeAssessment.objects.select_related("seat").get(pk=message.subject)
    title = _("%(year)d 年度评议结果已登记") % {"year": assessment.year}
    if assessment.seat is None:
        _tell_committee(message, title)
    elif assessment.seat.user_id:
        notify(
            recipients=[assessment.seat.user_id],
            estate=message.estate,
            topic=message.topic,
            subject=message.subject,
            title=title,
            url=reverse("communities:committee", args=[message.estate.slug]),
        )
