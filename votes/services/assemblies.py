"""An assembly from its first draft to its publication."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from communities.clock import LOCAL_ZONE, database_now, local_day
from communities.errors import NotPermitted
from communities.ledger.canonical import Plain, canonical
from communities.ledger.hashing import sha256
from communities.ledger.leaves import timestamp
from communities.live import announce
from communities.models import Building, Estate, Log, User
from communities.policies import DELIBERATION_KEYS
from communities.queries import policies_in_force
from communities.rules import allows
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import tell
from communities.soundness import need_sound_database
from votes.enums import AssemblyKind, AssemblyStatus, BallotSecrecy, Convener, MotionKind
from votes.errors import AssemblyPosted, LintFailed, ScopeUnknown
from votes.linting import Finding, lint
from votes.models import Assembly, LintOverride, Motion, Recall
from votes.statutes import statute_for

from .rolls import freeze_roll
from .slates import election_published, settle_ballot
from .stored_files import delete_on_commit

#: Frozen into an assembly that asks for opinions only.
ADVISORY_IS_SECRET = {
    "value": BallotSecrecy.SECRET.value,
    "article": "征询意见不是《民法典》第二百七十八条的共同决定，无记名，只按人数计",
}


def suggested_title(estate: Estate, moment: datetime) -> str:
    """ "2026年第三次业主大会会议": the next number among the estate's assemblies of that year.

    Cancelled meetings keep their number, drafts count too, and no title is suggested twice.
    """
    year = local_day(moment).year
    begins = datetime(year, 1, 1, tzinfo=LOCAL_ZONE)
    ends = datetime(year + 1, 1, 1, tzinfo=LOCAL_ZONE)
    there = Assembly.objects.filter(estate=estate)
    number = there.filter(created_at__gte=begins, created_at__lt=ends).count()
    while True:
        number += 1
        words = {"year": year, "number": chinese_number(number)}
        title = _("%(year)s年第%(number)s次业主大会会议") % words
        if not there.filter(title=title).exists():
            return title


def chinese_number(number: int) -> str:
    """1 … 99 as 一 … 九十九."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def last_day(closes_at: datetime) -> date:
    """The last day of a half-open window: one that closes at 00:00 ends with the day before, at 24:00."""
    return local_day(closes_at - timedelta(microseconds=1))


def judge(permission: str, actor: User, thing: object) -> None:
    """Raise :class:`NotPermitted` unless the rules allow it; being a superuser is no permission here."""
    if not allows(permission, actor, thing):
        raise NotPermitted


def lock_assembly(pk: int) -> Assembly:
    """The assembly, locked until the transaction ends."""
    assemblies = Assembly.objects.select_related("estate__community", "scope_building")
    return assemblies.select_for_update(of=("self",)).get(pk=pk)


def lock_draft(pk: int, actor: User) -> Assembly:
    """The draft, locked, for somebody who may prepare it.

    Raises :class:`NotPermitted`, and :class:`AssemblyPosted` once it is no draft any more.
    """
    assembly = lock_assembly(pk)
    judge("votes.prepare_assembly", actor, assembly)
    if assembly.status != AssemblyStatus.DRAFT:
        raise AssemblyPosted
    return assembly


def note(*, assembly: Assembly, verb: str, actor: User, payload: dict[str, Plain] | None = None) -> None:
    """Enter a step of preparing in the estate's log; the assembly has its own only once it is posted."""
    record(
        log=log_of_estate(assembly.estate),
        verb=f"votes.assembly.{verb}",
        subject=assembly,
        actor=actor,
        payload=payload,
    )


@transaction.atomic
def create_assembly(
    *,
    estate: Estate,
    title: str,
    kind: str,
    actor: User,
    convener: str = Convener.COMMITTEE,
    notice: str = "",
    posted_topics: str = "",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    scope_building: Building | None = None,
    scope_staircase: str = "",
) -> Assembly:
    """Begin a draft. Raises :class:`NotPermitted`, and :class:`ScopeUnknown` for a building elsewhere."""
    judge("votes.prepare_assembly", actor, estate)
    _need_scope(estate, scope_building, scope_staircase)
    assembly = Assembly(
        estate=estate,
        scope_building=scope_building,
        scope_staircase=scope_staircase,
        title=title,
        kind=AssemblyKind(kind),
        convener=Convener(convener),
        notice=notice,
        posted_topics=posted_topics,
        opens_at=opens_at,
        closes_at=closes_at,
        created_by=actor,
        created_at=database_now(),
    )
    assembly.save()
    note(assembly=assembly, verb="created", actor=actor)
    return assembly


