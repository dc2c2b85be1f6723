"""What the owners are told of a vote, and when. Never how anybody voted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.enums import RoleCode
from communities.live import SparingAnnouncer
from communities.models import CommitteeSeat, OutboxMessage, Ownership, Role, User
from communities.queries import secretaries_of
from communities.rules import today
from communities.services.notices import notify
from communities.services.outbox import handler
from communities.templatetags import _clock
from communities.templatetags.linyi import deadline_words, moment
from votes.enums import AssemblyStatus, CandidateStatus, Channel, ObjectionAbout
from votes.evidence.receipts import receipt_code
from votes.models import (
    Assembly,
    Ballot,
    BallotLook,
    Candidate,
    Election,
    Elector,
    Mandate,
    Objection,
    ObjectionStep,
    PaperBallot,
    SecretTurnout,
    TwoPersonAct,
)
from votes.rules import ROLES_ABOUT
from votes.services.mandates import bind_mandates

#: Its own, so that an announcement of the cast just before does not silence this one.
open_pages = SparingAnnouncer(seconds=1.0)


def accounts_on_roll(assembly: Assembly) -> Iterable[int]:
    """Every account bound to an owner on the frozen roll."""
    return (
        User.objects.filter(owners__in=assembly.electors.values("members__owner"), is_active=True)
        .distinct()
        .values_list("pk", flat=True)
    )


def accounts_of(elector: Elector) -> Iterable[int]:
    """Every account bound to one of an elector's owners."""
    return (
        User.objects.filter(owners__in=elector.members.values("owner"), is_active=True)
        .distinct()
        .values_list("pk", flat=True)
    )


@handler("votes.assembly-opened")
def tell_opened(message: OutboxMessage) -> None:
    assembly = Assembly.objects.get(pk=message.subject)
    notify(
        recipients=accounts_on_roll(assembly),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("可以表决了：%(assembly)s") % {"assembly": assembly.title},
        url=reverse("votes:assembly", args=[assembly.pk]),
    )


@handler("votes.assembly-certified")
def tell_certified(message: OutboxMessage) -> None:
    assembly = Assembly.objects.get(pk=message.subject)
    notify(
        recipients=accounts_on_roll(assembly),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("表决结果已公布：%(assembly)s") % {"assembly": assembly.title},
        url=reverse("votes:result", args=[assembly.pk]),
    )


@handler("votes.ballot-cast")
def tell_cast(message: OutboxMessage) -> None:
    """Tell everybody who could have cast this ballot, so that a false one is noticed at once."""
    ballot = Ballot.objects.select_related("assembly", "elector", "mandate").get(pk=message.subject)
    words = {"code": receipt_code(ballot.leaf_hash)}
    if ballot.mandate:
        text = _("由受托人提交，回执码 %(code)s。截止前本人仍可以自己表决，以本人的为准。") % words
    elif ballot.channel == Channel.PAPER:
        text = _("收到的是纸质表决票，回执码 %(code)s。如果不是您家交的，请马上联系社区。") % words
    else:
        text = _("回执码 %(code)s。如果不是您家提交的，请马上联系社区。") % words
    holder = [ballot.mandate.holder_id] if ballot.mandate and ballot.mandate.holder_id else []
    notify(
        recipients=[*accounts_of(ballot.elector), *holder],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("已收到表决票：%(unit)s") % {"unit": ballot.elector.label},
        text=text,
        url=reverse("votes:receipt", args=[ballot.pk]),
    )
    transaction.on_commit(lambda: open_pages.announce(f"assembly.{ballot.assembly_id}"))


def _tell_roll(
    message: OutboxMessage, title: str, text: str = "", *, assembly: Assembly | None = None
) -> None:
    assembly = assembly or Assembly.objects.get(pk=message.subject)
    notify(
        recipients=accounts_on_roll(assembly),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"assembly": assembly.title},
        text=text,
        url=reverse("votes:assembly", args=[assembly.pk]),
    )


@handler("votes.assembly-published")
def tell_published(message: OutboxMessage) -> None:
    _tell_roll(
        message,
        _("会议公示了：%(assembly)s"),
        _("请看公告、表决事项和起止时间。名册有误的，请尽早告诉社区。"),
    )


# --- elections and seats -------------------------------------------------------------


def _owners(message: OutboxMessage) -> Iterable[int]:
    """Every account of an owner of the estate, whether or not a roll names them yet."""
    titled = Ownership.objects.on(today()).filter(unit__estate=message.estate).values("owner")
    return User.objects.filter(owners__in=titled, is_active=True).distinct().values_list("pk", flat=True)


def _candidate(message: OutboxMessage) -> Candidate:
    return Candidate.objects.select_related("owner", "election__assembly").get(
        pk=message.subject.partition(":")[0]
    )


