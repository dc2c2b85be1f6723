"""The log may only grow."""

from django.db import migrations

from communities.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("communities", "0001_initial")]

    operations = [*append_only("communities_ledgerentry")]
