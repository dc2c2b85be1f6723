from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.governance.matrix.world import make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Any:
    """One set of people and things for the whole module; each request is undone by itself."""
    media = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(ROOT_URLCONF="tests.governance.demo_urlconf", MEDIA_ROOT=media),
        transaction.atomic(),
    ):
        yield make_world()
        transaction.set_rollback(True)
