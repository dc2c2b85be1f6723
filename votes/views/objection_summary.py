"""What the pages of an assembly say of its objections."""

from datetime import datetime
from typing import Any

from communities.models import User
from votes.models import Assembly
from votes.objecting import ObjectionFigures, kinds_open_to, objection_figures


def objection_summary(user: User, assembly: Assembly, at: datetime) -> dict[str, Any]:
    """What the pages of an assembly say of objections: figures, and what this person may raise now."""
    open_to = kinds_open_to(user, assembly, at)
    return {
        "figures": objection_figures([assembly], at).get(assembly.pk, ObjectionFigures()),
        "may_object": bool(open_to),
        "until": max((window.ends for window in open_to if window.ends), default=None),
    }
