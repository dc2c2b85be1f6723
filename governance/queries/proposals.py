"""Lists of proposals, what is like one, and what happened to it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.clock import local_day
from communities.models import Estate, User
from communities.workdays import add_working_days
from governance.enums import Party, ProposalCategory, ProposalStatus
from governance.models import Attachment, FactRequest, OfficialAnswer, Proposal, ProposalStep
from governance.models.proposal import ON_THE_WAY, UNPUBLISHED
from governance.search import matching, word_of
from governance.text import bigrams, likeness
from governance.wording import step_title

S = ProposalStatus
#: How the list is narrowed, and what that means.
SHOWN: dict[str, tuple[S, ...]] = {
    "going": (*ON_THE_WAY, S.HANDLING),
    "support": (S.ACCEPTED,),
    "settled": (S.DONE, S.MERGED),
}
SORTS = {"new": "-changed_at", "support": "-supporters", "comments": "-comment_count"}
#: So many are compared, and so many shown.
COMPARED, SIMILAR = 300, 3
#: Titles less alike than this are no hint.
ALIKE = 0.22


def listed(
    found: QuerySet[Proposal], *, search: str = "", show: str = "", category: str = "", sort: str = ""
) -> QuerySet[Proposal]:
    """Published proposals, narrowed and sorted as a page asks for; anything unknown narrows nothing."""
    found = found.exclude(status__in=UNPUBLISHED)
    if search.strip():
        found = found.filter(matching(search))
    if show in SHOWN:
        found = found.filter(status__in=SHOWN[show])
    if category in ProposalCategory.values:
        found = found.filter(category=category)
    return found.order_by(SORTS.get(sort, "-changed_at"), "-pk")


def newest_proposals(found: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """What moved last and is on its way."""
    return found.filter(status__in=SHOWN["going"]).order_by("-changed_at", "-pk")


def similar_proposals(proposal: Proposal) -> list[Proposal]:
    """Published proposals of the estate that say much the same, the most alike first."""
    pairs = bigrams(proposal.title)[:12]
    if not pairs:
        return []
    near = Q(bigrams__has_any_word=[word_of(pair) for pair in pairs])
    there = (
        Proposal.objects.filter(near, estate=proposal.estate)
        .exclude(status__in=(*UNPUBLISHED, S.MERGED))
        .exclude(pk=proposal.pk)
        .order_by("-changed_at")[:COMPARED]
    )
    title, body = set(bigrams(proposal.title)), set(bigrams(proposal.body))
    rated = [
        (likeness(title, set(bigrams(one.title))) + likeness(body, set(bigrams(one.body))) / 2, one)
        for one in there
    ]
    rated.sort(key=lambda pair: (-pair[0], -pair[1].pk))
    return [one for rate, one in rated[:SIMILAR] if rate >= ALIKE]


def timeline(
    proposal: Proposal, *, is_author: bool, answers: Iterable[OfficialAnswer] | None = None
) -> list[dict[str, Any]]:
    """Each step in words, oldest first: what happened, why, by whom in which capacity, what came of it.

    ``answers`` of the proposal are asked for unless the caller has them.
    """
    steps: list[dict[str, Any]] = []
    taken = ProposalStep.objects.filter(
        Q(proposal=proposal) | Q(proposal__merged_into=proposal, to_status=S.MERGED)
    )
    for step in taken.select_related("proposal").order_by("taken_at", "pk"):
        if step.proposal_id != proposal.pk:
            steps.append(
                {
                    "title": _("第 %(number)d 号议题并入") % {"number": step.proposal.number},
                    "at": step.taken_at,
                    "url": reverse("governance:proposal", args=[step.proposal_id]),
                }
            )
            continue
        by = step.get_capacity_display() if step.capacity and step.to_status != S.SUBMITTED else ""
        code = step.get_code_display() if step.code else ""
        note = "：".join(filter(None, [" · ".join(filter(None, [by, code])), step.reason]))
        steps.append({"title": step_title(step), "at": step.taken_at, "note": note})
    if proposal.share_reached_at:
        steps.append({"title": _("附议达到法定比例"), "at": proposal.share_reached_at, "note": ""})
    for answer in proposal.answers.all() if answers is None else answers:
        if answer.version == 1:
            words = {"party": answer.get_party_display()}
            steps.append({"title": _("%(party)s答复") % words, "at": answer.answered_at, "note": ""})
    if proposal.escalated_at:
        steps.append({"title": _("超期未处理，报告街道"), "at": proposal.escalated_at, "note": ""})
    steps += _held_steps(proposal)
    if proposal.status in (S.HANDLING, S.DONE):
        steps += [
            {
                "title": _("第 %(number)s 号报事") % {"number": ticket.number},
                "at": ticket.reported_at,
                "note": ticket.get_status_display(),
                "url": reverse("governance:ticket", args=[ticket.pk]),
            }
            for ticket in proposal.tickets.all()
        ]
    steps.sort(key=lambda one: one["at"])
    if proposal.motion_id and proposal.motion:
        assembly = proposal.motion.assembly
        if assembly.status != "draft":
            steps.append(
                {
                    "title": assembly.title,
                    "note": assembly.get_status_display(),
                    "url": reverse("votes:assembly", args=[assembly.pk]),
                }
            )
    return steps


def _held_steps(proposal: Proposal) -> list[dict[str, Any]]:
    """Meetings that had it on their agenda, their sealed minutes, and what was agreed to be done."""
    steps: list[dict[str, Any]] = []
    items = proposal.agenda_items.select_related("meeting").prefetch_related(
        "meeting__minutes", "action_items"
    )
    for item in items.exclude(meeting__announced_at__isnull=True):
        meeting = item.meeting
        at = meeting.started_at or meeting.announced_at
        steps.append(
            {
                "title": f"{meeting.get_kind_display()}：{meeting.title}",
                "at": at,
                "note": meeting.get_status_display(),
                "url": reverse("governance:meeting", args=[meeting.pk]),
            }
        )
        steps += [
            {
                "title": _("纪要由三方签署：%(number)s") % {"number": minutes.number},
                "at": minutes.sealed_at,
                "url": reverse("governance:minutes", args=[minutes.pk]),
            }
            for minutes in meeting.minutes.all()
            if minutes.sealed_at is not None
        ]
        steps += [
            {
                "title": _("办理事项：%(text)s") % {"text": action.text},
                "at": action.done_at or action.created_at,
                "note": action.get_status_display(),
                "url": reverse("governance:action-item", args=[action.pk]),
            }
            for action in item.action_items.all()
        ]
    return steps


def files_of(proposal: Proposal) -> dict[int | None, list[Attachment]]:
    """Its photos and files under None, those of each of its answers under the answer's number."""
    found: dict[int | None, list[Attachment]] = {}
    hanging = Q(proposal=proposal) | Q(answer__proposal=proposal)
    for one in Attachment.objects.filter(hanging).order_by("pk"):
        found.setdefault(one.answer_id, []).append(one)
    return found


