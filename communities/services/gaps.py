"""Giving up what a restored database lacks: in the open, by two people, with a reason."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communities import recovery
from communities.clock import database_now
from communities.errors import Refusal, need_reason
from communities.held import HeldFile, held_file
from communities.ledger.canonical import Plain, canonical
from communities.ledger.hashing import sha256
from communities.ledger.leaves import timestamp
from communities.models import Estate, Log
from communities.recovery import Shortfall

from .ledger import append, log_of_estate

DECLARED = "communities.log.gap-declared"


class NothingMissing(Refusal):
    code = "nothing-missing"
    status = 409
    message = _("没有发现缺口，什么都不用声明。")


class TwoOperatorsNeeded(Refusal):
    code = "two-operators-needed"
    message = _("声明缺口要有两位不同的运维人员具名。")


@transaction.atomic
def declare_gap(*, operators: Sequence[str], reason: str) -> list[Shortfall]:
    """Accept every log as it is stored now, and go on. Returns what was given up.

    Writes an entry into each log concerned (into its estate's, where the log itself is gone)
    with both heads and the hash of who declared it why; the words stand beside the held
    heads. Whoever holds a later head will find that it no longer fits: that is meant, and
    the entry tells why. Raises :class:`NothingMissing`, :class:`TwoOperatorsNeeded`,
    :class:`communities.errors.ReasonMissing`.
    """
    names = sorted({name.strip() for name in operators if name.strip()})
    if len(names) != 2:
        raise TwoOperatorsNeeded
    reason = need_reason(reason)
    file = held_file()
    found = recovery.find_shortfalls()
    if not found or file is None:
        raise NothingMissing
    for shortfall in found:
        _declare(file, shortfall, names, reason)
    transaction.on_commit(lambda: recovery.watch.look(now=True))
    return list(found)


def _declare(file: HeldFile, shortfall: Shortfall, names: list[str], reason: str) -> None:
    moment = database_now()
    log = Log.objects.filter(name=shortfall.log).first()
    newest = log.heads.order_by("-size").first() if log else None
    size, root = (newest.size, newest.root) if newest else (0, "")
    gap: dict[str, Plain] = {
        "held": {"size": shortfall.held_size, "root": shortfall.held_root},
        "stored": {"size": size, "root": root},
        "missing": shortfall.missing,
        "statement": sha256(canonical({"operators": names, "reason": reason})),
    }
    estate = Estate.objects.filter(pk=shortfall.estate).first()
    where = log or (log_of_estate(estate) if estate else None)
    if where is not None:
        payload = {"log": shortfall.log, **gap}
        append(log=where, verb=DECLARED, subject=where, actor=None, payload=payload, moment=moment)
    line = {
        "log": shortfall.log,
        "estate": shortfall.estate,
        "size": size,
        "root": root,
        "gap": gap | {"operators": names, "reason": reason, "at": timestamp(moment)},
    }
    transaction.on_commit(lambda: file.append(line))
