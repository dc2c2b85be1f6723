"""The walls around roll, motions, ballots and results, in the database itself."""

from django.db import migrations

from communities.append_only import GuardTable, append_only, never_emptied

#: A posted assembly is frozen, but for the moment in which a correction that two people agreed on is
#: written, and only while nobody could have voted yet (status 'published').
CORRECTED = (
    "EXISTS (SELECT 1 FROM votes_twopersonact t JOIN votes_assembly c ON c.id = t.assembly_id"
    " WHERE t.assembly_id = {assembly} AND t.kind = 'correct-roll' AND c.status = 'published'"
    " AND t.confirmed_at IS NOT NULL AND t.withdrawn_at IS NULL AND t.applied_at IS NULL"
    " AND t.confirmed_at < c.opens_at)"
)
POSTED = "(SELECT status FROM votes_assembly WHERE id = {row}.assembly_id) <> 'draft'"
POSTED_ROLL = f"{POSTED} AND NOT {CORRECTED.format(assembly='{row}.assembly_id')}"
MEMBER_OF = "(SELECT e.assembly_id FROM votes_elector e WHERE e.id = {row}.elector_id)"
#: An extension writes a later deadline while its confirmed act is not yet applied, and only if that
#: was confirmed before the old one. What is closed is never opened again.
EXTENDED = (
    "OLD.status IN ('published', 'open') AND EXISTS (SELECT 1 FROM votes_twopersonact t WHERE t.assembly_id = NEW.id AND t.kind = 'extend'"
    " AND t.confirmed_at IS NOT NULL AND t.withdrawn_at IS NULL AND t.applied_at IS NULL"
    " AND t.confirmed_at < OLD.closes_at)"
)
ELECTION_POSTED = (
    "(SELECT a.status FROM votes_assembly a JOIN votes_election e ON e.assembly_id = a.id"
    " WHERE e.id = {row}.election_id) <> 'draft'"
)


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
    "mandate": (
        f"{differs('assembly_id', 'elector_id', 'principal_id', 'instructions')}"
        # Erased after its time, never exchanged for another.
        " OR NEW.holder_phone_index <> OLD.holder_phone_index AND NEW.holder_phone_index <> ''"
        f" OR {differs('scan_sha256', 'granted_at')} OR {rewritten('holder_id', 'revoked_at', 'expires_at')}"
    ),
    "paperballot": (
        f"{differs('assembly_id', 'elector_id', 'serial')}"
        f" OR {rewritten('printed_at', 'received_at', 'voided_at', 'settled_at')}"
        " OR OLD.scan_sha256 <> '' AND NEW.scan_sha256 <> OLD.scan_sha256"
    ),
    "delivery": (
        f"{differs('assembly_id', 'elector_id', 'method', 'reached', 'evidence_sha256', 'delivered_at')}"
        f" OR {differs('recorded_by_id', 'recorded_at')} OR {rewritten('taken_back_at')}"
    ),
    "objection": (
        f"{differs('assembly_id', 'number', 'kind', 'about', 'filed_by_id', 'text', 'filed_at', 'due_at')}"
        f" OR {rewritten('elector_id', 'answered_by_id', 'answered_at', 'escalated_at')}"
        " OR OLD.status IN ('upheld', 'dismissed', 'withdrawn')"
        " AND (NEW.status <> OLD.status OR NEW.answer <> OLD.answer)"
    ),
    "twopersonact": (
        f"{differs('assembly_id', 'kind', 'reason', 'payload', 'proposed_by_id', 'proposed_at')}"
        f" OR {rewritten('confirmed_by_id', 'confirmed_at', 'withdrawn_at', 'applied_at')}"
    ),
    "election": (
        f"{POSTED.format(row='OLD')} AND ({differs('assembly_id', 'purpose', 'seats', 'alternates')}"
        f" OR {differs('term_years', 'lot_seed')} OR OLD.lot_root <> '' AND NEW.lot_root <> OLD.lot_root)"
    ),
    "candidate": (
        f"{ELECTION_POSTED.format(row='OLD')} AND ({differs('number', 'owner_id', 'name', 'home', 'statement')}"
        f" OR {rewritten('motion_id', 'withdrawn_at')}"
        " OR NEW.status <> OLD.status AND NEW.status <> 'withdrawn')"
    ),
}


