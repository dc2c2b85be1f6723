"""The desk: what waits for somebody over all their estates, sorted by the time left."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.clock import local_day
from communities.enums import BindingStatus, ImportStatus, RoleCode
from communities.models import BindingRequest, Estate, RosterImport, Unit, User
from communities.queries import unrepresented_units
from communities.rules import allows, learn_roles, role_codes
from communities.values.area import format_area
from governance.desk_committee import committee_steps
from governance.desk_meetings import meeting_steps
from governance.desk_objections import objection_steps
from governance.desk_papers import paper_steps
from governance.desk_proposals import moderation_steps, proposal_steps
from governance.desk_tickets import ticket_steps
from governance.steps import Step
from votes.access import assemblies_for
from votes.candidacies import vacant_terms
from votes.enums import ActKind, AssemblyStatus, CandidateStatus
from votes.linting import lint
from votes.models import Assembly, Candidate, TwoPersonAct
from votes.paper_states import PaperFigures, paper_figures
from votes.queries import Turnout, turnouts

#: With less time than this left, an assembly short of its quorum is pressing.
SOON = timedelta(hours=48)
RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)


@dataclass(frozen=True, slots=True)
class OpenAssembly:
    assembly: Assembly
    turnout: Turnout


class Desk:
    """What one person's desk shows of ``estates`` at ``moment``.

    Reads once, with as many queries for many estates and assemblies as for one;
    only ``lints`` costs some for each draft.
    """

    def __init__(
        self, user: User, estates: Iterable[Estate], moment: datetime, *, lints: bool = True
    ) -> None:
        self.lints = lints
        self.user = user
        self.estates = list(estates)
        self.moment = moment
        self.by_pk = {estate.pk: estate for estate in self.estates}
        learn_roles(user, self.estates)

    def may(self, permission: str) -> list[Estate]:
        """The estates where this person may."""
        return [estate for estate in self.estates if allows(permission, self.user, estate)]

    @cached_property
    def assemblies(self) -> list[Assembly]:
        """Drafts this person may see, and what is running or being counted."""
        watched = (AssemblyStatus.DRAFT, *RUNNING, AssemblyStatus.CLOSED)
        found = list(
            assemblies_for(self.user)
            .filter(estate__in=self.estates, status__in=watched)
            .order_by("closes_at", "pk")
        )
        for assembly in found:
            assembly.estate = self.by_pk[assembly.estate_id]
        return found

    @cached_property
    def open(self) -> list[OpenAssembly]:
        """Assemblies open for ballots, the one that closes first in front."""
        running = [one for one in self.assemblies if one.phase(self.moment) == AssemblyStatus.OPEN]
        cast = turnouts(running) if running else {}
        return [OpenAssembly(one, cast[one.pk]) for one in running]

    @cached_property
    def steps(self) -> list[Step]:
        """All steps, the least time left first; those without a deadline last."""
        parts: list[Callable[[], Iterator[Step]]] = [
            self._bindings,
            self._drafts,
            self._announced,
            self._open,
            self._closed,
            self._papers,
            self._acts,
            self._screenings,
            self._vacancies,
            self._imports,
            self._rosterless,
            self._unrepresented,
            lambda: objection_steps(self.user, self.may("votes.handle_objection"), self.moment),
            lambda: committee_steps(self.user, self.estates, self.moment),
            lambda: proposal_steps(self.user, self.may("governance.view_review"), self.moment),
            lambda: moderation_steps(
                self.user, self.may("governance.decide_appeal"), self.may("governance.moderate")
            ),
            lambda: meeting_steps(self.user, self.may("governance.convene_meeting"), self.moment),
            lambda: ticket_steps(self.user, self.estates, self.moment),
        ]
        found = [step for part in parts for step in part()]
        return sorted(found, key=lambda step: (step.due is None, step.due or self.moment))

    @cached_property
    def binding_estates(self) -> list[Estate]:
        """Where this person decides bindings, or oversees those who do."""
        deciders = self.may("communities.decide_binding")
        return deciders + [
            estate
            for estate in self.estates
            if estate not in deciders and RoleCode.SUBDISTRICT in role_codes(self.user, estate)
        ]

    @cached_property
    def binding_counts(self) -> list[tuple[int, int, datetime]]:
        """For each of these with pending bindings: its number, how many, and the first to be answered."""
        pending = BindingRequest.objects.filter(estate__in=self.binding_estates, status=BindingStatus.PENDING)
        return list(pending.order_by().values_list("estate").annotate(count=Count("pk"), due=Min("due_at")))

    @property
    def pending_bindings(self) -> int:
        return sum(count for _estate, count, _due in self.binding_counts)

    def _bindings(self) -> Iterator[Step]:
        for pk, count, due in self.binding_counts:
            estate = self.by_pk[pk]
            mine = allows("communities.decide_binding", self.user, estate)
            yield Step(
                kind=_("绑定"),
                tone="plain",
                text=ngettext("%(number)d 位业主申请绑定房屋", "%(number)d 位业主申请绑定房屋", count)
                % {"number": count},
                estate=estate,
                turn=_("您") if mine else _("社区"),
                due=due,
                url=reverse("communities:bindings", args=[estate.slug]) if mine else "",
                act=_("核对"),
            )

    def _drafts(self) -> Iterator[Step]:
        for assembly in self.assemblies:
            if assembly.status != AssemblyStatus.DRAFT:
                continue
            mine = allows("votes.prepare_assembly", self.user, assembly.estate)
            yield Step(
                kind=_("起草"),
                tone="amber",
                text=self._draft_words(assembly),
                estate=assembly.estate,
                turn=_("您") if mine else assembly.get_convener_display(),
                due=assembly.opens_at,
                url=_assembly_url(assembly),
                act=_("继续") if mine else _("查看"),
            )

    def _draft_words(self, assembly: Assembly) -> str:
        findings = lint(assembly, self.moment) if self.lints else []
        errors = sum(1 for finding in findings if finding.is_error)
        words = {"title": assembly.title, "errors": errors, "rest": len(findings) - errors}
        if errors:
            return _("%(title)s还没有公示，有 %(errors)d 处必须改正") % words
        if findings:
            return _("%(title)s还没有公示，有 %(rest)d 处请核对") % words
        return _("%(title)s已经检查无误，可以公示") % words

    def _announced(self) -> Iterator[Step]:
        for assembly in self.assemblies:
            if assembly.phase(self.moment) == AssemblyStatus.PUBLISHED:
                yield Step(
                    kind=_("公示"),
                    tone="sky",
                    text=_("%(title)s公示中，到时自动开始表决") % {"title": assembly.title},
                    estate=assembly.estate,
                    turn=assembly.get_convener_display(),
                    due=assembly.opens_at,
                    url=_assembly_url(assembly),
                    act=_("查看"),
                )

    def _open(self) -> Iterator[Step]:
        for one in self.open:
            assembly, cast = one.assembly, one.turnout
            assert assembly.closes_at is not None
            short = bool(cast.heads_missing or cast.area_missing)
            pressing = short and assembly.closes_at - self.moment < SOON
            yield Step(
                kind=_("表决"),
                tone="seal" if pressing else "",
                text=_("%(title)s：%(missing)s") % {"title": assembly.title, "missing": missing_words(cast)},
                estate=assembly.estate,
                turn=assembly.get_convener_display(),
                due=assembly.closes_at,
                url=_assembly_url(assembly),
                act=_("查看"),
            )

    def _closed(self) -> Iterator[Step]:
        for assembly in self.assemblies:
            if assembly.phase(self.moment) == AssemblyStatus.CLOSED:
                waiting = self.papers[assembly.pk].waiting
                words = {"title": assembly.title, "number": waiting}
                yield Step(
                    kind=_("计票"),
                    tone="amber",
                    text=(
                        _("%(title)s表决已结束，还有 %(number)d 张纸质票在录入") % words
                        if waiting
                        else _("%(title)s已经截止，正在计票") % words
                    ),
                    estate=assembly.estate,
                    turn=_("监票人") if waiting else _("系统"),
                    url=_assembly_url(assembly),
                    act=_("查看"),
                )

    @cached_property
    def papers(self) -> dict[int, PaperFigures]:
        """Where the sheets stand: for their scrutineers, and where the count may wait for them."""
        asked = [
            one
            for one in self.assemblies
            if one.phase(self.moment) == AssemblyStatus.CLOSED
            or allows("votes.handle_papers", self.user, one)
        ]
        return paper_figures(asked, self.user) if asked else {}

    def _papers(self) -> Iterator[Step]:
        """What scrutineers do with sheets; nobody else is told how many wait for which look."""
        for assembly in self.assemblies:
            if assembly.pk not in self.papers or not allows("votes.handle_papers", self.user, assembly):
                continue
            is_open = assembly.phase(self.moment) != AssemblyStatus.CLOSED
            for step in paper_steps(self.papers[assembly.pk], is_open=is_open):
                yield Step(
                    kind=_("纸质票"),
                    tone=step.tone,
                    text=_("%(title)s：%(words)s") % {"title": assembly.title, "words": step.words},
                    estate=assembly.estate,
                    turn=_("您") if step.is_mine else _("另一位监票人"),
                    due=assembly.closes_at if is_open else None,
                    url=reverse(step.page, args=[assembly.estate.slug, assembly.pk]),
                    act=step.act,
                )

    def _acts(self) -> Iterator[Step]:
        pending = TwoPersonAct.objects.filter(
            assembly__estate__in=self.estates, confirmed_at__isnull=True, withdrawn_at__isnull=True
        ).select_related("assembly", "proposed_by")
        for act in pending:
            assembly = act.assembly
            assembly.estate = self.by_pk[assembly.estate_id]
            mine = act.proposed_by_id != self.user.pk and allows("votes.confirm_act", self.user, assembly)
            words = {"act": act.get_kind_display(), "title": assembly.title}
            yield Step(
                kind=_("双人"),
                tone="seal",
                text=_("%(act)s：%(title)s，等第二个人确认") % words,
                estate=assembly.estate,
                turn=_("您") if mine else _("另一位有权的人"),
                due=_act_due(act),
                url=_assembly_url(assembly),
                act=_("确认") if mine else _("查看"),
            )

    def _screenings(self) -> Iterator[Step]:
        """Named for a seat and not screened yet, once nominations are over."""
        waiting = (
            Candidate.objects.filter(
                election__assembly__estate__in=self.estates,
                election__assembly__status=AssemblyStatus.DRAFT,
                election__nomination_closes_at__lte=self.moment,
                status=CandidateStatus.NOMINATED,
            )
            .order_by()
            .values_list("election__assembly", "election__assembly__estate")
            .annotate(Count("pk"))
        )
        for assembly_pk, estate_pk, count in waiting:
            estate = self.by_pk[estate_pk]
            mine = allows("votes.nominate_for_residents", self.user, estate)
            yield Step(
                kind=_("选举"),
                tone="amber",
                text=_("%(number)d 位被提名人等待资格审查") % {"number": count},
                estate=estate,
                turn=_("您") if mine else _("社区"),
                url=reverse("votes:desk-election", args=[estate.slug, assembly_pk]) if mine else "",
                act=_("审查"),
            )

    def _vacancies(self) -> Iterator[Step]:
        """Seats that nobody holds and no alternate takes: a by-election is due."""
        for term, vacant in vacant_terms(self.estates, local_day(self.moment)):
            estate = self.by_pk[term.estate_id]
            mine = allows("votes.prepare_assembly", self.user, estate)
            yield Step(
                kind=_("补选"),
                tone="seal",
                text=_("业主委员会空缺 %(number)d 席，没有候补可以递补，建议补选") % {"number": vacant},
                estate=estate,
                turn=_("您") if mine else _("业委会、社区"),
                url=reverse("votes:desk-assembly-new", args=[estate.slug]) if mine else "",
                act=_("起草会议"),
            )

    @cached_property
    def _uploaded(self) -> list[tuple[int, int, str]]:
        mine = self.may("communities.import_roster")
        waiting = RosterImport.objects.filter(estate__in=mine, status=ImportStatus.PREVIEW)
        return list(waiting.order_by("uploaded_at").values_list("pk", "estate", "file_name"))

    def _imports(self) -> Iterator[Step]:
        for pk, estate_pk, name in self._uploaded:
            estate = self.by_pk[estate_pk]
            yield Step(
                kind=_("名册"),
                tone="amber",
                text=_("名册“%(name)s”已上传，还没有确认导入") % {"name": name},
                estate=estate,
                turn=_("您"),
                url=reverse("communities:roster-preview", args=[estate.slug, pk]),
                act=_("核对"),
            )

    def _rosterless(self) -> Iterator[Step]:
        mine = self.may("communities.import_roster")
        begun = set(
            Unit.objects.filter(estate__in=mine).order_by().values_list("estate", flat=True).distinct()
        )
        begun |= {estate for _pk, estate, _name in self._uploaded}
        for estate in mine:
            if estate.pk not in begun:
                yield Step(
                    kind=_("名册"),
                    tone="amber",
                    text=_("还没有业主名册，先导入名册才能绑定业主和表决"),
                    estate=estate,
                    turn=_("您"),
                    url=reverse("communities:roster-import", args=[estate.slug]),
                    act=_("导入"),
                )

    def _unrepresented(self) -> Iterator[Step]:
        """Before a roll is frozen, because afterwards an entry comes too late for it."""
        drafts: dict[int, datetime | None] = {}
        for assembly in self.assemblies:
            if assembly.status == AssemblyStatus.DRAFT:
                drafts.setdefault(assembly.estate_id, assembly.opens_at)
        if not drafts:
            return
        lacking = unrepresented_units([self.by_pk[pk] for pk in drafts], on=local_day(self.moment))
        for pk, count in lacking.order_by().values_list("estate").annotate(Count("pk")):
            estate = self.by_pk[pk]
            may_read = allows("communities.view_roster", self.user, estate)
            mine = allows("communities.set_representative", self.user, estate)
            yield Step(
                kind=_("名册"),
                tone="plain",
                text=_("%(number)d 套共有房屋还没有登记由谁代表表决") % {"number": count},
                estate=estate,
                turn=_("您") if mine else _("社区、业委会主任"),
                due=drafts[pk],
                url=reverse("communities:roster", args=[estate.slug]) + "?unnamed=yes" if may_read else "",
                act=_("登记") if mine else _("查看"),
            )


def missing_words(cast: Turnout) -> str:
    """What is still missing to two thirds, in words; areas in m²."""
    heads = _("人数还差 %(number)s 人") % {"number": f"{cast.heads_missing:,}"}
    area = _("面积还差 %(area)s m²") % {"area": format_area(cast.area_missing)}
    if cast.heads_missing and cast.area_missing:
        return _("%(heads)s、%(area)s到三分之二") % {"heads": heads, "area": area}
    if cast.heads_missing:
        return _("面积已够，%(heads)s到三分之二") % {"heads": heads}
    if cast.area_missing:
        return _("人数已够，%(area)s到三分之二") % {"area": area}
    return _("参与的人数和面积都已达到三分之二")


def _act_due(act: TwoPersonAct) -> datetime | None:
    """A roll is corrected only before the vote, everything else of a running assembly before its end."""
    assembly = act.assembly
    if assembly.status not in RUNNING:
        return None
    return assembly.opens_at if act.kind == ActKind.CORRECT_ROLL else assembly.closes_at


def _assembly_url(assembly: Assembly) -> str:
    return reverse("votes:desk-assembly", args=[assembly.estate.slug, assembly.pk])
