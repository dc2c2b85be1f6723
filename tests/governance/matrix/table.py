"""Who may reach what. Every route of the product stands here, or the matrix fails.

A rule says who gets in (``may``), who is told that it is not for them
(``refused``: 403) and, by what is left out, who is told nothing (404). Somebody
not logged in is always sent to log in, unless ``may`` names them. A method that
stands nowhere for a route is refused as such (405).
"""

from __future__ import annotations

from tests.governance.matrix.deliberation import NOUNS
from tests.governance.matrix.rule import (
    AT_HOME,
    DELIVERERS,
    DESK,
    EVERYBODY,
    LOGGED_IN,
    OBJECTION_HANDLERS,
    OF_THE_ESTATE,
    PREPARERS,
    ROSTER_READERS,
    SUPERVISORS,
    Rule,
)

TABLE = (
    # --- for everybody --------------------------------------------------------------
    Rule(
        "public",
        EVERYBODY,
        """
        GET          governance:home
        GET          governance:healthz
        GET          governance:readyz
        GET POST     communities:login
        GET POST     communities:login-code
        GET POST     communities:password-login
        POST         communities:logout
        POST         communities:appearance
        GET POST     communities:set-language
        GET POST     votes:tally
        GET          votes:tally-json
        GET          api:schema
        GET          api:docs
        POST         api:login-codes
        POST         api:login-code
        GET POST     api:session
        DELETE       api:session
        POST         api:second-step
        POST         api:tally
        GET POST     account_login
        GET POST     account_inactive
        """,
    ),
    Rule(
        "the demo, where there is one",
        EVERYBODY,
        """
        GET          demo:people
        POST         demo:login
        GET          demo:inbox
        """,
        at="demo",
    ),
    # --- for oneself ----------------------------------------------------------------
    Rule(
        "one's own account",
        LOGGED_IN,
        """
        GET          communities:me
        GET POST     communities:me-name
        GET          communities:me-security
        GET POST     communities:me-password
        GET          communities:notices
        POST         communities:notices-read
        GET PATCH    api:me
        PUT          api:my-password
        GET          api:homes
        GET          api:my-bindings
        GET          api:notices
        POST         api:notices-read
        GET          api:estates
        GET          mfa_index
        """,
    ),
    Rule(
        "the second step of one's own account",
        LOGGED_IN,
        """
        GET POST     account_reauthenticate
        GET POST     mfa_authenticate
        GET POST     mfa_reauthenticate
        GET POST     mfa_activate_totp
        GET POST     mfa_generate_recovery_codes
        """,
    ),
    Rule(
        "a second step that is set up",
        ("secretary",),
        """
        GET POST     mfa_deactivate_totp
        GET          mfa_view_recovery_codes
        GET          mfa_download_recovery_codes
        """,
    ),
    Rule(
        "a notice, for whom it was sent to",
        ("owner",),
        """
        GET          communities:notice
        POST         api:notice-read
        """,
        at="notice",
    ),
    Rule(
        "a request for a home, for whoever made it",
        ("tenant",),
        """
        GET POST     communities:withdraw-binding
        POST         api:binding-withdraw
        """,
        at="own binding",
    ),
    Rule(
        "finding one's home: which there are, not whose",
        LOGGED_IN,
        """
        GET          communities:bind
        GET POST     communities:bind-unit
        GET POST     communities:bind-request
        GET          api:joinable-estates
        GET          api:joinable-units
        POST         api:bind
        POST         api:binding-ask
        """,
        at="unit",
    ),
    # --- the people of an estate ------------------------------------------------------
    Rule(
        "an estate and its votes",
        OF_THE_ESTATE,
        """
        GET          governance:estate
        GET          votes:assembly-list
        GET          api:estate
        GET          api:assemblies
        """,
        at="estate",
    ),
    Rule(
        "a vote that is on: its turnout, never its tally",
        OF_THE_ESTATE,
        """
        GET          votes:assembly
        GET          votes:turnout
        GET          votes:result
        GET          api:assembly
        GET          api:turnout
        GET          api:electors
        """,
        at="voting",
    ),
    Rule(
        "casting: whom the roll names, whatever their role",
        ("owner",),
        """
        POST         votes:cast
        POST         api:ballots
        """,
        at="voting",
        refused=tuple(role for role in OF_THE_ESTATE if role != "owner"),
    ),
    Rule(
        "the receipt, for all owners of the home",
        ("owner", "co_owner"),
        """
        GET          votes:receipt
        GET          api:receipt
        """,
        at="ballot",
    ),
    Rule(
        "what was decided",
        OF_THE_ESTATE,
        """
        GET          votes:result-print
        GET          votes:result-csv
        GET          api:result
        GET          api:result-csv
        """,
        at="decided",
    ),
    # --- the desk -----------------------------------------------------------------------
    Rule(
        "the desk of one's own estates",
        (*DESK, "other_chair"),
        "GET governance:desk",
        preparatory="in",
    ),
    Rule(
        "desk: votes",
        DESK,
        """
        GET          votes:desk-assemblies
        GET          votes:desk-assembly
        GET          votes:notice-print
        GET          votes:desk-assembly-preview
        GET          api:acts
        GET          api:turnout-buildings
        """,
        at="voting",
        preparatory="in",
    ),
    Rule(
        "desk: the roll",
        DESK,
        """
        GET          votes:roll
        GET          votes:roll-csv
        GET          votes:roll-print
        GET          api:roll
        """,
        at="voting",
        preparatory="in",
    ),
    Rule(
        "desk: begin a draft",
        PREPARERS,
        """
        GET POST     votes:desk-assembly-new
        POST         api:assemblies
        """,
        at="estate",
        refused=("member", "subdistrict", "scrutineer"),
        preparatory="in",
    ),
    Rule(
        "desk: read a draft",
        ROSTER_READERS,
        """
        GET          votes:attachment
        GET          api:attachment
        """,
        at="paper",
        preparatory="in",
    ),
    Rule(
        "desk: look at what would be posted",
        ROSTER_READERS,
        """
        GET          api:findings
        GET          api:motion
        """,
        at="draft",
        preparatory="in",
    ),
    Rule(
        "desk: prepare a draft",
        PREPARERS,
        """
        GET POST     votes:desk-assembly-edit
        GET POST     votes:desk-assembly-delete
        GET POST     votes:desk-motion-new
        GET POST     votes:desk-motion
        POST         votes:desk-motion-move
        GET POST     votes:desk-motion-remove
        POST         votes:desk-motion-paper-remove
        POST         votes:desk-override-sign
        POST         votes:desk-override-withdraw
        GET POST     votes:desk-assembly-publish
        PATCH DELETE api:assembly
        POST         api:motions
        PATCH DELETE api:motion
        POST         api:motion-move
        POST         api:attachments
        DELETE       api:attachment-removal
        POST         api:overrides
        DELETE       api:override
        POST         api:publish
        """,
        at="draft",
        refused=("member",),
        preparatory="in",
    ),
    Rule(
        "desk: begin again from what was posted",
        PREPARERS,
        """
        POST         votes:desk-assembly-copy
        POST         api:assembly-copy
        """,
        at="voting",
        refused=("member", "subdistrict", "scrutineer"),
        preparatory="in",
    ),
    Rule(
        "desk: propose to stop a vote",
        ("chair", "secretary", "subdistrict"),
        """
        POST         votes:desk-act-propose
        POST         api:acts
        GET          votes:desk-act-confirm
        """,
        at="voting",
        refused=("member", "scrutineer"),
        preparatory="in",
    ),
    Rule(
        "desk: confirm it, but never who proposed it",
        ("chair", "subdistrict"),
        """
        POST         votes:desk-act-confirm
        POST         api:act-confirm
        """,
        at="voting",
        refused=("member", "secretary", "scrutineer"),
        preparatory="in",
    ),
    Rule(
        "desk: take it back, only who proposed it",
        ("secretary",),
        """
        POST         votes:desk-act-withdraw
        POST         api:act-withdraw
        """,
        at="voting",
        refused=("member", "chair", "subdistrict", "scrutineer"),
        preparatory="403",
    ),
    Rule(
        "desk: read the roster",
        ROSTER_READERS,
        """
        GET POST     communities:roster
        GET          communities:roster-owners
        POST         communities:roster-export
        GET          communities:roster-template
        GET          api:roster
        GET          api:roster-units
        POST         api:roster-search
        GET          api:roster-owners
        POST         api:roster-export
        GET          api:roster-template
        """,
        at="estate",
        preparatory="in",
    ),
    Rule(
        "desk: one home of the roster",
        ROSTER_READERS,
        """
        GET          communities:roster-unit
        GET          api:roster-unit
        """,
        at="unit",
        preparatory="in",
    ),
    Rule(
        "desk: name a representative",
        PREPARERS,
        """
        POST         communities:roster-unit
        PUT          api:representative
        """,
        at="unit",
        refused=("member",),
        preparatory="in",
    ),
    Rule(
        "desk: bring a roster",
        PREPARERS,
        """
        GET POST     communities:roster-import
        GET POST     api:roster-imports
        """,
        at="estate",
        preparatory="in",
    ),
    Rule(
        "desk: a roster on its way",
        PREPARERS,
        """
        GET POST     communities:roster-preview
        GET POST     communities:roster-commit
        GET POST     communities:roster-discard
        GET          api:roster-import
        GET          api:roster-problem-rows
        POST         api:roster-corrections
        POST         api:roster-commit
        POST         api:roster-discard
        """,
        at="import",
        preparatory="in",
    ),
    Rule(
        "desk: who asks to be bound",
        ("secretary",),
        """
        GET          communities:bindings
        GET          api:bindings
        GET          communities:binding
        POST         communities:binding-approve
        POST         communities:binding-refuse
        GET          api:binding
        POST         api:binding-approve
        POST         api:binding-refuse
        """,
        at="binding",
    ),
    # --- the sealed log: its heads are for everybody, its witnesses for who answers for them ---------
    Rule(
        "tree heads and proofs of a posted assembly's log",
        EVERYBODY,
        """
        GET          votes:heads
        GET          votes:heads-json
        GET          votes:log-heads
        GET          votes:log-heads-json
        GET          votes:head-print
        GET          api:log-heads
        GET          api:proof-of-inclusion
        GET          api:proof-of-consistency
        """,
        at="log",
    ),
    Rule("a tree head as a file", OF_THE_ESTATE, "GET votes:head-pdf", at="log"),
    Rule(
        "desk: who is sent the heads",
        PREPARERS,
        """
        GET POST     communities:witnesses
        GET POST     communities:witness-confirm
        GET POST     communities:witness-remove
        """,
        at="witness",
    ),
    # --- mandates, looks at ballots, secret votes ---------------------------------------
    Rule(
        "the mandates one holds or gave",
        LOGGED_IN,
        "GET          votes:mandates",
    ),
    Rule(
        "an empty mandate to print, and one's own mandates of a vote",
        OF_THE_ESTATE,
        """
        GET          votes:mandate-form
        GET          votes:mandate-form-pdf
        GET          api:mandates
        """,
        at="voting",
    ),
    Rule(
        "giving one's vote into somebody's hand",
        ("owner",),
        """
        GET POST     votes:mandate-new
        POST         api:mandates
        """,
        at="voting",
        refused=tuple(role for role in OF_THE_ESTATE if role != "owner"),
    ),
    Rule(
        "a mandate, for its holder and the owners of the home",
        ("owner", "co_owner", "tenant"),
        """
        GET          votes:mandate
        GET          votes:mandate-print
        GET          votes:mandate-pdf
        GET          votes:mandate-withdraw
        GET          api:mandate
        """,
        at="mandate",
    ),
    Rule(
        "taking a mandate back, only who gave it",
        ("owner",),
        """
        POST         votes:mandate-withdraw
        POST         api:mandate-revoke
        """,
        at="mandate",
        refused=("co_owner", "tenant"),
    ),
    Rule(
        "desk: who holds whose vote, never for the firm",
        ("chair", "secretary", "scrutineer"),
        """
        GET          votes:desk-mandates
        GET          votes:desk-mandate-form
        """,
        at="voting",
        preparatory="in",
    ),
    Rule(
        "desk: mandates signed on paper",
        ("secretary", "scrutineer"),
        """
        GET POST     votes:desk-mandate-new
        GET POST     votes:desk-mandate-strike
        GET          votes:desk-mandate-scan
        """,
        at="desk mandate",
    ),
    Rule(
        "desk: looks at ballots, and what does not count",
        ("secretary", "scrutineer"),
        "GET          votes:desk-ballots",
        at="looks",
    ),
    Rule(
        "desk: look at a ballot, or ask to open it",
        ("scrutineer",),
        "POST         votes:desk-look",
        at="looks",
    ),
    Rule(
        "desk: read what is to be opened",
        ("secretary", "scrutineer"),
        "GET          votes:desk-unlock",
        at="looks",
    ),
    Rule(
        "desk: open a confidential ballot, but never who asked for it",
        ("secretary",),
        "POST         votes:desk-unlock",
        at="looks",
        refused=("scrutineer",),
    ),
    Rule(
        "desk: no longer ask to open it, only who asked",
        ("scrutineer",),
        "POST         votes:desk-unlock-withdraw",
        at="looks",
    ),
    Rule(
        "that a home took part in a secret vote, for its owners",
        ("owner", "co_owner"),
        "GET          votes:took-part",
        at="participation",
    ),
    # --- paper and deliveries -----------------------------------------------------------
    Rule(
        "asking for a sheet, for whom the roll names",
        ("owner",),
        "GET POST votes:paper-request",
        at="voting",
    ),
    Rule(
        "where the code on a sheet leads",
        ("owner", "co_owner", "scrutineer"),
        "GET votes:paper",
        at="own sheet",
    ),
    Rule(
        "sheets, for scrutineers and nobody else",
        ("scrutineer",),
        """
        GET          votes:desk-papers
        GET POST     votes:desk-papers-print
        GET          votes:desk-papers-sheets
        GET          votes:desk-papers-pdf
        GET POST     votes:desk-papers-booklet
        GET          votes:desk-papers-booklet-pdf
        GET POST     votes:desk-papers-receive
        GET          votes:desk-papers-next
        POST         api:paper-returns
        """,
        at="voting",
    ),
    Rule(
        "one sheet, its scan and its entry",
        ("scrutineer",),
        """
        GET POST     votes:desk-paper-receive
        GET POST     votes:desk-paper-enter
        GET          votes:desk-paper-scan
        GET POST     votes:desk-paper-reprint
        POST         api:paper-looks
        """,
        at="sheet",
    ),
    Rule(
        "deliveries and the doors, never for the firm",
        DELIVERERS,
        """
        GET          votes:desk-deliveries
        GET POST     votes:desk-delivery-new
        GET          votes:desk-deliveries-print
        GET          votes:desk-deliveries-csv
        GET          votes:door-board
        GET          votes:door-rows
        POST         votes:door-record
        """,
        at="voting",
        preparatory="in",
    ),
    Rule(
        "one record of delivery",
        DELIVERERS,
        """
        GET POST     votes:desk-delivery-take-back
        GET          votes:desk-delivery-evidence
        """,
        at="delivery",
        preparatory="in",
    ),
    # --- evidence -------------------------------------------------------------------
    Rule(
        "evidence: anybody checks it",
        EVERYBODY,
        """
        GET          votes:verify
        GET          votes:verify-offline
        GET          votes:verify-program
        """,
    ),
    Rule(
        "evidence: whoever was given the hash of a result takes its public pack",
        EVERYBODY,
        """
        GET          votes:evidence-pack
        """,
        at="certificate",
    ),
    Rule(
        "evidence: who reads the result finds the pack",
        OF_THE_ESTATE,
        """
        GET          votes:evidence
        """,
        at="decided",
    ),
    Rule(
        "evidence: one's own receipt as a file",
        ("owner", "co_owner"),
        """
        GET          votes:receipt-file
        """,
        at="ballot",
    ),
    Rule(
        "evidence: the full pack, for the two who agreed and the scrutineer",
        ("chair", "secretary", "scrutineer"),
        """
        POST         votes:full-pack
        """,
        at="decided",
        refused=(*AT_HOME, "member", "subdistrict", "firm", "assessor"),
        preparatory="403",
    ),
    # --- elections ------------------------------------------------------------------------
    Rule(
        "an election and who stands, from the first nomination on",
        OF_THE_ESTATE,
        """
        GET          votes:election
        GET          api:election
        """,
        at="election",
    ),
    Rule(
        "a candidate",
        OF_THE_ESTATE,
        """
        GET          votes:candidate
        GET          api:candidate
        """,
        at="candidate",
    ),
    Rule(
        "standing and naming: owners",
        ("owner", "co_owner"),
        """
        GET POST     votes:election-stand
        GET POST     votes:election-nominate
        POST         api:nominations
        """,
        at="election",
        refused=tuple(role for role in OF_THE_ESTATE if role not in ("owner", "co_owner")),
    ),
    Rule(
        "signing under a nomination: owners",
        ("owner", "co_owner"),
        """
        POST         votes:candidate-support
        POST         api:candidate-support
        """,
        at="candidate",
        refused=tuple(role for role in OF_THE_ESTATE if role not in ("owner", "co_owner")),
    ),
    Rule(
        "agreeing to stand, and answering the screening: only the candidate",
        ("owner",),
        """
        POST         votes:candidate-accept
        POST         votes:candidate-reply
        POST         api:candidate-accept
        """,
        at="candidate",
        refused=tuple(role for role in OF_THE_ESTATE if role != "owner"),
    ),
    Rule(
        "leaving: the candidate, and the community on their word",
        ("owner", "secretary"),
        """
        GET POST     votes:candidate-withdraw
        POST         api:candidate-withdraw
        """,
        at="candidate",
        refused=tuple(role for role in OF_THE_ESTATE if role not in ("owner", "secretary")),
    ),
    Rule(
        "desk: look at an election",
        ROSTER_READERS,
        """
        GET          votes:desk-election
        GET          votes:desk-election-print
        GET          votes:desk-candidate
        """,
        at="desk election",
        preparatory="in",
    ),
    Rule(
        "desk: prepare an election or a recall",
        PREPARERS,
        """
        GET POST     votes:desk-election-edit
        GET POST     votes:desk-election-remove
        GET POST     votes:desk-election-post
        GET POST     votes:desk-recall
        """,
        at="desk election",
        refused=("member",),
        preparatory="in",
    ),
    Rule(
        "desk: name and screen for the residents' committee",
        ("secretary",),
        """
        GET POST     votes:desk-election-nominate
        POST         votes:desk-candidate
        GET POST     votes:desk-candidate-withdraw
        """,
        at="desk election",
        refused=("member", "chair"),
        preparatory="403",
    ),
    # --- the committee and its term ----------------------------------------------------
    Rule("the committee in public", OF_THE_ESTATE, "GET communities:committee", at="estate"),
    Rule("desk: the committee", DESK, "GET communities:desk-committee", at="estate", preparatory="in"),
    Rule(
        "desk: a term",
        DESK,
        """
        GET          communities:term
        GET          communities:handover
        GET          communities:handover-print
        GET          communities:handover-pdf
        GET          votes:filing-sheet
        GET          votes:filing-pdf
        """,
        at="term",
        preparatory="in",
    ),
    Rule(
        "desk: how the committee was assessed",
        ("member", "chair", "secretary", "subdistrict"),
        "GET communities:assessments",
        at="term",
    ),
    Rule(
        "desk: enter a term from its papers",
        ("secretary",),
        "GET POST communities:term-new",
        at="estate",
        refused=("member", "chair", "subdistrict", "scrutineer"),
        preparatory="403",
    ),
    Rule(
        "desk: enter a member from the papers",
        ("secretary",),
        "GET POST communities:term-seat-new",
        at="term",
        refused=("member", "chair", "subdistrict", "scrutineer"),
        preparatory="403",
    ),
    Rule(
        "desk: positions and seats",
        PREPARERS,
        """
        GET POST     communities:term-position
        GET POST     communities:term-seat-end
        GET POST     communities:term-move-up
        """,
        at="term",
        refused=("member", "subdistrict", "scrutineer"),
        preparatory="403",
    ),
    Rule(
        "desk: note the filing",
        ("secretary", "subdistrict"),
        """
        POST         communities:term-file
        """,
        at="term",
        refused=("member", "chair", "scrutineer"),
        preparatory="403",
    ),
    Rule(
        "desk: assess the committee",
        ("secretary", "subdistrict"),
        "POST communities:assessments",
        at="term",
        refused=("member", "chair"),
    ),
    Rule(
        "desk: report the end, list the handover",
        ROSTER_READERS,
        """
        POST         communities:term-report
        POST         communities:handover
        """,
        at="term",
        refused=("subdistrict", "scrutineer"),
        preparatory="403",
    ),
    Rule("desk: tick off", ROSTER_READERS, "GET POST communities:handover-item", at="term"),
    Rule(
        "desk: the reserve, which the committee does not see",
        ("secretary", "subdistrict"),
        """
        GET          communities:reserve
        POST         communities:reserve-export
        """,
        at="estate",
    ),
    Rule(
        "desk: put somebody in reserve",
        ("secretary",),
        "GET POST communities:reserve-new",
        at="estate",
        refused=("subdistrict",),
    ),
    Rule(
        "desk: somebody in reserve",
        ("secretary", "subdistrict"),
        "GET communities:reserve-person",
        at="reserve",
    ),
    Rule(
        "desk: keep up the reserve",
        ("secretary",),
        "POST communities:reserve-person",
        at="reserve",
        refused=("subdistrict",),
    ),
    Rule(
        "desk: trainings",
        ("secretary", "subdistrict"),
        """
        GET          communities:trainings
        POST         communities:trainings-export
        """,
        at="term",
    ),
    Rule(
        "desk: record a training",
        ("secretary",),
        "POST communities:trainings",
        at="term",
        refused=("subdistrict",),
    ),
    # --- objections ---------------------------------------------------------------------
    Rule(
        "objections in public",
        OF_THE_ESTATE,
        """
        GET          votes:objections
        GET          votes:objection-new
        GET          api:objections
        """,
        at="disputed",
    ),
    Rule(
        "object on the page: others get their form back",
        OF_THE_ESTATE,
        "POST votes:objection-new",
        at="disputed",
    ),
    Rule(
        "object, whom the roll names",
        ("owner", "co_owner"),
        "POST api:objections",
        at="disputed",
        refused=tuple(role for role in OF_THE_ESTATE if role not in ("owner", "co_owner")),
    ),
    Rule(
        "one's own objection",
        ("owner",),
        """
        GET          votes:objection
        GET POST     votes:objection-withdraw
        POST         api:objection-withdraw
        """,
        at="own objection",
    ),
    Rule("one's own objections", LOGGED_IN, "GET api:my-objections"),
    Rule(
        "desk: objections",
        OBJECTION_HANDLERS,
        """
        GET          votes:desk-objections
        GET          api:desk-objections
        """,
        at="estate",
        preparatory="in",
    ),
    Rule(
        "desk: handle an objection",
        OBJECTION_HANDLERS,
        """
        GET          votes:desk-objection
        POST         votes:desk-objection-take-up
        POST         votes:desk-objection-answer
        POST         api:desk-objection-take-up
        POST         api:desk-objection-answer
        """,
        at="objection",
        preparatory="in",
    ),
    Rule(
        "desk: the log of objections",
        OBJECTION_HANDLERS,
        """
        GET          votes:objection-log-print
        GET          votes:objection-log-pdf
        GET          votes:objection-log-csv
        """,
        at="disputed",
        preparatory="in",
    ),
    # --- supervision: deadlines, rolls, documents, retention ---------------------------
    Rule(
        "desk: extend a vote that is on",
        SUPERVISORS,
        """
        GET POST     votes:desk-assembly-extend
        """,
        at="voting",
        refused=("member", "scrutineer"),
        preparatory="in",
    ),
    Rule(
        "desk: correct the roll of a vote that is announced",
        SUPERVISORS,
        """
        GET POST     votes:roll-correction
        GET          api:roll-correction
        """,
        at="announced",
        refused=("member", "scrutineer"),
        preparatory="in",
    ),
    Rule(
        "papers of a vote that everybody of the estate may have",
        OF_THE_ESTATE,
        """
        GET          votes:document
        GET          votes:document-file
        """,
        at="result paper",
    ),
    Rule(
        "desk: all papers of a vote and its archive, also for scrutineers",
        (*DESK, "scrutineer"),
        """
        GET          votes:documents
        GET          votes:desk-document
        GET          votes:desk-document-file
        POST         votes:archives
        GET          votes:archive-state
        GET          votes:archive
        """,
        at="delivery paper",
        preparatory="in",
    ),
    Rule(
        "desk: how long records are kept",
        DESK,
        """
        GET          votes:retention
        """,
        at="estate",
        preparatory="in",
    ),
    *(rule for noun in NOUNS for rule in noun.TABLE),
)

#: The API's last pattern is no route: it answers 404 to everybody, whatever is asked.
NO_ROUTE = {"api:nothing"}

#: The sockets, by their pattern: who may listen.
SOCKETS = {"ws/votes/<int:pk>/": OF_THE_ESTATE} | {
    pattern: who for noun in NOUNS for pattern, who in noun.SOCKETS.items()
}

#: What is reached before anybody is logged in: nothing to forge there.
WITHOUT_FORGERY_MARK = {
    "api:login-codes",
    "api:login-code",
    "api:second-step",
    "api:tally",
    "api:minutes-verification",
}

#: They look at nothing that is sent, or are a library's and send other methods elsewhere.
TAKES_ANY_METHOD = ("governance:healthz", "governance:readyz", "communities:set-language", "account_", "mfa_")
