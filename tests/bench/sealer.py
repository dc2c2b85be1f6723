"""A sealer beside the load: ``python -m tests.bench.sealer LOG SECONDS`` seals one log again and again."""

import sys
import time

import django

django.setup()

from communities.models import Log  # noqa: E402
from communities.services.sealing import seal_log  # noqa: E402


def main() -> None:
    log, pause = Log.objects.get(pk=sys.argv[1]), float(sys.argv[2])
    print("sealing", flush=True)
    while True:
        seal_log(log=log)
        time.sleep(pause)


main()
