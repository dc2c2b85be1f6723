"""Who may do what to which table of PostgreSQL: for the command that grants and the check that compares.

Three roles. The owner owns the tables and is used to migrate, nothing else. The pages
work as the application: what stands as evidence it can add and read, never change. The
worker is the sealer: the same, and it alone adds places, heads and keys.

Every table has exactly one entry here, also those of Django; a test finds the forgotten.
"""

from dataclasses import dataclass

from django.apps import apps

READ = frozenset({"SELECT"})
ADD = READ | {"INSERT"}
AMEND = ADD | {"UPDATE"}
EVERYTHING = AMEND | {"DELETE"}
#: What a role could hold on a table; TRUNCATE, REFERENCES and TRIGGER are for the owner alone.
KNOWN = EVERYTHING | {"TRUNCATE", "REFERENCES", "TRIGGER"}


@dataclass(frozen=True)
class Wall:
    """One kind of table: what the application and what the sealer may do to it."""

    app: frozenset[str]
    sealer: frozenset[str]
    tables: tuple[str, ...]


WALLS = (
    # Evidence: added, never changed.
    Wall(
        ADD,
        ADD,
        (
            "communities_ledgerentry",
            "votes_ballot",
            "votes_uncountedballot",
            "votes_secretturnout",
            "votes_secretballot",
            "votes_paperentry",
            "votes_ballotlook",
            "votes_objectionstep",
            "votes_seatresult",
            "votes_motionresult",
            "votes_certificate",
            "communities_positiondecision",
            "governance_proposalrevision",
            "governance_proposalstep",
            "governance_moderationact",
            "governance_officialanswer",
            "governance_opinionmap",
            "governance_actionstep",
            "governance_ticketstep",
            "governance_outage",
            "governance_minutesconfirmation",
            "governance_minutessignature",
        ),
    ),
    # PostgreSQL wants UPDATE of whoever locks a row. The guard refuses any change all the same.
    Wall(AMEND, AMEND, ("communities_log",)),
    # What the sealer adds and the pages only read.
    Wall(
        READ,
        ADD,
        (
            "communities_sealedleaf",
            "communities_sealedtile",
            "communities_treehead",
            "communities_signingkey",
        ),
    ),
    # On its way to a witness: tried again until it arrived, by the worker.
    Wall(READ, AMEND, ("communities_headdelivery",)),
    # Written on, within what the guards leave open, and never deleted.
    Wall(
        AMEND,
        AMEND,
        (
            "votes_mandate",
            "votes_paperballot",
            "votes_delivery",
            "votes_objection",
            "votes_twopersonact",
            "communities_committeeterm",
            "communities_committeeseat",
            "communities_committeeassessment",
            "communities_trainingrecord",
            "governance_comment",
            "governance_report",
            "governance_appeal",
            "governance_factrequest",
            "governance_statement",
            "governance_actionitem",
            "governance_ticket",
            "governance_ticketsupport",
            "governance_minutes",
        ),
    ),
    # The living part; drafts of assemblies are deleted, and guards keep what was posted.
    Wall(
        EVERYTHING,
        EVERYTHING,
        (
            "votes_assembly",
            "votes_motion",
            "votes_motionattachment",
            "votes_lintoverride",
            "votes_elector",
            "votes_electorunit",
            "votes_electormember",
            "votes_election",
            "votes_recall",
            "votes_candidate",
            "votes_nominationsupport",
            "governance_proposal",
            "governance_endorsement",
            "governance_endorsedhead",
            "governance_follow",
            "governance_statementopinion",
            "governance_replytemplate",
            "governance_attachment",
            "governance_meeting",
            "governance_meetingparty",
            "governance_agendaitem",
            "governance_attendance",
            "governance_speech",
            "governance_partyposition",
            "governance_strawpoll",
            "governance_pollanswer",
            "governance_minutesitem",
            "communities_subdistrict",
            "communities_community",
            "communities_estate",
            "communities_building",
            "communities_unit",
            "communities_owner",
            "communities_ownership",
            "communities_residency",
            "communities_bindingrequest",
            "communities_reservecandidate",
            "communities_trainingrecord_seats",
            "communities_trainingrecord_reserve",
            "communities_handoveritem",
            "communities_propertyfirm",
            "communities_servicecontract",
            "communities_witness",
            "communities_logincode",
            "communities_ratecount",
            "communities_outboxmessage",
            "communities_notice",
            "communities_policy",
            "communities_role",
            "communities_rosterimport",
            "communities_servicerun",
            "communities_user",
            "communities_user_groups",
            "communities_user_user_permissions",
            "auth_group",
            "auth_group_permissions",
            "django_admin_log",
            "django_session",
            "account_emailaddress",
            "account_emailconfirmation",
            "mfa_authenticator",
        ),
    ),
    # Written by `migrate` only.
    Wall(READ, READ, ("auth_permission", "django_content_type", "django_migrations")),
)

#: Django's own record of migrations, which is no model.
MIGRATIONS = "django_migrations"


def declared(*, sealer: bool) -> dict[str, frozenset[str]]:
    """By table, what the sealer (else the application) may do."""
    return {table: wall.sealer if sealer else wall.app for wall in WALLS for table in wall.tables}


def tables() -> set[str]:
    """The tables of all models, those between two models too."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy} | {
        MIGRATIONS
    }


def undeclared() -> set[str]:
    """Tables nobody has thought of: no role but the owner may touch them."""
    return tables() - set(declared(sealer=False))
