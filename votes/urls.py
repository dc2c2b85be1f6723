from django.urls import URLPattern, URLResolver, path

from votes.views import (
    assemblies,
    ballot,
    desk,
    desk_deliveries,
    desk_draft,
    desk_elections,
    desk_filing,
    desk_looks,
    desk_mandates,
    desk_motions,
    desk_objections,
    desk_packs,
    desk_paper_entry,
    desk_papers,
    desk_posted,
    desk_roll,
    desk_supervision,
    door_board,
    elections,
    evidence,
    heads,
    mandates,
    objections,
    paper_booklet,
    paper_request,
    results,
    retention,
    tally,
)
from votes.views.documents import pages as documents

app_name = "votes"

_DESK = "desk/<slug:slug>/assemblies/"
_ONE = f"{_DESK}<int:pk>/"
_ELECTION = f"{_ONE}election/"
_CANDIDATE = f"{_ELECTION}candidates/<int:candidate_pk>/"
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
    path(_ELECTION, desk_elections.overview, name="desk-election"),
    path(f"{_ELECTION}edit/", desk_elections.edit, name="desk-election-edit"),
    path(f"{_ELECTION}remove/", desk_elections.remove, name="desk-election-remove"),
    path(f"{_ELECTION}nominate/", desk_elections.nominate, name="desk-election-nominate"),
    path(f"{_ELECTION}post/", desk_elections.post, name="desk-election-post"),
    path(f"{_ELECTION}print/", desk_elections.candidates_print, name="desk-election-print"),
    path(_CANDIDATE, desk_elections.screen, name="desk-candidate"),
    path(f"{_CANDIDATE}withdraw/", desk_elections.withdraw, name="desk-candidate-withdraw"),
    path(f"{_ONE}recall/", desk_elections.recall, name="desk-recall"),
    path(f"{_ONE}roll/", desk_roll.roll, name="roll"),
    path(f"{_ONE}roll.csv", desk_roll.roll_csv, name="roll-csv"),
    path(f"{_ONE}roll/print/", desk_roll.roll_print, name="roll-print"),
    path(f"{_ONE}roll/correction/", desk_supervision.correct_roll, name="roll-correction"),
    path(f"{_ONE}extend/", desk_supervision.extend, name="desk-assembly-extend"),
    path(f"{_ONE}notice/", desk_roll.notice_print, name="notice-print"),
    path(f"{_ONE}mandates/", desk_mandates.mandates, name="desk-mandates"),
    path(f"{_ONE}mandates/new/", desk_mandates.register, name="desk-mandate-new"),
    path(f"{_ONE}mandates/form/", desk_mandates.blank_form, name="desk-mandate-form"),
    path(f"{_ONE}mandates/<uuid:mandate_pk>/strike/", desk_mandates.strike, name="desk-mandate-strike"),
    path(f"{_ONE}mandates/<uuid:mandate_pk>/scan/", desk_mandates.scan, name="desk-mandate-scan"),
    path(f"{_ONE}ballots/", desk_looks.ballots, name="desk-ballots"),
    path(f"{_ONE}ballots/look/", desk_looks.look, name="desk-look"),
    path(f"{_ONE}ballots/unlock/<int:act_pk>/", desk_looks.confirm, name="desk-unlock"),
    path(f"{_ONE}ballots/unlock/<int:act_pk>/withdraw/", desk_looks.withdraw, name="desk-unlock-withdraw"),
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
    path(f"{_ONE}acts/<int:act_pk>/pack/", desk_packs.full_pack, name="full-pack"),
    path("desk/<slug:slug>/retention/", retention.retention, name="retention"),
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
    path("votes/receipts/<uuid:pk>/receipt.json", ballot.receipt_file, name="receipt-file"),
    path("votes/<int:pk>/evidence/", evidence.evidence, name="evidence"),
    path("votes/participations/<uuid:key>/", ballot.took_part, name="took-part"),
    path("votes/<int:pk>/mandates/new/", mandates.grant, name="mandate-new"),
    path("votes/<int:pk>/mandates/form/", mandates.blank_form, name="mandate-form"),
    path("votes/<int:pk>/mandates/form.pdf", mandates.blank_form, {"form": "pdf"}, name="mandate-form-pdf"),
    path("votes/mandates/", mandates.mine, name="mandates"),
    path("votes/mandates/<uuid:pk>/", mandates.mandate, name="mandate"),
    path("votes/mandates/<uuid:pk>/withdraw/", mandates.withdraw, name="mandate-withdraw"),
    path("votes/mandates/<uuid:pk>/print/", mandates.mandate_print, name="mandate-print"),
    path("votes/mandates/<uuid:pk>/print.pdf", mandates.mandate_print, {"form": "pdf"}, name="mandate-pdf"),
    path("votes/elections/<int:pk>/", elections.election, name="election"),
    path("votes/elections/<int:pk>/stand/", elections.stand, name="election-stand"),
    path("votes/elections/<int:pk>/nominate/", elections.nominate, name="election-nominate"),
    path("votes/candidates/<int:pk>/", elections.candidate, name="candidate"),
    path("votes/candidates/<int:pk>/support/", elections.support, name="candidate-support"),
    path("votes/candidates/<int:pk>/accept/", elections.accept, name="candidate-accept"),
    path("votes/candidates/<int:pk>/reply/", elections.reply, name="candidate-reply"),
    path("votes/candidates/<int:pk>/withdraw/", elections.withdraw, name="candidate-withdraw"),
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

