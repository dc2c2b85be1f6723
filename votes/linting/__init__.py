"""Checking an assembly before it is posted: what would let its result be disputed later.

Errors block the publication. A warning may be wrong about the case at hand, so
somebody may sign for it with a reason, which the owners can read. Every rule
names its source: an article, or a dispute that it would have spared.
``docs/linting.md`` lists them all.
"""

from . import (
    about_election,
    about_motions,
    about_notice,
    about_papers,
    about_recall,
    about_roll,
    about_scope,
    about_secrecy,
    about_window,
)
from .catalogue import CATALOGUE, Draft, Finding, LintRule, Severity, lint

__all__ = [
    "CATALOGUE",
    "Draft",
    "Finding",
    "LintRule",
    "Severity",
    "about_election",
    "about_motions",
    "about_notice",
    "about_papers",
    "about_recall",
    "about_roll",
    "about_scope",
    "about_secrecy",
    "about_window",
    "lint",
]
