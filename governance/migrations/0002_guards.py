"""The walls around what was raised, said, answered, confirmed and signed, in the database itself."""

from django.db import migrations

from communities.append_only import GuardTable, append_only, never_emptied
from governance.search import SearchIndex


def differs(*columns: str) -> str:
    """That one of these columns, none of which may be null, is changed."""
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def rewritten(*columns: str) -> str:
    """That one of these columns is changed after it was filled in once."""
    return " OR ".join(
        f"OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} <> OLD.{column})"
        for column in columns
    )


#: What may not change in an UPDATE of each table.
WHAT_STAYS = {
    "proposal": (
        f"OLD.number > 0 AND ({differs('number', 'estate_id', 'author_id', 'capacity', 'rules', 'created_at')}"
        f" OR {rewritten('submitted_at', 'merged_into_id')} OR NEW.status = 'draft')"
    ),
    "comment": (
        f"{differs('proposal_id', 'author_id', 'capacity', 'stance', 'text', 'written_at')}"
        f" OR COALESCE(NEW.parent_id, 0) <> COALESCE(OLD.parent_id, 0) OR {rewritten('withdrawn_at')}"
    ),
    "report": (
        f"{differs('comment_id', 'reporter_id', 'code', 'text', 'reported_at')}"
        f" OR {rewritten('handled_by_id', 'handled_at')}"
    ),
    "appeal": (
        f"{differs('proposal_id', 'text', 'filed_by_id', 'filed_at', 'due_at', 'against_id')}"
        f" OR {rewritten('step_id', 'act_id', 'decided_by_id', 'decided_at', 'escalated_at')}"
        " OR OLD.status <> 'filed' AND (NEW.status <> OLD.status OR NEW.decision <> OLD.decision)"
    ),
    "factrequest": (
        f"{differs('proposal_id', 'party', 'question', 'asked_by_id', 'asked_at')}"
        f" OR {rewritten('answered_by_id', 'answered_at')}"
    ),
    "ticket": (
        f"{differs('estate_id', 'number', 'reporter_id', 'category', 'text', 'rules', 'reported_at')}"
        f" OR {rewritten('answered_at', 'joined_id', 'proposal_id')} OR OLD.status = 'withdrawn'"
    ),
    "statement": f"{differs('proposal_id', 'number', 'author_id', 'text', 'written_at')}",
    "attendance": (
        f"{differs('meeting_id', 'token')} OR {rewritten('user_id', 'registered_at', 'signed_in_at')}"
    ),
    "actionitem": f"{differs('estate_id', 'number', 'text', 'created_at')} OR {rewritten('escalated_at')}",
    "minutes": (
        f"{differs('meeting_id', 'version', 'drafted_by_id', 'drafted_at')}"
        f" OR {rewritten('sealed_at', 'entry_id')}"
        " OR OLD.status NOT IN ('draft', 'confirming', 'signing')"
        f" AND ({differs('number', 'opening', 'closing', 'canonical', 'sha256', 'correction_reason')})"
        " OR OLD.status = 'sealed' AND NEW.status NOT IN ('sealed', 'superseded')"
        " OR OLD.status IN ('superseded', 'discarded') AND NEW.status <> OLD.status"
    ),
    "meeting": (
        f"OLD.status <> 'draft' AND ({differs('estate_id', 'kind', 'rules', 'created_at')} OR NEW.status = 'draft')"
        f" OR {rewritten('announced_at', 'started_at', 'ended_at')}"
        " OR OLD.status IN ('ended', 'cancelled') AND NEW.status <> OLD.status"
    ),
}

#: Rows of these are never deleted.
KEPT = (
    "comment",
    "report",
    "appeal",
    "factrequest",
    "statement",
    "actionitem",
    "minutes",
    "ticket",
    "ticketsupport",
)

