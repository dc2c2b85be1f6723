"""The walls around roll, motions, ballots and results, in the database itself."""

from django.db import migrations

from communities.append_only import GuardTable, append_only

POSTED = "(SELECT status FROM votes_assembly WHERE id = {row}.assembly_id) <> 'draft'"


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
                " AND a.status IN ('published', 'open') AND a.slots = length(NEW.choices)"
                " AND NEW.accepted_at >= a.opens_at AND NEW.accepted_at < a.closes_at)"
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
            for table in ("motion", "elector", "electorunit", "lintoverride")
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
                ),
            )
            for table, parent in (("electormember", "elector"), ("motionattachment", "motion"))
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
        GuardTable(
            table="votes_assembly",
            event="UPDATE",
            name="votes_assembly_frozen",
            message="a posted assembly keeps its window, rules and roll",
            refused_when=(
                "OLD.status <> 'draft' AND (NEW.status = 'draft'"
                " OR NEW.title <> OLD.title OR NEW.kind <> OLD.kind"
                " OR NEW.convener <> OLD.convener OR NEW.notice <> OLD.notice"
                " OR NEW.posted_topics <> OLD.posted_topics"
                " OR NEW.opens_at <> OLD.opens_at OR NEW.closes_at < OLD.closes_at"
                " OR NEW.rules <> OLD.rules OR NEW.statute <> OLD.statute"
                " OR NEW.total_heads <> OLD.total_heads OR NEW.total_area <> OLD.total_area"
                " OR NEW.slots <> OLD.slots OR NEW.roll_hash <> OLD.roll_hash OR NEW.log_id <> OLD.log_id"
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
    ]
