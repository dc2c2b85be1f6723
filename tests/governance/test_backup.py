"""Copying the database: the embedded one is copied in test_serve.py, while it serves."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.postgres
@pytest.mark.django_db
def test_it_leaves_postgresql_to_its_own_tools_and_writes_nothing(tmp_path):
    with pytest.raises(CommandError, match="use pg_dump"):
        call_command("backup", tmp_path / "copy.sqlite3")
    assert list(tmp_path.iterdir()) == []
