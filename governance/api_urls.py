"""The API, composed of the packages' parts."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from communities.api import bindings, estates, login, roster_imports, rosters
from communities.api.endpoints import NoSuchPath, PageFile
from communities.views import desk_roster
from governance.api import (
    meetings_routes,
    minutes_routes,
    moderation_routes,
    proposals_routes,
    records_routes,
    statements_routes,
    tickets_routes,
)
from governance.views import minutes
from votes.api import assemblies, ballots, elections, logs, mandates, motions, objections, papers, supervision
from votes.views import desk_motions, results

app_name = "api"

account_patterns: list[URLPattern | URLResolver] = [
    path("login-codes/", login.LoginCodes.as_view(), name="login-codes"),
    path("login-codes/<str:key>/", login.LoginCodeUse.as_view(), name="login-code"),
    path("session/", login.Session.as_view(), name="session"),
    path("session/second-step/", login.SecondStep.as_view(), name="second-step"),
    path("me/", login.Me.as_view(), name="me"),
    path("me/password/", login.MyPassword.as_view(), name="my-password"),
    path("me/homes/", estates.MyHomes.as_view(), name="homes"),
    path("me/binding-requests/", bindings.MyBindings.as_view(), name="my-bindings"),
    path(
        "me/binding-requests/<int:pk>/withdraw/",
        bindings.BindingWithdrawal.as_view(),
        name="binding-withdraw",
    ),
    path("me/objections/", objections.MyObjections.as_view(), name="my-objections"),
    path("notices/", estates.NoticeList.as_view(), name="notices"),
    path("notices/read/", estates.NoticesRead.as_view(), name="notices-read"),
    path("notices/<int:pk>/read/", estates.NoticeRead.as_view(), name="notice-read"),
]

_JOIN = "joinable-estates/<slug:slug>/units/"
join_patterns: list[URLPattern | URLResolver] = [
    path("joinable-estates/", bindings.JoinableEstates.as_view(), name="joinable-estates"),
    path(_JOIN, bindings.JoinableUnits.as_view(), name="joinable-units"),
    path(f"{_JOIN}<int:pk>/bind/", bindings.OwnerBinding.as_view(), name="bind"),
    path(f"{_JOIN}<int:pk>/request/", bindings.BindingAsk.as_view(), name="binding-ask"),
]

_IMPORT = "roster/imports/<int:pk>/"
estate_patterns: list[URLPattern | URLResolver] = [
    path("", estates.EstateDetail.as_view(), name="estate"),
    path("assemblies/", assemblies.AssemblyList.as_view(), name="assemblies"),
    path("binding-requests/", bindings.DeskBindings.as_view(), name="bindings"),
    path("binding-requests/<int:pk>/", bindings.DeskBinding.as_view(), name="binding"),
    path("binding-requests/<int:pk>/approve/", bindings.BindingApproval.as_view(), name="binding-approve"),
    path("binding-requests/<int:pk>/refuse/", bindings.BindingRefusal.as_view(), name="binding-refuse"),
    path("objections/", objections.DeskObjections.as_view(), name="desk-objections"),
    path(
        "objections/<uuid:pk>/take-up/", objections.ObjectionReview.as_view(), name="desk-objection-take-up"
    ),
    path(
        "objections/<uuid:pk>/answer/", objections.ObjectionAnswering.as_view(), name="desk-objection-answer"
    ),
    path("roster/", rosters.RosterFigures.as_view(), name="roster"),
    path("roster/units/", rosters.RosterUnits.as_view(), name="roster-units"),
    path("roster/units/<int:pk>/", rosters.RosterUnit.as_view(), name="roster-unit"),
    path("roster/units/<int:pk>/representative/", rosters.Representative.as_view(), name="representative"),
    path("roster/search/", rosters.RosterSearch.as_view(), name="roster-search"),
    path("roster/owners/", rosters.RosterOwners.as_view(), name="roster-owners"),
    path("roster/export/", rosters.RosterExport.as_view(), name="roster-export"),
    path("roster/template/", PageFile.as_view(page=desk_roster.template), name="roster-template"),
    path("roster/imports/", roster_imports.RosterImports.as_view(), name="roster-imports"),
    path(_IMPORT, roster_imports.RosterImportDetail.as_view(), name="roster-import"),
    path(f"{_IMPORT}problem-rows/", roster_imports.ProblemRows.as_view(), name="roster-problem-rows"),
    path(f"{_IMPORT}corrections/", roster_imports.RosterCorrections.as_view(), name="roster-corrections"),
    path(f"{_IMPORT}commit/", roster_imports.RosterCommit.as_view(), name="roster-commit"),
    path(f"{_IMPORT}discard/", roster_imports.RosterDiscard.as_view(), name="roster-discard"),
]

_MOTION = "motions/<int:motion_pk>/"
assembly_patterns: list[URLPattern | URLResolver] = [
    path("", assemblies.AssemblyDetail.as_view(), name="assembly"),
    path("copy/", assemblies.AssemblyCopy.as_view(), name="assembly-copy"),
    path("findings/", assemblies.AssemblyFindings.as_view(), name="findings"),
    path("overrides/", assemblies.Overrides.as_view(), name="overrides"),
    path("overrides/<int:override_pk>/", assemblies.Override.as_view(), name="override"),
    path("publish/", assemblies.AssemblyPublication.as_view(), name="publish"),
    path("acts/", assemblies.Acts.as_view(), name="acts"),
    path("acts/<int:act_pk>/confirm/", assemblies.ActConfirmation.as_view(), name="act-confirm"),
    path("acts/<int:act_pk>/withdraw/", assemblies.ActWithdrawal.as_view(), name="act-withdraw"),
    path("motions/", motions.Motions.as_view(), name="motions"),
    path(_MOTION, motions.MotionDetail.as_view(), name="motion"),
    path(f"{_MOTION}move/", motions.MotionMove.as_view(), name="motion-move"),
    path(f"{_MOTION}attachments/", motions.Attachments.as_view(), name="attachments"),
    path(
        f"{_MOTION}attachments/<int:paper_pk>/",
        motions.AttachmentRemoval.as_view(),
        name="attachment-removal",
    ),
    path("turnout/", assemblies.AssemblyTurnout.as_view(), name="turnout"),
    path("turnout/buildings/", assemblies.BuildingTurnouts.as_view(), name="turnout-buildings"),
    path("roll/", ballots.Roll.as_view(), name="roll"),
    path("roll/correction/", supervision.RollCorrection.as_view(), name="roll-correction"),
    path("electors/", ballots.MyElectors.as_view(), name="electors"),
    path("ballots/", ballots.BallotCast.as_view(), name="ballots"),
    path("mandates/", mandates.Mandates.as_view(), name="mandates"),
    path("objections/", objections.AssemblyObjections.as_view(), name="objections"),
    path("papers/receive/", papers.PaperReturns.as_view(), name="paper-returns"),
    path("papers/<uuid:paper_pk>/entries/", papers.PaperLooks.as_view(), name="paper-looks"),
    path("result/", ballots.AssemblyResult.as_view(), name="result"),
    path("result.csv", PageFile.as_view(page=results.result_csv), name="result-csv"),
]

log_patterns: list[URLPattern | URLResolver] = [
    path("heads/", logs.LogHeads.as_view(), name="log-heads"),
    path("proofs/inclusion/", logs.ProofOfInclusion.as_view(), name="proof-of-inclusion"),
    path("proofs/consistency/", logs.ProofOfConsistency.as_view(), name="proof-of-consistency"),
]

election_patterns: list[URLPattern | URLResolver] = [
    path("elections/<int:pk>/", elections.ElectionDetail.as_view(), name="election"),
    path("elections/<int:pk>/candidates/", elections.Nominations.as_view(), name="nominations"),
    path("candidates/<int:pk>/", elections.CandidateDetail.as_view(), name="candidate"),
    path("candidates/<int:pk>/support/", elections.CandidateSupport.as_view(), name="candidate-support"),
    path("candidates/<int:pk>/accept/", elections.CandidateAcceptance.as_view(), name="candidate-accept"),
    path("candidates/<int:pk>/withdraw/", elections.CandidateWithdrawal.as_view(), name="candidate-withdraw"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="governance/api.html"),
        name="docs",
    ),
    *account_patterns,
    *join_patterns,
    path("estates/", estates.EstateList.as_view(), name="estates"),
    path("estates/<slug:slug>/", include(estate_patterns)),
    path("assemblies/<int:pk>/", include(assembly_patterns)),
    path("logs/<str:name>/", include(log_patterns)),
    path("attachments/<int:pk>/", PageFile.as_view(page=desk_motions.attachment), name="attachment"),
    path("ballots/<uuid:pk>/", ballots.BallotReceipt.as_view(), name="receipt"),
    path("mandates/<uuid:pk>/", mandates.MandateDetail.as_view(), name="mandate"),
    path("mandates/<uuid:pk>/revoke/", mandates.MandateRevocation.as_view(), name="mandate-revoke"),
    *election_patterns,
    path(
        "objections/<uuid:pk>/withdraw/", objections.ObjectionWithdrawal.as_view(), name="objection-withdraw"
    ),
    *proposals_routes.urlpatterns,
    *moderation_routes.urlpatterns,
    *statements_routes.urlpatterns,
    *meetings_routes.urlpatterns,
    *records_routes.urlpatterns,
    *minutes_routes.urlpatterns,
    *tickets_routes.urlpatterns,
    path("minutes/<int:pk>/file/<slug:kind>/", PageFile.as_view(page=minutes.file), name="minutes-file"),
    path("tally/", ballots.TallyCheck.as_view(), name="tally"),
    re_path("", NoSuchPath.as_view(), name="nothing"),
]
