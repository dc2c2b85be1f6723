"""5,000 rows of a roster, from the file to committed rows."""

import time

import django

django.setup()

from communities.enums import RoleCode  # noqa: E402
from communities.models import Role, Unit, User  # noqa: E402
from communities.services.rosters import commit_roster, upload_roster  # noqa: E402
from tests.bench.data import SINCE, make_estate, roster_file  # noqa: E402
from tests.bench.figures import Figure, emit, peak_memory  # noqa: E402

ROWS = 5_000


def main() -> None:
    content = roster_file(ROWS)
    estate = make_estate()
    secretary = User.objects.create_user("+8619700000001")
    Role.objects.create(user=secretary, code=RoleCode.SECRETARY, community=estate.community, valid_from=SINCE)
    start = time.perf_counter()
    upload = upload_roster(estate=estate, file_name="roster.xlsx", content=content, actor=secretary)
    commit_roster(roster_import=upload, actor=secretary)
    taken = time.perf_counter() - start
    assert Unit.objects.filter(estate=estate).count() == ROWS
    emit(
        [
            Figure("import a roster of 5,000 rows", round(taken, 2), "s", "<= 10"),
            Figure("import a roster of 5,000 rows, peak memory", round(peak_memory()), "MB", "<= 300"),
        ]
    )


main()
