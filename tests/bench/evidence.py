"""Evidence at scale: writing and verifying a pack of 50,000 ballots, proving a leaf, recounting."""

import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from communities.ledger.hashing import leaf_hash  # noqa: E402
from communities.models import LedgerEntry  # noqa: E402
from tests.bench.data import make_draft, make_estate, make_homes  # noqa: E402
from tests.bench.figures import Figure, emit  # noqa: E402
from tests.factories.packs import Story  # noqa: E402
from votes.evidence import verifier  # noqa: E402
from votes.evidence.leaves import CAST_VERB, BallotLeaf, commitment  # noqa: E402
from votes.models import Assembly, Ballot, Elector  # noqa: E402
from votes.services.assemblies import post_assembly  # noqa: E402
from votes.services.closing import settle_assembly  # noqa: E402
from votes.services.packs import write_public_pack  # noqa: E402

BALLOTS, LEAVES, RECOUNTED = 50_000, 100_000, 100_000


def certified() -> Assembly:
    """An assembly of 50,000 electors who all voted, certified."""
    estate = make_estate()
    make_homes(estate, BALLOTS)
    draft = make_draft(estate, motions=2)
    assembly = post_assembly(assembly=draft, actor=draft.created_by, moment=draft.created_at)
    assert assembly.log is not None
    draw, log = random.Random(3), assembly.log.name
    ballots, entries = [], []
    for pk, number, area in Elector.objects.filter(assembly=assembly).values_list("pk", "number", "area"):
        one, salt, choices = uuid.uuid4(), f"{draw.getrandbits(128):032x}", "".join(draw.choices("FAN", k=2))
        said = commitment(salt=salt, log=log, elector=number, choices=choices)
        body = BallotLeaf(log, str(one), "online", 1, None, said, draft.created_at).body()
        digest = leaf_hash(body)
        ballots.append(
            Ballot(
                id=one,
                assembly=assembly,
                elector_id=pk,
                idempotency_key=one,
                choices=choices,
                area=area,
                salt=salt,
                leaf_hash=digest,
                accepted_at=draft.created_at,
            )
        )
        entries.append(
            LedgerEntry(
                log=assembly.log, verb=CAST_VERB, leaf_hash=digest, body=body, recorded_at=draft.created_at
            )
        )
    Ballot.objects.bulk_create(ballots, batch_size=2000)
    LedgerEntry.objects.bulk_create(entries, batch_size=2000)
    assert assembly.closes_at is not None
    settle_assembly(assembly=assembly, moment=assembly.closes_at)
    return assembly


def median(act: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[times // 2]


def main() -> None:
    assembly = certified()
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "pack.zip"
        start = time.perf_counter()
        with file.open("wb") as out:
            write_public_pack(assembly=assembly, out=out)
        written = time.perf_counter() - start
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-I", verifier.__file__, "verify", str(file)], check=False)
        verified = time.perf_counter() - start
    assert done.returncode == 0

    report, pack = verifier.verify_pack(Story(1, electors=RECOUNTED, batch=RECOUNTED).build().pack())
    assert pack is not None and report.problems == []
    emit(
        [
            Figure("write a public pack of 50,000 ballots", round(written, 1), "s"),
            Figure("verify a pack of 50,000 ballots", round(verified, 1), "s", "<= 60"),
            Figure("recount 100,000 electors from a full pack", round(median(pack.recount), 2), "s", "<= 3"),
        ]
    )


main()
