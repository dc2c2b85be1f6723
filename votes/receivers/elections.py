"""What owners and candidates are told of an election."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import OutboxMessage
from communities.queries import secretaries_of
from communities.services.notices import notify
from communities.services.outbox import handler
from communities.templatetags.linyi import deadline_words
from votes.enums import AssemblyStatus, CandidateStatus
from votes.models import (
    Candidate,
    Election,
)

from .people import accounts_on_roll, owners_told


def _candidate(message: OutboxMessage) -> Candidate:
    return Candidate.objects.select_related("owner", "election__assembly").get(
        pk=message.subject.partition(":")[0]
    )


@handler("votes.election-set-up")
def tell_election(message: OutboxMessage) -> None:
    election = Election.objects.select_related("assembly").get(pk=message.subject)
    notify(
        recipients=owners_told(message),
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
        recipients=owners_told(message),
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
        recipients=accounts_on_roll(candidate.election.assembly) if posted else owners_told(message),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("候选人退出：%(number)s 号 %(name)s") % {"number": candidate.number, "name": candidate.name},
        text=_("已提交的表决票仍然有效；之后的表决票，这一项只能弃权。"),
        url=reverse("votes:election", args=[candidate.election_id]),
    )