MINUTES_STATUS = "(SELECT m.status FROM governance_minutes m WHERE m.id = {row}.minutes_id)"
UNSUPPORTED = "('draft', 'submitted', 'returned', 'refused', 'withdrawn', 'merged', 'done')"


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0001_initial"),
        ("votes", "0002_guards"),
        ("communities", "0002_guards"),
    ]

    operations = [
        SearchIndex(table="governance_proposal", column="bigrams"),
        *append_only(
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
        *(
            GuardTable(
                table=f"governance_{table}",
                event="UPDATE",
                name=f"governance_{table}_kept_update",
                message=f"what a {table} says is never changed",
                refused_when=changed,
            )
            for table, changed in WHAT_STAYS.items()
        ),
        *(
            GuardTable(
                table=f"governance_{table}",
                event="DELETE",
                name=f"governance_{table}_kept_delete",
                message=f"a {table} is never deleted",
            )
            for table in KEPT
        ),
        GuardTable(
            table="governance_proposal",
            event="DELETE",
            name="governance_proposal_kept_delete",
            message="a proposal that was sent is never deleted",
            refused_when="OLD.number > 0",
        ),
        GuardTable(
            table="governance_endorsement",
            event="INSERT",
            name="governance_endorsement_of_open_proposal",
            message="the proposal takes no endorsement",
            refused_when=(
                f"(SELECT p.status FROM governance_proposal p WHERE p.id = NEW.proposal_id) IN {UNSUPPORTED}"
            ),
        ),
        GuardTable(
            table="governance_attendance",
            event="DELETE",
            name="governance_attendance_kept_delete",
            message="who was present stays on the list",
            refused_when="OLD.signed_in_at IS NOT NULL",
        ),
        *(
            GuardTable(
                table="governance_pollanswer",
                event=event,
                name=f"governance_pollanswer_while_open_{event.lower()}",
                message="the straw poll is closed",
                refused_when=(
                    "(SELECT p.closed_at FROM governance_strawpoll p"
                    f" WHERE p.id = {'OLD' if event == 'DELETE' else 'NEW'}.poll_id) IS NOT NULL"
                ),
            )
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
        *(
            GuardTable(
                table="governance_minutesitem",
                event=event,
                name=f"governance_minutesitem_frozen_{event.lower()}",
                message="minutes that were put to confirmation keep their words",
                refused_when=f"{MINUTES_STATUS.format(row='NEW' if event == 'INSERT' else 'OLD')} <> 'draft'",
            )
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
        GuardTable(
            table="governance_minutesconfirmation",
            event="INSERT",
            name="governance_minutesconfirmation_in_period",
            message="the minutes take no such confirmation",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM governance_minutes m"
                " JOIN governance_attendance a ON a.meeting_id = m.meeting_id"
                " WHERE m.id = NEW.minutes_id AND a.id = NEW.attendance_id AND m.status = 'confirming'"
                " AND m.sha256 = NEW.sha256 AND a.signed_in_at IS NOT NULL"
                " AND NEW.confirmed_at < m.confirm_until)"
            ),
        ),
        GuardTable(
            table="governance_minutessignature",
            event="INSERT",
            name="governance_minutessignature_under_text",
            message="the minutes take no such signature",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM governance_minutes m WHERE m.id = NEW.minutes_id"
                " AND m.status = 'signing' AND m.sha256 = NEW.sha256)"
            ),
        ),
        GuardTable(
            table="governance_minutes",
            event="UPDATE",
            name="governance_minutes_sealed_by_three",
            message="minutes are sealed when all three parties have signed",
            refused_when=(
                "NEW.status = 'sealed' AND OLD.status <> 'sealed' AND NOT EXISTS"
                " (SELECT 1 FROM governance_minutessignature s"
                " WHERE s.minutes_id = NEW.id AND s.sha256 = NEW.sha256"
                " GROUP BY s.minutes_id HAVING count(*) = 3)"
            ),
        ),
        *never_emptied(
            "governance_proposalrevision",
            "governance_proposalstep",
            "governance_moderationact",
            "governance_officialanswer",
            "governance_minutes",
            "governance_minutesconfirmation",
            "governance_minutessignature",
        ),
    ]
