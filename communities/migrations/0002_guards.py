"""The log and its signed heads may only grow."""

from django.db import migrations

from communities.append_only import GuardTable, append_only, never_emptied


class Migration(migrations.Migration):
    dependencies = [("communities", "0001_initial")]

    operations = [
        *append_only(
            # Its name is in every leaf; the sealer, who locks the row, may not rename it either.
            "communities_log",
            "communities_ledgerentry",
            "communities_sealedleaf",
            "communities_sealedtile",
            "communities_treehead",
            "communities_signingkey",
            "communities_positiondecision",
        ),
        GuardTable(
            table="communities_treehead",
            event="INSERT",
            name="communities_treehead_grows",
            message="a head is larger than every head before it",
            refused_when=(
                "EXISTS (SELECT 1 FROM communities_treehead h"
                " WHERE h.log_id = NEW.log_id AND h.size >= NEW.size)"
            ),
        ),
        GuardTable(
            table="communities_sealedleaf",
            event="INSERT",
            name="communities_sealedleaf_own_log",
            message="a leaf is sealed in its own log",
            refused_when=(
                "NOT EXISTS (SELECT 1 FROM communities_ledgerentry e"
                " WHERE e.id = NEW.entry_id AND e.log_id = NEW.log_id)"
            ),
        ),
        GuardTable(
            table="communities_signingkey",
            event="INSERT",
            name="communities_signingkey_one_line",
            message="keys of one purpose follow one another",
            refused_when=(
                "EXISTS (SELECT 1 FROM communities_signingkey k WHERE k.purpose = NEW.purpose"
                " AND (k.predecessor_id = NEW.predecessor_id OR NEW.predecessor_id IS NULL))"
            ),
        ),
        *never_emptied(
            "communities_ledgerentry",
            "communities_sealedleaf",
            "communities_sealedtile",
            "communities_treehead",
            "communities_signingkey",
        ),
    ]