@transaction.atomic
def update_assembly(
    *,
    assembly: Assembly,
    title: str,
    kind: str,
    convener: str,
    notice: str,
    posted_topics: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    actor: User,
    scope_building: Building | None = None,
    scope_staircase: str = "",
) -> Assembly:
    """Change a draft. Raises :class:`NotPermitted`, :class:`AssemblyPosted`, :class:`ScopeUnknown`."""
    assembly = lock_draft(assembly.pk, actor)
    _need_scope(assembly.estate, scope_building, scope_staircase)
    assembly.scope_building, assembly.scope_staircase = scope_building, scope_staircase
    assembly.title, assembly.kind, assembly.convener = title, AssemblyKind(kind), Convener(convener)
    assembly.notice, assembly.posted_topics = notice, posted_topics
    assembly.opens_at, assembly.closes_at = opens_at, closes_at
    assembly.save()
    note(assembly=assembly, verb="updated", actor=actor)
    return assembly


def _need_scope(estate: Estate, building: Building | None, staircase: str) -> None:
    """《民法典》第二百七十八条 asks the owners concerned; which part that is must exist."""
    if building is None:
        if staircase:
            raise ScopeUnknown
        return
    if building.estate_id != estate.pk:
        raise ScopeUnknown
    if staircase and not building.units.standing().filter(staircase=staircase).exists():
        raise ScopeUnknown


@transaction.atomic
def delete_draft(*, assembly: Assembly, actor: User) -> None:
    """Remove a draft with its motions and papers. What was posted is never deleted."""
    assembly = lock_draft(assembly.pk, actor)
    note(assembly=assembly, verb="draft-deleted", actor=actor)
    files = [paper.file for motion in assembly.motions.all() for paper in motion.attachments.all()]
    assembly.delete()
    delete_on_commit(files)


@transaction.atomic
def copy_assembly(*, assembly: Assembly, actor: User) -> Assembly:
    """A new draft with the notice, topics, motions and scope of ``assembly``.

    Dates, attachments and signatures are not copied: they belong to the old matter. Nor are
    candidates and recalls: who stands, and whether a seat is still held, is asked anew.
    """
    judge("votes.prepare_assembly", actor, assembly.estate)
    copy = create_assembly(
        estate=assembly.estate,
        title=suggested_title(assembly.estate, database_now()),
        kind=assembly.kind,
        convener=assembly.convener,
        notice=assembly.notice,
        posted_topics=assembly.posted_topics,
        scope_building=assembly.scope_building,
        scope_staircase=assembly.scope_staircase,
        actor=actor,
    )
    Motion.objects.bulk_create(
        Motion(
            assembly=copy,
            position=position,
            title=motion.title,
            text=motion.text,
            topic=motion.topic,
            item=motion.item,
            item_reason=motion.item_reason,
            options=motion.options,
            changes_fee=motion.changes_fee,
            amount=motion.amount,
            kind=motion.kind if motion.kind == MotionKind.ADVISORY else MotionKind.MATTER,
        )
        for position, motion in enumerate(
            assembly.motions.filter(kind=MotionKind.MATTER).order_by("position"), start=1
        )
    )
    return copy


def unsettled(assembly: Assembly, findings: list[Finding]) -> list[Finding]:
    """Those that stop the publication: every error, and each warning nobody has signed for."""
    signed = set(assembly.lint_overrides.values_list("finding", flat=True))
    return [finding for finding in findings if finding.is_error or finding.key not in signed]


@transaction.atomic
def publish_assembly(*, assembly: Assembly, actor: User) -> Assembly:
    """Post a draft: freeze its roll, its rules and its statute, and tell everybody on the roll.

    From here on nobody changes motions, window or roll; triggers see to it. The
    moment is the database's. Raises :class:`NotPermitted`,
    :class:`AssemblyPosted`, :class:`LintFailed` with the findings that stand,
    :class:`DatabaseUnsound` where ballots would not be safe, and the refusals of
    :func:`votes.services.rolls.freeze_roll`.
    """
    assembly = lock_draft(assembly.pk, actor)
    judge("votes.publish_assembly", actor, assembly)
    need_sound_database()
    # Commits of a roster hold the same row: what is checked is what is frozen.
    Estate.objects.select_for_update().get(pk=assembly.estate_id)
    moment = database_now()
    settle_ballot(assembly=assembly)
    findings = lint(assembly, moment)
    standing = unsettled(assembly, findings)
    if standing:
        raise LintFailed(findings=standing)
    # A signature for something that is no longer so would only puzzle the owners.
    assembly.lint_overrides.exclude(finding__in=[finding.key for finding in findings]).delete()
    return post_assembly(assembly=assembly, actor=actor, moment=moment)


