"""Who may reach what. Every route of the product stands here, or the matrix fails.

A rule says who gets in (``may``), who is told that it is not for them
(``refused``: 403) and, by what is left out, who is told nothing (404). Somebody
not logged in is always sent to log in, unless ``may`` names them. A method that
stands nowhere for a route is refused as such (405).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

NOBODY = "nobody"
#: A superuser who lives here gets what a tenant gets.
AT_HOME = ("owner", "co_owner", "tenant", "super_tenant")
DESK = ("member", "chair", "secretary", "subdistrict")
OF_THE_ESTATE = (*AT_HOME, *DESK, "firm", "scrutineer", "assessor")
LOGGED_IN = (*OF_THE_ESTATE, "other_chair", "superuser")
EVERYBODY = (*LOGGED_IN, NOBODY)
PREPARERS = ("chair", "secretary")
ROSTER_READERS = ("member", *PREPARERS)
SUPERVISORS = (*PREPARERS, "subdistrict")


@dataclass(frozen=True)
class Rule:
    """``routes``: one a line, its methods before its name; ``at`` is the thing its address names."""

    title: str
    may: tuple[str, ...]
    routes: str
    at: str = ""
    refused: tuple[str, ...] = ()

    def lines(self) -> Iterator[tuple[str, str]]:
        """Each method and route."""
        for line in self.routes.split("\n"):
            *methods, name = line.split() or [""]
            for method in methods:
                yield method, name

    def expected(self, role: str) -> str:
        if role in self.may:
            return "in"
        if role == NOBODY:
            return "log in"
        return "403" if role in self.refused else "404"


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
    Rule("the desk of one's own estates", (*DESK, "other_chair"), "GET governance:desk"),
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
    ),
    Rule(
        "desk: the roll, also for scrutineers",
        (*DESK, "scrutineer"),
        """
        GET          votes:roll
        GET          votes:roll-csv
        GET          votes:roll-print
        GET          api:roll
        """,
        at="voting",
    ),
    Rule(
        "desk: begin a draft",
        PREPARERS,
        """
        GET POST     votes:desk-assembly-new
        POST         api:assemblies
        """,
        at="estate",
        refused=("member", "subdistrict"),
    ),
    Rule(
        "desk: read a draft",
        ROSTER_READERS,
        """
        GET          votes:attachment
        GET          api:attachment
        """,
        at="paper",
    ),
    Rule(
        "desk: look at what would be posted",
        ROSTER_READERS,
        """
        GET          api:findings
        GET          api:motion
        """,
        at="draft",
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
    ),
    Rule(
        "desk: begin again from what was posted",
        PREPARERS,
        """
        POST         votes:desk-assembly-copy
        POST         api:assembly-copy
        """,
        at="voting",
        refused=("member", "subdistrict"),
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
        refused=("member",),
    ),
    Rule(
        "desk: confirm it, but never who proposed it",
        ("chair", "subdistrict"),
        """
        POST         votes:desk-act-confirm
        POST         api:act-confirm
        """,
        at="voting",
        refused=("member", "secretary"),
    ),
    Rule(
        "desk: take it back, only who proposed it",
        ("secretary",),
        """
        POST         votes:desk-act-withdraw
        POST         api:act-withdraw
        """,
        at="voting",
        refused=("member", "chair", "subdistrict"),
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
    ),
    Rule(
        "desk: one home of the roster",
        ROSTER_READERS,
        """
        GET          communities:roster-unit
        GET          api:roster-unit
        """,
        at="unit",
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
    ),
    Rule(
        "desk: bring a roster",
        PREPARERS,
        """
        GET POST     communities:roster-import
        GET POST     api:roster-imports
        """,
        at="estate",
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
    # --- supervision: deadlines, rolls, documents, retention ---------------------------
    Rule(
        "desk: extend a vote that is on",
        SUPERVISORS,
        """
        GET POST     votes:desk-assembly-extend
        """,
        at="voting",
        refused=("member",),
    ),
    Rule(
        "desk: correct the roll of a vote that is announced",
        SUPERVISORS,
        """
        GET POST     votes:roll-correction
        GET          api:roll-correction
        """,
        at="announced",
        refused=("member",),
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
    ),
    Rule(
        "desk: how long records are kept",
        DESK,
        """
        GET          votes:retention
        """,
        at="estate",
    ),
)

#: The API's last pattern is no route: it answers 404 to everybody, whatever is asked.
NO_ROUTE = {"api:nothing"}

#: The sockets, by their pattern: who may listen.
SOCKETS = {"ws/votes/<int:pk>/": OF_THE_ESTATE}

#: What is reached before anybody is logged in: nothing to forge there.
WITHOUT_FORGERY_MARK = {
    "api:login-codes",
    "api:login-code",
    "api:second-step",
    "api:tally",
}

#: They look at nothing that is sent, or are a library's and send other methods elsewhere.
TAKES_ANY_METHOD = ("governance:healthz", "governance:readyz", "communities:set-language", "account_", "mfa_")
