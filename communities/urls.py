from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from communities.views import (
    binding,
    committee,
    desk_assessments,
    desk_bindings,
    desk_committee,
    desk_handover,
    desk_reserve,
    desk_roster,
    desk_roster_imports,
    desk_seats,
    desk_witnesses,
    login,
    me,
    notices,
)

app_name = "communities"

login_patterns: list[URLPattern | URLResolver] = [
    path("login/", login.enter_phone, name="login"),
    path("login/code/", login.enter_code, name="login-code"),
    path("login/password/", login.enter_password, name="password-login"),
    path("logout/", login.leave, name="logout"),
]

me_patterns: list[URLPattern | URLResolver] = [
    path("me/", me.me, name="me"),
    path("me/name/", me.name, name="me-name"),
    path("me/appearance/", me.appearance, name="appearance"),
    path("me/language/", set_language, name="set-language"),
    path("me/security/", me.security, name="me-security"),
    path("me/password/", me.password, name="me-password"),
    path("me/bindings/<int:pk>/withdraw/", binding.withdraw, name="withdraw-binding"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
]

binding_patterns: list[URLPattern | URLResolver] = [
    path("bind/", binding.choose_estate, name="bind"),
    path("e/<slug:slug>/bind/", binding.choose_unit, name="bind"),
    path("e/<slug:slug>/bind/<int:pk>/", binding.prove_owner, name="bind-unit"),
    path("e/<slug:slug>/bind/<int:pk>/request/", binding.ask, name="bind-request"),
    path("desk/<slug:slug>/bindings/", desk_bindings.bindings, name="bindings"),
    path("desk/<slug:slug>/bindings/<int:pk>/", desk_bindings.binding, name="binding"),
    path("desk/<slug:slug>/bindings/<int:pk>/approve/", desk_bindings.approve, name="binding-approve"),
    path("desk/<slug:slug>/bindings/<int:pk>/refuse/", desk_bindings.refuse, name="binding-refuse"),
]

roster_patterns: list[URLPattern | URLResolver] = [
    path("", desk_roster.roster, name="roster"),
    path("owners/", desk_roster.owners, name="roster-owners"),
    path("units/<int:pk>/", desk_roster.unit, name="roster-unit"),
    path("export/", desk_roster.export, name="roster-export"),
    path("template/", desk_roster.template, name="roster-template"),
    path("imports/", desk_roster_imports.imports, name="roster-import"),
    path("imports/<int:pk>/", desk_roster_imports.preview, name="roster-preview"),
    path("imports/<int:pk>/commit/", desk_roster_imports.commit, name="roster-commit"),
    path("imports/<int:pk>/discard/", desk_roster_imports.discard, name="roster-discard"),
]

witness_patterns: list[URLPattern | URLResolver] = [
    path("", desk_witnesses.witnesses, name="witnesses"),
    path("confirm/", desk_witnesses.confirm, name="witness-confirm"),
    path("<int:pk>/remove/", desk_witnesses.remove, name="witness-remove"),
]

_TERM = "terms/<int:pk>/"
committee_patterns: list[URLPattern | URLResolver] = [
    path("", desk_committee.committee, name="desk-committee"),
    path("terms/new/", desk_committee.new, name="term-new"),
    path(_TERM, desk_committee.term, name="term"),
    path(f"{_TERM}file/", desk_committee.mark_filed, name="term-file"),
    path(f"{_TERM}report/", desk_committee.mark_reported, name="term-report"),
    path(f"{_TERM}positions/", desk_seats.position, name="term-position"),
    path(f"{_TERM}seats/new/", desk_seats.new, name="term-seat-new"),
    path(f"{_TERM}seats/<int:seat_pk>/end/", desk_seats.end, name="term-seat-end"),
    path(f"{_TERM}move-up/", desk_seats.move_up, name="term-move-up"),
    path(f"{_TERM}handover/", desk_handover.handover, name="handover"),
    path(f"{_TERM}handover/print/", desk_handover.handover_print, name="handover-print"),
    path(f"{_TERM}handover.pdf", desk_handover.handover_pdf, name="handover-pdf"),
    path(f"{_TERM}handover/<int:item_pk>/", desk_handover.item, name="handover-item"),
    path(f"{_TERM}assessments/", desk_assessments.assessments, name="assessments"),
    path(f"{_TERM}trainings/", desk_reserve.trainings, name="trainings"),
    path(f"{_TERM}trainings/export/", desk_reserve.export_held, name="trainings-export"),
    path("reserve/", desk_reserve.reserve, name="reserve"),
    path("reserve/new/", desk_reserve.new, name="reserve-new"),
    path("reserve/export/", desk_reserve.export, name="reserve-export"),
    path("reserve/<int:pk>/", desk_reserve.person, name="reserve-person"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *login_patterns,
    *me_patterns,
    *binding_patterns,
    path("desk/<slug:slug>/roster/", include(roster_patterns)),
    path("desk/<slug:slug>/witnesses/", include(witness_patterns)),
    path("e/<slug:slug>/committee/", committee.committee, name="committee"),
    path("desk/<slug:slug>/committee/", include(committee_patterns)),
]
