"""A figure, and where figures are written down."""

import json
import resource
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
JSON_FILE = ROOT / "build" / "bench.json"
PAGE = ROOT / "docs" / "benchmarks.md"

HEAD = """# Benchmarks

Written by `make bench`; do not edit. Machine: 2 cores, everything on the same
machine (database, server and load). Seconds differ from machine to machine and
run to run; the ratios, taken within one run, are what to compare.

| what | value | unit | limit | |
|---|---:|---|---|---|
"""


@dataclass(frozen=True)
class Figure:
    """One measurement. ``limit`` is what it may be at most ("<= 10") or must be at least (">= 0.08")."""

    name: str
    value: float
    unit: str
    limit: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if not self.limit:
            return None
        comparison, bound = self.limit.split()
        return self.value <= float(bound) if comparison == "<=" else self.value >= float(bound)


def peak_memory() -> float:
    """The largest size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def emit(figures: Iterable[Figure]) -> None:
    """Hand figures to the program that started this one."""
    print("FIGURES " + json.dumps([asdict(figure) for figure in figures]), flush=True)


def _printed(limit: str) -> str:
    return limit.replace("<=", "≤").replace(">=", "≥")


def write_down(figures: list[Figure]) -> None:
    """Write ``build/bench.json`` and ``docs/benchmarks.md`` from the same figures."""
    rows: list[dict[str, Any]] = [
        {
            "name": figure.name,
            "value": figure.value,
            "unit": figure.unit,
            "limit": figure.limit,
            "ok": figure.ok,
        }
        for figure in figures
    ]
    JSON_FILE.parent.mkdir(exist_ok=True)
    JSON_FILE.write_text(json.dumps({"figures": rows}, ensure_ascii=False, indent=1) + "\n")
    words = {True: "kept", False: "**missed**", None: ""}
    lines = [
        f"| {one.name} | {one.value:,g} | {one.unit} | {_printed(one.limit)} | {words[one.ok]} |"
        for one in figures
    ]
    PAGE.write_text(HEAD + "\n".join(lines) + "\n")