@handler("votes.election-set-up")
def tell_election(message: OutboxMessage) -> None:
    election = Election.objects.select_related("assembly").get(pk=message.subject)
    notify(
        recipients=_owners(message),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("业主委员会选举开始提名，应选 %(seats)s 人") % {"seats": election.seats},
        text=_("可以自荐，也可以推荐别的业主。%(when)s止。")
        % {"when": deadline_words(election.nomination_closes_at, "plain")},
        url=reverse("votes:election", args=[election.pk]),
    )


@handler("votes.candidates-posted")
def tell_candidates(message: OutboxMessage) -> None:
    election = Election.objects.get(pk=message.subject.partition(":")[0])
    notify(
        recipients=_owners(message),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("业主委员会候选人公示了"),
        text=_("请看候选人的情况。有异议的，请在公示期内告诉社区。"),
        url=reverse("votes:election", args=[election.pk]),
    )


def _tell_candidate(message: OutboxMessage, title: str, text: str) -> None:
    candidate = _candidate(message)
    notify(
        recipients=[candidate.owner.user_id] if candidate.owner.user_id else [],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title,
        text=text,
        url=reverse("votes:candidate", args=[candidate.pk]),
    )


@handler("votes.candidate-nominated")
def tell_nominee(message: OutboxMessage) -> None:
    _tell_candidate(
        message,
        _("有人推荐您参选业主委员会"),
        _("您同意参选才会列为候选人。请点开确认，或者谢绝。"),
    )


@handler("votes.candidate-screened")
def tell_screened(message: OutboxMessage) -> None:
    candidate = _candidate(message)
    fit = candidate.status == CandidateStatus.ELIGIBLE
    _tell_candidate(
        message,
        _("您的参选资格审查通过") if fit else _("您的参选资格审查没有通过"),
        _("意见：%(reason)s 不同意的，可以在候选人页面申辩。") % {"reason": candidate.screening_reason},
    )


@handler("votes.candidate-replied")
def tell_moderators_of_reply(message: OutboxMessage) -> None:
    candidate = _candidate(message)
    notify(
        recipients=secretaries_of(message.estate),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("候选人 %(number)s 号对资格审查提出申辩") % {"number": candidate.number},
        url=reverse(
            "votes:desk-candidate",
            args=[message.estate.slug, candidate.election.assembly_id, candidate.pk],
        ),
    )


@handler("votes.candidate-withdrew")
def tell_withdrawal(message: OutboxMessage) -> None:
    """Whoever was posted and left: every owner, since a mark may still go to somebody else."""
    candidate = _candidate(message)
    posted = candidate.election.assembly.status != AssemblyStatus.DRAFT
    notify(
        recipients=accounts_on_roll(candidate.election.assembly) if posted else _owners(message),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("候选人退出：%(number)s 号 %(name)s") % {"number": candidate.number, "name": candidate.name},
        text=_("已提交的表决票仍然有效；之后的表决票，这一项只能弃权。"),
        url=reverse("votes:election", args=[candidate.election_id]),
    )


@handler("votes.seat-ended")
def tell_seat_ended(message: OutboxMessage) -> None:
    seat = CommitteeSeat.objects.get(pk=message.subject)
    notify(
        recipients=[seat.user_id] if seat.user_id else [],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您的业主委员会任职已终止"),
        text=seat.end_reason,
        url=reverse("votes:assembly-list", args=[message.estate.slug]),
    )


@handler("votes.alternate-seated")
def tell_alternate(message: OutboxMessage) -> None:
    seat = CommitteeSeat.objects.get(pk=message.subject)
    notify(
        recipients=[seat.user_id] if seat.user_id else [],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您已由候补委员递补为业主委员会委员"),
        url=reverse("votes:assembly-list", args=[message.estate.slug]),
    )


@handler("votes.assembly-cancelled")
def tell_cancelled(message: OutboxMessage) -> None:
    _tell_roll(
        message, _("会议取消了：%(assembly)s"), _("不再接受表决，已提交的表决票不计票。理由见会议页面。")
    )


@handler("votes.assembly-voided")
def tell_voided(message: OutboxMessage) -> None:
    _tell_roll(message, _("表决结果被撤销：%(assembly)s"), _("理由见会议页面。"))


