"""RECOVERY: the database knows less than this machine remembers of it, so nothing may be written.

After an older backup was put back, ballots whose receipts are in people's hands would be
missing, and new ones would take their places in the log. Until the missing rows are back,
or two operators have declared the gap in the open, everything can be read and nothing
changed. The check compares the newest held head of each log with the stored tree.
"""

import logging
import time
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal
from communities.held import HeldHead, held_file
from communities.ledger.tree import tree_root
from communities.models import Log, TreeHead
from communities.proofs import leaf_hashes

logger = logging.getLogger(__name__)

#: A process looks again when so many seconds have passed.
PERIOD = 15.0
#: What one machine found, for those that have no held heads themselves.
CACHE_KEY, CACHE_SECONDS = "recovery", 60


class Recovering(Refusal):
    code = "recovery"
    status = 503
    message = _("系统正在从备份恢复，暂时只能查看，不能提交。")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One log whose stored tree is not an extension of the head that is held."""

    log: str
    estate: int
    held_size: int
    held_root: str
    #: Of the newest head stored, 0 where there is none.
    size: int
    #: True: as large as what is held, but not the same. Something else was written in its place.
    is_fork: bool = False

    @property
    def missing(self) -> int:
        return max(self.held_size - self.size, 0)


class Watch:
    """What this process knows of the state, looked up again every :data:`PERIOD` seconds.

    :meth:`refuse_writes` asks nobody, so that casting costs no statement more; :meth:`look`
    is called where a statement does not matter: by every page and every other write.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.shortfalls: tuple[Shortfall, ...] = ()
        self._own: tuple[Shortfall, ...] = ()
        self._looked_at: float | None = None

    def look(self, *, now: bool = False) -> str:
        """Look again if it is time (or ``now``); returns :attr:`message`."""
        moment = time.monotonic()
        if settings.HELD_HEADS_FILE and (
            now or self._looked_at is None or moment - self._looked_at >= PERIOD
        ):
            self._looked_at = moment
            found = find_shortfalls()
            if found and found != self._own:
                logger.critical("RECOVERY, nothing is written: %s", found)
            if found or self._own:
                _tell_others(found)
            self._own = found
            self.shortfalls = found or _told_by_others()
        return self.message

    @property
    def message(self) -> str:
        """What people are told; empty when all is well."""
        if not self.shortfalls:
            return ""
        missing = sum(one.missing for one in self.shortfalls)
        if any(one.is_fork for one in self.shortfalls):
            return gettext(
                "数据库里的记录与已经签名的不一致，暂时只能查看，不能提交。请联系社区，由运维人员核对。"
            )
        return gettext(
            "系统从备份恢复后少了 %(missing)d 条已经封存的记录，暂时只能查看，不能提交。"
            "运维人员补回记录后会恢复正常，请稍后再来。"
        ) % {"missing": missing}

    def refuse_writes(self) -> None:
        """Raise :class:`Recovering` if that is the state. No statement, no file."""
        if self.shortfalls:
            raise Recovering(self.message)


watch = Watch()


def find_shortfalls() -> tuple[Shortfall, ...]:
    """Each log whose newest held head is not a prefix of what is stored. Two statements when all is well."""
    file = held_file()
    # Read before the database is asked: a head is held only after it was committed.
    held = {name: head for name, head in file.newest().items() if head.size} if file else {}
    if not held:
        return ()
    stored = TreeHead.objects.filter(log__name__in=held, size__in={head.size for head in held.values()})
    same = {(name, size, root) for name, size, root in stored.values_list("log__name", "size", "root")}
    doubtful = [head for head in held.values() if (head.log, head.size, head.root) not in same]
    return tuple(found for head in doubtful if (found := _shortfall(head)))


def _shortfall(held: HeldHead) -> Shortfall | None:
    log = Log.objects.filter(name=held.log).first()
    newest = log.heads.order_by("-size").first() if log else None
    size = newest.size if newest else 0
    # Where no head of just this size is stored, the leaves still tell.
    if log and size > held.size and tree_root(leaf_hashes(log, end=held.size)) == held.root:
        return None
    return Shortfall(held.log, held.estate, held.size, held.root, size, is_fork=size >= held.size)


def _tell_others(found: tuple[Shortfall, ...]) -> None:
    try:
        if found:
            cache.set(CACHE_KEY, [asdict(one) for one in found], CACHE_SECONDS)
        else:
            cache.delete(CACHE_KEY)
    except Exception:
        # The cache may be gone at any time; each machine still has its own eyes.
        logger.warning("others could not be told of the state of the logs", exc_info=True)


def _told_by_others() -> tuple[Shortfall, ...]:
    try:
        told: list[dict[str, Any]] = cache.get(CACHE_KEY) or []
    except Exception:  # noqa: BLE001
        return ()
    return tuple(Shortfall(**one) for one in told)