_HEADS = "e/<slug:slug>/heads/"
heads_patterns: list[URLPattern | URLResolver] = [
    path(_HEADS, heads.heads, name="heads"),
    path("e/<slug:slug>/heads.json", heads.heads_json, name="heads-json"),
    path(f"{_HEADS}<str:log>/", heads.log_heads, name="log-heads"),
    path(f"{_HEADS}<str:log>.json", heads.log_heads_json, name="log-heads-json"),
    path(f"{_HEADS}<str:log>/<int:size>/print/", heads.head_print, name="head-print"),
    path(f"{_HEADS}<str:log>/<int:size>.pdf", heads.head_pdf, name="head-pdf"),
]

objection_patterns: list[URLPattern | URLResolver] = [
    path("votes/<int:pk>/objections/", objections.objections, name="objections"),
    path("votes/<int:pk>/objections/new/", objections.new, name="objection-new"),
    path("votes/objections/<uuid:pk>/", objections.objection, name="objection"),
    path("votes/objections/<uuid:pk>/withdraw/", objections.withdraw, name="objection-withdraw"),
    path("desk/<slug:slug>/objections/", desk_objections.objections, name="desk-objections"),
    path("desk/<slug:slug>/objections/<uuid:pk>/", desk_objections.objection, name="desk-objection"),
    path(
        "desk/<slug:slug>/objections/<uuid:pk>/take-up/",
        desk_objections.take_up,
        name="desk-objection-take-up",
    ),
    path(
        "desk/<slug:slug>/objections/<uuid:pk>/answer/", desk_objections.answer, name="desk-objection-answer"
    ),
    path(f"{_ONE}objections/print/", desk_objections.log_print, name="objection-log-print"),
    path(f"{_ONE}objections.pdf", desk_objections.log_pdf, name="objection-log-pdf"),
    path(f"{_ONE}objections.csv", desk_objections.log_csv, name="objection-log-csv"),
]

filing_patterns: list[URLPattern | URLResolver] = [
    path(
        "desk/<slug:slug>/committee/terms/<int:pk>/filing-sheet/",
        desk_filing.filing_sheet,
        name="filing-sheet",
    ),
    path(
        "desk/<slug:slug>/committee/terms/<int:pk>/filing-sheet.pdf",
        desk_filing.filing_pdf,
        name="filing-pdf",
    ),
]

public_patterns: list[URLPattern | URLResolver] = [
    path("tally/", tally.tally, name="tally"),
    path("tally/figures.json", tally.tally_json, name="tally-json"),
    path("verify/", evidence.verify, name="verify"),
    path("verify/linyi-verify.html", evidence.verify_offline, name="verify-offline"),
    path("verify/verifier.py", evidence.verify_program, name="verify-program"),
    path("evidence/<str:certificate>.zip", evidence.evidence_pack, name="evidence-pack"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *owner_patterns,
    *heads_patterns,
    *public_patterns,
    *desk_patterns,
    *paper_patterns,
    *objection_patterns,
    *filing_patterns,
]
