"""A sealer of its own that seals whatever is there, twice a second, until it is killed."""

import logging
import time

import django

django.setup()

from django.db import DatabaseError, connection  # noqa: E402

from communities.models import Log  # noqa: E402
from communities.services.sealing import SealingRefused, seal_log  # noqa: E402

logger = logging.getLogger("sealer")


def main() -> None:
    while True:
        try:
            for log in Log.objects.filter(entries__sealed__isnull=True).distinct():
                seal_log(log=log)
        except SealingRefused:
            logger.exception("REFUSED")
        except DatabaseError as failure:
            logger.warning("no database: %s", type(failure).__name__)
            connection.close()
        time.sleep(0.5)


if __name__ == "__main__":
    main()