@transaction.atomic
def post_assembly(*, assembly: Assembly, actor: User, moment: datetime) -> Assembly:
    """Freeze and post a draft that was judged fit, as of ``moment``. Pages call :func:`publish_assembly`."""
    settle_ballot(assembly=assembly)
    freeze_roll(assembly=assembly, moment=moment)
    assert assembly.closes_at is not None
    policies = policies_in_force(assembly.estate, on=local_day(moment))
    assembly.rules = {
        key: {"value": policy.value, "article": policy.article}
        for key, policy in policies.items()
        if key not in DELIBERATION_KEYS
    }
    if is_advisory(assembly):
        assembly.rules["ballot-secrecy"] = ADVISORY_IS_SECRET
    assembly.statute = statute_for(last_day(assembly.closes_at)).code
    assembly.slots = assembly.motions.count()
    assembly.log = Log.objects.create(estate=assembly.estate, name=f"assembly:{assembly.pk}")
    assembly.published_at, assembly.published_by = moment, actor
    assembly.publish()
    assembly.save()
    record(
        log=assembly.log,
        verb="votes.assembly.published",
        subject=assembly,
        actor=actor,
        payload=publication(assembly),
        moment=moment,
    )
    tell(estate=assembly.estate, topic="votes.assembly-published", subject=assembly.pk)
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return assembly


def is_advisory(assembly: Assembly) -> bool:
    """Whether it asks for opinions only, which are given in secret and counted by heads."""
    kinds = set(assembly.motions.values_list("kind", flat=True))
    return kinds == {MotionKind.ADVISORY}


def publication(assembly: Assembly) -> dict[str, Plain]:
    """Leaf 0 of an assembly's log: everything that was fixed when it was posted, long texts as hashes."""
    assert assembly.opens_at is not None
    assert assembly.closes_at is not None
    overrides = LintOverride.objects.filter(assembly=assembly).order_by("finding")
    election = election_published(assembly)
    return ({"election": election} if election else {}) | {
        "estate": assembly.estate_id,
        "title": assembly.title,
        "kind": assembly.kind,
        "convener": assembly.convener,
        "window": [timestamp(assembly.opens_at), timestamp(assembly.closes_at)],
        "notice": sha256(assembly.notice),
        "topics": sha256(assembly.posted_topics),
        "motions": sha256(
            canonical([motion_published(motion) for motion in assembly.motions.order_by("position")])
        ),
        "slots": assembly.slots,
        "rules": assembly.rules,
        "statute": assembly.statute,
        **scope_named(assembly),
        "roll": {
            "heads": assembly.total_heads,
            "area": assembly.total_area,
            "sha256": assembly.roll_hash,
        },
        "developer_electors": list(
            assembly.electors.filter(is_developer=True).order_by("number").values_list("number", flat=True)
        ),
        "overrides": [
            {"finding": override.finding, "reason": sha256(override.reason), "by": override.signed_by_id}
            for override in overrides
        ],
    }


def scope_named(assembly: Assembly) -> dict[str, Plain]:
    """The part that decides, by building and staircase, where it is not the whole estate."""
    if assembly.scope_building is None:
        return {}
    return {"scope": [assembly.scope_building.name, assembly.scope_staircase]}


def motion_published(motion: Motion) -> dict[str, Plain]:
    """A motion as the log's leaf 0 and the evidence pack have it."""
    recall = Recall.objects.filter(motion=motion).first() if motion.kind == MotionKind.RECALL else None
    about: dict[str, Plain] = {} if motion.kind == MotionKind.MATTER else {"kind": motion.kind}
    if recall:
        about |= {
            "seat": motion.seat_id,
            "proposer": recall.proposer,
            "signed": [recall.signed_heads, recall.signed_area],
            "hearing": recall.hearing,
            "heard_on": recall.heard_on.isoformat() if recall.heard_on else None,
        }
    return about | {
        "position": motion.position,
        "kind": motion.kind,
        "title": motion.title,
        "text": motion.text,
        "topic": motion.topic,
        "item": motion.item,
        "item_reason": motion.item_reason,
        "options": motion.options,
        "changes_fee": motion.changes_fee,
        "amount": motion.amount,
        "attachments": [[paper.kind, paper.sha256] for paper in motion.attachments.order_by("pk")],
    }
