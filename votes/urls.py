from django.urls import URLPattern, URLResolver, path

from votes.views import (
    assemblies,
    ballot,
    desk,
    desk_deliveries,
    desk_draft,
    desk_motions,
    desk_paper_entry,
    desk_papers,
    desk_posted,
    desk_roll,
    door_board,
    paper_booklet,
    paper_request,
    results,
    tally,
)

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
    path(f"{_ONE}notice/", desk_roll.notice_print, name="notice-print"),
    path(f"{_ONE}acts/", desk_posted.propose, name="desk-act-propose"),
    path(f"{_ONE}acts/<int:act_pk>/confirm/", desk_posted.confirm, name="desk-act-confirm"),
    path(f"{_ONE}acts/<int:act_pk>/withdraw/", desk_posted.withdraw, name="desk-act-withdraw"),
    path("votes/attachments/<int:pk>/", desk_motions.attachment, name="attachment"),
]

_PAPERS = f"{_ONE}papers/"
_PAPER = f"{_PAPERS}<uuid:paper_pk>/"
_DELIVERIES = f"{_ONE}deliveries/"
_DELIVERY = f"{_DELIVERIES}<int:delivery_pk>/"
paper_patterns: list[URLPattern | URLResolver] = [
    path(_PAPERS, desk_papers.papers, name="desk-papers"),
    path(f"{_PAPERS}print/", desk_papers.print_some, name="desk-papers-print"),
    path(f"{_PAPERS}sheets/", desk_papers.sheets, name="desk-papers-sheets"),
    path(f"{_PAPERS}sheets.pdf", desk_papers.sheets_pdf, name="desk-papers-pdf"),
    path(f"{_PAPERS}booklet/", paper_booklet.booklet, name="desk-papers-booklet"),
    path(f"{_PAPERS}booklet.pdf", paper_booklet.booklet_pdf, name="desk-papers-booklet-pdf"),
    path(f"{_PAPERS}receive/", desk_paper_entry.receive, name="desk-papers-receive"),
    path(f"{_PAPERS}next/", desk_paper_entry.next_one, name="desk-papers-next"),
    path(f"{_PAPER}receive/", desk_paper_entry.receive_one, name="desk-paper-receive"),
    path(f"{_PAPER}enter/", desk_paper_entry.enter, name="desk-paper-enter"),
    path(f"{_PAPER}scan/", desk_paper_entry.scan, name="desk-paper-scan"),
    path(f"{_PAPER}reprint/", desk_papers.reprint, name="desk-paper-reprint"),
    path(_DELIVERIES, desk_deliveries.deliveries, name="desk-deliveries"),
    path(f"{_DELIVERIES}new/", desk_deliveries.new, name="desk-delivery-new"),
    path(f"{_DELIVERIES}print/", desk_deliveries.proof_print, name="desk-deliveries-print"),
    path(f"{_ONE}deliveries.csv", desk_deliveries.proof_csv, name="desk-deliveries-csv"),
    path(f"{_DELIVERY}take-back/", desk_deliveries.take_back, name="desk-delivery-take-back"),
    path(f"{_DELIVERY}evidence/", desk_deliveries.evidence, name="desk-delivery-evidence"),
    path(f"{_ONE}doors/", door_board.board, name="door-board"),
    path(f"{_ONE}doors/rows/", door_board.rows, name="door-rows"),
    path(f"{_ONE}doors/record/", door_board.record, name="door-record"),
    path("votes/papers/<uuid:pk>/", desk_papers.paper, name="paper"),
    path("votes/<int:pk>/paper/", paper_request.request_one, name="paper-request"),
]

owner_patterns: list[URLPattern | URLResolver] = [
    path("e/<slug:slug>/votes/", assemblies.assembly_list, name="assembly-list"),
    path("votes/<int:pk>/", assemblies.assembly, name="assembly"),
    path("votes/<int:pk>/turnout/", assemblies.turnout_fragment, name="turnout"),
    path("votes/<int:pk>/cast/", ballot.cast, name="cast"),
    path("votes/receipts/<uuid:pk>/", ballot.receipt, name="receipt"),
    path("votes/<int:pk>/result/", results.result, name="result"),
    path("votes/<int:pk>/result/print/", results.result_print, name="result-print"),
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
    *paper_patterns,
]