class Migration(migrations.Migration):
    dependencies = [("votes", "0001_initial"), ("communities", "0002_guards")]

    operations = [
        *append_only("votes_ballot"),
        GuardTable(
            table="votes_ballot",
            event="INSERT",
            name="votes_ballot_fits_assembly",
            message="the assembly takes no such ballot",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM votes_assembly a"
                " JOIN votes_elector e ON e.assembly_id = a.id"
                " WHERE a.id = NEW.assembly_id AND e.id = NEW.elector_id AND e.area = NEW.area"
                " AND (a.status IN ('published', 'open') OR a.status = 'closed' AND NEW.channel = 'paper')"
                " AND a.slots = length(NEW.choices)"
                " AND NEW.accepted_at >= a.opens_at AND NEW.accepted_at < a.closes_at)"
            ),
        ),
        GuardTable(
            table="votes_ballot",
            event="INSERT",
            name="votes_ballot_paper_was_received",
            message="a paper ballot counts from when its own sheet was received",
            only_when="NEW.channel = 'paper'",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM votes_paperballot p"
                " WHERE p.id = NEW.paper_id AND p.assembly_id = NEW.assembly_id"
                " AND p.elector_id = NEW.elector_id AND p.received_at = NEW.accepted_at"
                " AND p.voided_at IS NULL)"
            ),
        ),
        GuardTable(
            table="votes_ballot",
            event="INSERT",
            name="votes_ballot_mandate_stands",
            message="a ballot by mandate needs one that stands",
            only_when="NEW.channel = 'mandate'",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM votes_mandate m"
                " WHERE m.id = NEW.mandate_id AND m.assembly_id = NEW.assembly_id"
                " AND m.elector_id = NEW.elector_id AND m.holder_id = NEW.cast_by_id"
                " AND m.granted_at <= NEW.accepted_at AND m.revoked_at IS NULL"
                " AND (m.expires_at IS NULL OR m.expires_at > NEW.accepted_at))"
            ),
        ),
        GuardTable(
            table="votes_mandate",
            event="UPDATE",
            name="votes_mandate_used_stands",
            message="a mandate that was used is not revoked",
            refused_when=(
                "OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL"
                " AND EXISTS (SELECT 1 FROM votes_ballot b WHERE b.mandate_id = NEW.id)"
            ),
        ),
        *append_only("votes_ballotlook"),
        *append_only("votes_uncountedballot"),
        *append_only("votes_secretturnout"),
        *append_only("votes_secretballot"),
        *append_only("votes_paperentry"),
        *append_only("votes_objectionstep"),
        *append_only("votes_seatresult"),
        GuardTable(
            table="votes_secretturnout",
            event="INSERT",
            name="votes_secretturnout_in_window",
            message="the assembly takes no such ballot",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM votes_assembly a JOIN votes_elector e ON e.assembly_id = a.id"
                " WHERE a.id = NEW.assembly_id AND e.id = NEW.elector_id"
                " AND a.status IN ('published', 'open')"
                " AND NEW.accepted_at >= a.opens_at AND NEW.accepted_at < a.closes_at)"
            ),
        ),
        GuardTable(
            table="votes_secretballot",
            event="INSERT",
            name="votes_secretballot_fits_assembly",
            message="the assembly takes no such ballot",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM votes_assembly a WHERE a.id = NEW.assembly_id"
                " AND a.status IN ('published', 'open') AND a.slots = length(NEW.choices))"
            ),
        ),
        *append_only("votes_motionresult"),
        *append_only("votes_certificate"),
        *(
            GuardTable(
                table=f"votes_{table}",
                event=event,
                name=f"votes_{table}_frozen_{event.lower()}",
                message=f"a posted assembly keeps its {table}",
                refused_when=POSTED.format(row="NEW" if event == "INSERT" else "OLD"),
            )
            for table in ("motion", "lintoverride")
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
        *(
            GuardTable(
                table=f"votes_{table}",
                event=event,
                name=f"votes_{table}_frozen_{event.lower()}",
                message=f"a posted assembly keeps its {table}",
                refused_when=POSTED_ROLL.format(row="NEW" if event == "INSERT" else "OLD"),
            )
            for table in ("elector", "electorunit")
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
        *(
            GuardTable(
                table=f"votes_{table}",
                event=event,
                name=f"votes_{table}_frozen_{event.lower()}",
                message=f"a posted assembly keeps its {table}",
                refused_when=(
                    f"(SELECT a.status FROM votes_assembly a JOIN votes_{parent} p ON p.assembly_id = a.id"
                    f" WHERE p.id = {'NEW' if event == 'INSERT' else 'OLD'}.{parent}_id) <> 'draft'"
                    + (
                        f" AND NOT {CORRECTED}".format(
                            assembly=MEMBER_OF.format(row="NEW" if event == "INSERT" else "OLD")
                        )
                        if table == "electormember"
                        else ""
                    )
                ),
            )
            for table, parent in (
                ("electormember", "elector"),
                ("motionattachment", "motion"),
                ("recall", "motion"),
            )
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
        GuardTable(
            table="votes_assembly",
            event="UPDATE",
            name="votes_assembly_frozen",
            message="a posted assembly keeps its window, rules and roll",
            refused_when=(
                "OLD.status <> 'draft' AND (NEW.status = 'draft'"
                " OR COALESCE(NEW.scope_building_id, 0) <> COALESCE(OLD.scope_building_id, 0)"
                " OR NEW.scope_staircase <> OLD.scope_staircase"
                " OR NEW.title <> OLD.title OR NEW.kind <> OLD.kind"
                " OR NEW.convener <> OLD.convener OR NEW.notice <> OLD.notice"
                " OR NEW.posted_topics <> OLD.posted_topics"
                " OR NEW.opens_at <> OLD.opens_at OR NEW.closes_at < OLD.closes_at"
                f" OR NEW.closes_at > OLD.closes_at AND NOT ({EXTENDED})"
                " OR NEW.rules <> OLD.rules OR NEW.statute <> OLD.statute"
                " OR (NEW.total_heads <> OLD.total_heads OR NEW.total_area <> OLD.total_area"
                f" OR NEW.roll_hash <> OLD.roll_hash) AND NOT {CORRECTED.format(assembly='NEW.id')}"
                " OR NEW.slots <> OLD.slots OR NEW.log_id <> OLD.log_id"
                " OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.closed_at <> OLD.closed_at)))"
            ),
        ),
        GuardTable(
            table="votes_assembly",
            event="DELETE",
            name="votes_assembly_kept",
            message="a posted assembly is never deleted",
            refused_when="OLD.status <> 'draft'",
        ),
        *(
            GuardTable(
                table=f"votes_{table}",
                event="UPDATE",
                name=f"votes_{table}_kept_update",
                message=f"what a {table} says is never changed",
                refused_when=changed,
            )
            for table, changed in WHAT_STAYS.items()
        ),
        *(
            GuardTable(
                table=f"votes_{table}",
                event="DELETE",
                name=f"votes_{table}_kept_delete",
                message=f"a {table} is never deleted",
            )
            for table in ("mandate", "paperballot", "delivery", "objection", "twopersonact")
        ),
        *(
            GuardTable(
                table="votes_candidate",
                event=event,
                name=f"votes_candidate_frozen_{event.lower()}",
                message="a posted election keeps its candidates",
                refused_when=ELECTION_POSTED.format(row="NEW" if event == "INSERT" else "OLD"),
            )
            for event in ("INSERT", "DELETE")
        ),
        GuardTable(
            table="votes_assembly",
            event="UPDATE",
            name="votes_assembly_lot_has_seed",
            message="an election is not posted without the seed of its lot",
            refused_when=(
                "OLD.status = 'draft' AND NEW.status <> 'draft' AND EXISTS (SELECT 1 FROM votes_election e"
                " WHERE e.assembly_id = NEW.id AND e.lot_seed = '')"
            ),
        ),
        GuardTable(
            table="votes_election",
            event="DELETE",
            name="votes_election_kept",
            message="a posted election is never deleted",
            refused_when=POSTED.format(row="OLD"),
        ),
        *never_emptied(
            "votes_ballot",
            "votes_uncountedballot",
            "votes_secretturnout",
            "votes_secretballot",
            "votes_motionresult",
            "votes_certificate",
            "votes_elector",
            "votes_paperentry",
        ),
    ]