@handler("votes.took-part")
def tell_took_part(message: OutboxMessage) -> None:
    """Tell the home that somebody took part for it in a secret vote."""
    turnout = SecretTurnout.objects.select_related("elector").get(pk=message.subject)
    notify(
        recipients=accounts_of(turnout.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("已参与表决：%(unit)s") % {"unit": turnout.elector.label},
        text=_("参与回执码 %(code)s。如果不是您家提交的，请马上联系社区。")
        % {"code": receipt_code(turnout.leaf_hash)},
        url=reverse("votes:took-part", args=[turnout.idempotency_key]),
    )


# --- mandates ------------------------------------------------------------------------


@receiver(user_logged_in)
def receive_mandates(*, user: User, **sent: Any) -> None:
    """Whoever has proved a phone holds the mandates that name it."""
    bind_mandates(user=user)


def _tell_holder(message: OutboxMessage, mandate: Mandate) -> None:
    """A holder may live elsewhere, so the notice leads to the ballot itself."""
    if mandate.holder_id is None:
        return
    notify(
        recipients=[mandate.holder_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("有人委托您代为表决：%(unit)s") % {"unit": mandate.elector.label},
        text=_("%(who)s 委托您在“%(assembly)s”中代为表决。")
        % {"who": mandate.principal.masked_name, "assembly": mandate.assembly.title},
        url=reverse("votes:mandate", args=[mandate.pk]),
    )


def _mandate(message: OutboxMessage) -> Mandate:
    return Mandate.objects.select_related("assembly", "elector", "principal").get(pk=message.subject)


@handler("votes.mandate-received")
def tell_mandate_received(message: OutboxMessage) -> None:
    _tell_holder(message, _mandate(message))


@handler("votes.mandate-granted")
def tell_mandate_granted(message: OutboxMessage) -> None:
    mandate = _mandate(message)
    notify(
        recipients=accounts_of(mandate.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("已登记委托：%(unit)s") % {"unit": mandate.elector.label},
        text=_("受托人可以代您家在“%(assembly)s”中表决。如果不是您家办理的，请马上撤回并联系社区。")
        % {"assembly": mandate.assembly.title},
        url=reverse("votes:mandate", args=[mandate.pk]),
    )
    _tell_holder(message, mandate)


@handler("votes.mandate-revoked")
def tell_mandate_revoked(message: OutboxMessage) -> None:
    mandate = _mandate(message)
    holder = [mandate.holder_id] if mandate.holder_id else []
    notify(
        recipients=[*accounts_of(mandate.elector), *holder],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("委托已撤回：%(unit)s") % {"unit": mandate.elector.label},
        text=_("这份委托没有用过，以后也不能再用。"),
        url=reverse("votes:mandate", args=[mandate.pk]),
    )


# --- looks at a ballot ---------------------------------------------------------------


@handler("votes.ballot-unlocked")
def tell_unlocked(message: OutboxMessage) -> None:
    """Tell whose confidential ballot two people have opened, and why."""
    act = TwoPersonAct.objects.get(pk=message.subject)
    ballot = Ballot.objects.select_related("elector").get(pk=act.payload["ballot"])
    notify(
        recipients=accounts_of(ballot.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您家的表决票经两人批准可以调阅：%(unit)s") % {"unit": ballot.elector.label},
        text=_("理由：%(reason)s") % {"reason": act.reason},
        url=reverse("votes:receipt", args=[ballot.pk]),
    )


@handler("votes.ballot-looked-at")
def tell_looked_at(message: OutboxMessage) -> None:
    """Tell whose ballot was looked at, and why."""
    look = BallotLook.objects.select_related("ballot__elector").get(pk=message.subject)
    notify(
        recipients=accounts_of(look.ballot.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("监票人调阅了您家的表决票：%(unit)s") % {"unit": look.ballot.elector.label},
        text=_("理由：%(reason)s。如有疑问，请联系社区。") % {"reason": look.reason},
        url=reverse("votes:receipt", args=[look.ballot_id]),
    )


# --- paper ---------------------------------------------------------------------------


def _tell_paper(message: OutboxMessage, title: str, text: str) -> None:
    paper = PaperBallot.objects.select_related("elector", "uncounted").get(pk=message.subject)
    uncounted = getattr(paper, "uncounted", None)
    notify(
        recipients=accounts_of(paper.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"unit": paper.elector.label},
        text=text
        % {
            "serial": paper.serial,
            "when": moment(paper.received_at),
            "reason": uncounted.get_reason_display() if uncounted else _("公布结果以后才收到"),
        },
        url=reverse("votes:assembly", args=[paper.assembly_id]),
    )


@handler("votes.paper-received")
def tell_paper_received(message: OutboxMessage) -> None:
    """A sheet that waits to be entered; or one that came too late or was replaced, told at once."""
    if PaperBallot.objects.filter(pk=message.subject, settled_at__isnull=False, ballot=None).exists():
        return tell_paper_not_counted(message)
    _tell_paper(
        message,
        _("已收到纸质表决票：%(unit)s"),
        _("票号 %(serial)s，%(when)s 收到。录完会再通知您。如果不是您家交的，请马上联系社区。"),
    )
    return None


@handler("votes.paper-not-counted")
def tell_paper_not_counted(message: OutboxMessage) -> None:
    _tell_paper(
        message,
        _("纸质表决票没有计票：%(unit)s"),
        _("票号 %(serial)s，%(when)s 收到。原因：%(reason)s。有疑问请联系监票人。"),
    )


# --- objections ------------------------------------------------------------------


def _objection_of(message: OutboxMessage) -> Objection:
    pk = message.subject.partition(":")[0]
    return Objection.objects.select_related("assembly").get(pk=pk)


def _holders(message: OutboxMessage, *codes: RoleCode) -> list[int]:
    held = Role.objects.on(today()).covering(message.estate).filter(code__in=codes, user__is_active=True)
    return sorted(set(held.values_list("user", flat=True)))


@handler("votes.objection-filed")
def tell_who_answers(message: OutboxMessage) -> None:
    """Those who may answer it: chair and community, without those it is about."""
    objection = _objection_of(message)
    able = {RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY} - ROLES_ABOUT[ObjectionAbout(objection.about)]
    words = {"number": objection.number, "assembly": objection.assembly.title}
    notify(
        recipients=[pk for pk in _holders(message, *able) if pk != objection.filed_by_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("有人提出异议（第 %(number)d 号）：%(assembly)s") % words,
        text=_("请在期限内核查、答复。"),
        url=reverse("votes:desk-objection", args=[message.estate.slug, objection.pk]),
    )


@handler("votes.objection-stepped")
def tell_filer(message: OutboxMessage) -> None:
    objection = _objection_of(message)
    step = ObjectionStep.objects.get(pk=message.subject.partition(":")[2])
    words = {"number": objection.number, "status": step.get_status_display()}
    notify(
        recipients=[objection.filed_by_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您的异议（第 %(number)d 号）：%(status)s") % words,
        text=step.text,
        url=reverse("votes:objection", args=[objection.pk]),
    )


@handler("votes.objection-escalated")
def tell_subdistrict(message: OutboxMessage) -> None:
    """The subdistrict, that nobody answered in time; and the filer, that it knows."""
    objection = _objection_of(message)
    words = {"number": objection.number, "assembly": objection.assembly.title}
    told = {"estate": message.estate, "topic": message.topic, "subject": message.subject}
    notify(
        recipients=[pk for pk in _holders(message, RoleCode.SUBDISTRICT) if pk != objection.filed_by_id],
        title=_("异议超期未答复（第 %(number)d 号）：%(assembly)s") % words,
        text=_("请督促或直接答复。"),
        url=reverse("votes:desk-objection", args=[message.estate.slug, objection.pk]),
        **told,  # type: ignore[arg-type]
    )
    notify(
        recipients=[objection.filed_by_id],
        title=_("您的异议（第 %(number)d 号）超期未答复，已报告街道") % words,
        url=reverse("votes:objection", args=[objection.pk]),
        **told,  # type: ignore[arg-type]
    )


def _act_of(message: OutboxMessage) -> TwoPersonAct:
    number = message.subject.partition(":")[0]
    return TwoPersonAct.objects.select_related("assembly__estate").get(pk=number)


@handler("votes.assembly-extended")
def tell_extended(message: OutboxMessage) -> None:
    act = _act_of(message)
    closes_at = datetime.fromisoformat(act.payload["closes_at"])
    text = _("现在 %(deadline)s 截止。理由：%(reason)s") % {
        "deadline": _clock.deadline_words(closes_at, message.created_at, relative=False, year=True),
        "reason": act.reason,
    }
    _tell_roll(message, _("表决时间延长了：%(assembly)s"), text, assembly=act.assembly)


@handler("votes.roll-corrected")
def tell_corrected(message: OutboxMessage) -> None:
    act = _act_of(message)
    text = _("现在共 %(heads)s 人。理由：%(reason)s") % {
        "heads": act.payload["roll"]["heads"],
        "reason": act.reason,
    }
    _tell_roll(message, _("表决人名册更正了：%(assembly)s"), text, assembly=act.assembly)


@handler("votes.roll-entry-corrected")
def tell_whose_entry(message: OutboxMessage) -> None:
    """Whoever's own entry changed, also who is on the roll no more."""
    act = _act_of(message)
    notify(
        recipients=User.objects.filter(owners=int(message.subject.partition(":")[2]), is_active=True),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("名册上您家的登记更正了：%(assembly)s") % {"assembly": act.assembly.title},
        text=_("请核对房屋、面积和由谁投票。有异议的，请在表决开始前向社区提出。"),
        url=reverse("votes:assembly", args=[act.assembly_id]),
    )
