from django.urls import URLPattern, URLResolver, path

from votes.views import (
    assemblies,
    ballot,
    desk,
    desk_draft,
    desk_motions,
    desk_posted,
    desk_roll,
    desk_supervision,
    results,
    retention,
    tally,
)
from votes.views.documents import pages as documents

app_name = "votes"

_DESK = "desk/<slug:slug>/assemblies/"
_ONE = f"{_DESK}<int:pk>/"
_MOTION = f"{_ONE}motions/<int:motion_pk>/"
desk_patterns: list[URLPattern | URLResolver] = [
    path(_DESK, desk.assemblies, name="desk-assemblies"),
    path(f"{_DESK}new/", desk.new, name="desk-assembly-new"),
    path(_ONE, desk.detail, name="desk-assembly"),
    path(f"{_ONE}edit/", desk.edit, name="desk-assembly-edit"),
    path(f"{_ONE}copy/", desk.copy, name="desk-assembly-copy"),
    path(f"{_ONE}delete/", desk.delete, name="desk-assembly-delete"),
    path(f"{_ONE}motions/new/", desk_motions.new, name="desk-motion-new"),
    path(_MOTION, desk_motions.edit, name="desk-motion"),
    path(f"{_MOTION}move/", desk_motions.move, name="desk-motion-move"),
    path(f"{_MOTION}remove/", desk_motions.remove, name="desk-motion-remove"),
    path(f"{_MOTION}papers/<int:paper_pk>/remove/", desk_motions.drop_paper, name="desk-motion-paper-remove"),
    path(f"{_ONE}sign/", desk_draft.sign, name="desk-override-sign"),
    path(f"{_ONE}sign/<int:override_pk>/withdraw/", desk_draft.unsign, name="desk-override-withdraw"),
    path(f"{_ONE}preview/", desk_draft.preview, name="desk-assembly-preview"),
    path(f"{_ONE}publish/", desk_draft.publish, name="desk-assembly-publish"),
    path(f"{_ONE}roll/", desk_roll.roll, name="roll"),
    path(f"{_ONE}roll.csv", desk_roll.roll_csv, name="roll-csv"),
    path(f"{_ONE}roll/print/", desk_roll.roll_print, name="roll-print"),
    path(f"{_ONE}roll/correction/", desk_supervision.correct_roll, name="roll-correction"),
    path(f"{_ONE}extend/", desk_supervision.extend, name="desk-assembly-extend"),
    path(f"{_ONE}notice/", desk_roll.notice_print, name="notice-print"),
    path(f"{_ONE}documents/", documents.papers, name="documents"),
    path(f"{_ONE}documents/<slug:document>/", documents.desk_document, name="desk-document"),
    path(
        f"{_ONE}documents/<slug:document>/<slug:file_type>/",
        documents.desk_document_file,
        name="desk-document-file",
    ),
    path(f"{_ONE}archives/", documents.ask_archive, name="archives"),
    path(f"{_ONE}archives/state/", documents.archive_state, name="archive-state"),
    path(f"{_ONE}archives/<slug:key>/", documents.take_archive, name="archive"),
    path(f"{_ONE}acts/", desk_posted.propose, name="desk-act-propose"),
    path(f"{_ONE}acts/<int:act_pk>/confirm/", desk_posted.confirm, name="desk-act-confirm"),
    path(f"{_ONE}acts/<int:act_pk>/withdraw/", desk_posted.withdraw, name="desk-act-withdraw"),
    path("desk/<slug:slug>/retention/", retention.retention, name="retention"),
    path("votes/attachments/<int:pk>/", desk_motions.attachment, name="attachment"),
]

owner_patterns: list[URLPattern | URLResolver] = [
    path("e/<slug:slug>/votes/", assemblies.assembly_list, name="assembly-list"),
    path("votes/<int:pk>/", assemblies.assembly, name="assembly"),
    path("votes/<int:pk>/turnout/", assemblies.turnout_fragment, name="turnout"),
    path("votes/<int:pk>/cast/", ballot.cast, name="cast"),
    path("votes/receipts/<uuid:pk>/", ballot.receipt, name="receipt"),
    path("votes/<int:pk>/result/", results.result, name="result"),
    path("votes/<int:pk>/result/print/", results.result_print, name="result-print"),
    path("votes/<int:pk>/documents/<slug:document>/", documents.document, name="document"),
    path(
        "votes/<int:pk>/documents/<slug:document>/<slug:file_type>/",
        documents.document_file,
        name="document-file",
    ),
    path("votes/<int:pk>/result.csv", results.result_csv, name="result-csv"),
]

public_patterns: list[URLPattern | URLResolver] = [
    path("tally/", tally.tally, name="tally"),
    path("tally/figures.json", tally.tally_json, name="tally-json"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *owner_patterns,
    *public_patterns,
    *desk_patterns,
]