def answers_of(proposal: Proposal) -> dict[Party, list[OfficialAnswer]]:
    """The answers of each of the three parties, the newest version first."""
    found: dict[Party, list[OfficialAnswer]] = {party: [] for party in Party.three()}
    for answer in proposal.answers.order_by("-version"):
        found[Party(answer.party)].append(answer)
    return found


def answer_due(proposal: Proposal, facts: list[FactRequest], party: Party) -> datetime | None:
    """Until when a party that has not answered should; none while it waits for facts, or was never asked."""
    mine = [fact for fact in facts if fact.party == party]
    if proposal.accepted_at is None or any(fact.answered_at is None for fact in mine):
        return None
    begins = max([proposal.accepted_at, *(fact.answered_at for fact in mine if fact.answered_at)])
    return add_working_days(begins, proposal.rule("proposal-answer-working-days"))


def waiting_for_answer(user: User, estate: Estate, parties: list[Party]) -> QuerySet[Proposal]:
    """Published proposals of the estate that one of ``parties`` has not answered, the oldest first."""
    mine = [party for party in parties if party in Party.three()]
    open_to_answers = Proposal.objects.filter(estate=estate, status__in=ON_THE_WAY)
    missing = Q()
    for party in mine:
        answered = OfficialAnswer.objects.filter(party=party).values("proposal")
        missing |= ~Q(pk__in=answered)
    return open_to_answers.filter(missing).order_by("accepted_at", "pk") if mine else open_to_answers.none()


def moderation_figures(estate: Estate, moment: datetime) -> dict[str, Any]:
    """What everybody may know of how the community reviews: counts, in time and late, reasons, appeals."""
    from governance.models import Appeal, ModerationAct

    sent = Proposal.objects.filter(estate=estate, number__gt=0)
    by_status = dict(sent.values_list("status").annotate(number=Count("pk")).order_by())
    decided = ProposalStep.objects.filter(proposal__estate=estate, from_status=S.SUBMITTED).exclude(
        to_status=S.WITHDRAWN
    )
    reviewed = in_time = 0
    reasons: dict[str, int] = {}
    due: dict[int, datetime | None] = {}
    for step in (
        ProposalStep.objects.filter(proposal__estate=estate)
        .order_by("taken_at", "pk")
        .only("proposal_id", "from_status", "to_status", "due_at", "taken_at", "code")
    ):
        if step.to_status == S.SUBMITTED:
            due[step.proposal_id] = step.due_at
        elif step.from_status == S.SUBMITTED and step.to_status != S.WITHDRAWN:
            reviewed += 1
            until = due.get(step.proposal_id)
            in_time += until is None or step.taken_at < until
            if step.code:
                reasons[str(step.get_code_display())] = reasons.get(str(step.get_code_display()), 0) + 1
    outcomes = dict(decided.values_list("to_status").annotate(number=Count("pk")).order_by())
    acts = dict(
        ModerationAct.objects.filter(comment__proposal__estate=estate)
        .values_list("action")
        .annotate(number=Count("pk"))
        .order_by()
    )
    appeals = dict(
        Appeal.objects.filter(proposal__estate=estate)
        .values_list("status")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return {
        "sent": sum(by_status.values()),
        "waiting": by_status.get(S.SUBMITTED, 0),
        "reviewed": reviewed,
        "in_time": in_time,
        "accepted": outcomes.get(S.ACCEPTED, 0) + outcomes.get(S.HANDLING, 0),
        "returned": outcomes.get(S.RETURNED, 0),
        "refused": outcomes.get(S.REFUSED, 0),
        "merged": outcomes.get(S.MERGED, 0),
        "reasons": sorted(reasons.items(), key=lambda pair: -pair[1]),
        "hidden": acts.get("hide", 0),
        "restored": acts.get("restore", 0),
        "appeals": sum(appeals.values()),
        "upheld": appeals.get("upheld", 0),
        "dismissed": appeals.get("dismissed", 0),
        "day": local_day(moment),
    }
