"""最大公约数: what people who answered short statements agree on, and where they part.

Pure: answers in, a plain document out; numpy and nothing of ours. After the published method of Polis
(principal components, k-means, smoothed shares; read in public material), with two changes that recover
sparse answers better: everybody then moves to the group whose shares explain their answers best, and
the number of groups is the one that foretells best the answers held back (docs/common-ground.md).

The same answers give the same document, in whatever order they come and whatever numbers stand for
people: rows are sorted by what was said, every draw has a fixed seed, figures are rounded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AGREE, PASS, DISAGREE = 1, 0, -1
SEED = 20210101
#: Who answered at least so many statements (or all there are) is placed.
ENOUGH_ANSWERS = 7
#: Where fewer people than this did, those who answered most are placed all the same.
FEWEST_PEOPLE = 15
MOST_GROUPS = 5
#: Directions in which groups are sought; two of them are drawn.
DIRECTIONS = 6
RESTARTS = 6
#: Into so many parts the answers are cut to be held back in turn, and of so many people at most.
PARTS = 5
CHOSEN_FROM = 600
ROUNDS = 60
#: So many invented answers of each kind keep a share from being nought or all.
SMOOTHING = 0.5
#: One-sided 90 %: a share that says more than chance.
Z_CLEAR = 1.2816
CONSENSUS_SHARE = 0.6
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person, by any number that stands for them, says to one statement."""

    person: int
    statement: int
    value: int


def find_common_ground(
    answers: Iterable[Answer], statements: Sequence[int], *, group_min: int
) -> dict[str, Any]:
    """The document of a map: people placed, groups, consensus, what divides.

    ``statements`` are the numbers that are open; answers to others are left out. Groups of fewer
    than ``group_min`` people are shown in no figure and no point.
    """
    people, table = _table(answers, statements)
    placed = _placed(table)
    points, groups = _place(table[placed])
    sizes = np.bincount(groups, minlength=int(groups.max(initial=-1)) + 1)
    shown = [group for group in range(len(sizes)) if sizes[group] >= group_min]
    if len(shown) < 2:
        # One group is nobody's; everybody is then simply everybody.
        shown = []
    order = sorted(shown, key=lambda group: (-int(sizes[group]), group))
    names = {group: place + 1 for place, group in enumerate(order)}
    by_group = [table[placed][groups == group] for group in order]
    enough = len(people) >= group_min
    figures = [_figures(table[:, column], by_group, column) for column in range(len(statements))]
    return {
        "people": len(people),
        "placed": int(placed.sum()),
        "answers": int(np.isfinite(table).sum()),
        "hidden": int(sum(size for group, size in enumerate(sizes) if group not in names)) if names else 0,
        "groups": [
            {
                "number": names[group],
                "size": int(sizes[group]),
                "stands_for": _stands_for(figures, place, statements),
            }
            for place, group in enumerate(order)
        ],
        "points": _drawn(points, groups, names) if enough else [],
        "statements": [
            {"statement": int(statement), **figure}
            for statement, figure in zip(statements, figures, strict=True)
        ]
        if enough
        else [],
        "consensus": _consensus(figures, statements) if enough else [],
        "divides": _divides(figures, statements) if names else [],
    }


def positions(
    answers: Iterable[Answer], statements: Sequence[int], *, group_min: int
) -> dict[int, dict[str, Any]]:
    """By person: the point and the group (0: in none that is shown). Never stored, never shown to others."""
    answers = list(answers)
    people, table = _table(answers, statements)
    placed = _placed(table)
    points, groups = _place(table[placed])
    sizes = np.bincount(groups, minlength=int(groups.max(initial=-1)) + 1)
    shown = [group for group in range(len(sizes)) if sizes[group] >= group_min]
    order = sorted(shown, key=lambda group: (-int(sizes[group]), group)) if len(shown) > 1 else []
    names = {group: place + 1 for place, group in enumerate(order)}
    there = [person for person, is_placed in zip(people, placed, strict=True) if is_placed]
    return {
        person: {"x": _round(x), "y": _round(y), "group": names.get(int(group), 0)}
        for person, (x, y), group in zip(there, points, groups, strict=True)
    }


# --- the table ---------------------------------------------------------------------------


def _table(answers: Iterable[Answer], statements: Sequence[int]) -> tuple[list[int], Floats]:
    """People by statements, in an order that no longer tells who was first; NaN where nothing was said."""
    column_of = {statement: column for column, statement in enumerate(statements)}
    said: dict[int, dict[int, int]] = {}
    for answer in answers:
        column = column_of.get(answer.statement)
        if column is not None:
            said.setdefault(answer.person, {})[column] = answer.value
    rows = []
    for person, values in said.items():
        row = np.full(len(statements), np.nan)
        for column, value in values.items():
            row[column] = value
        rows.append((tuple(2 if np.isnan(cell) else int(cell) for cell in row), person, row))
    # By what they said, so that the numbers that stand for people change nothing.
    rows.sort(key=lambda entry: (entry[0], entry[1]))
    table = np.array([row for _, _, row in rows]) if rows else np.empty((0, len(statements)))
    return [person for _, person, _ in rows], table


def _placed(table: Floats) -> NDArray[np.bool_]:
    """Who said enough to be placed."""
    counts = np.isfinite(table).sum(axis=1)
    enough: NDArray[np.bool_] = counts >= min(ENOUGH_ANSWERS, table.shape[1])
    enough &= counts > 0
    if enough.sum() < FEWEST_PEOPLE and len(counts):
        most = np.argsort(-counts, kind="stable")[:FEWEST_PEOPLE]
        enough = np.zeros(len(counts), dtype=bool)
        enough[most] = counts[most] > 0
    return enough


# --- where people stand ------------------------------------------------------------------


def _place(table: Floats) -> tuple[Floats, Ints]:
    """Two coordinates and a group for each row."""
    people, statements = table.shape
    if people < 4 or statements < 2:
        return np.zeros((people, 2)), np.zeros(people, dtype=np.int64)
    coordinates = _coordinates(table)
    return _round_all(coordinates[:, :2]), _groups(table, coordinates)


def _coordinates(table: Floats) -> Floats:
    """Each row in the principal directions of the table, the largest first."""
    people, statements = table.shape
    known = np.isfinite(table)
    means = _means(table, known)
    filled = np.where(known, table - means, 0.0)
    directions = _directions(filled, min(DIRECTIONS, people - 1, statements))
    # Who said little lies near the middle only because of that: stretch by what is missing.
    stretch = np.sqrt(statements / np.maximum(known.sum(axis=1), 1))
    coordinates: Floats = (filled @ directions.T) * stretch[:, None]
    return coordinates


def _means(table: Floats, known: NDArray[np.bool_]) -> Floats:
    counts = np.maximum(known.sum(axis=0), 1)
    means: Floats = np.where(known, table, 0.0).sum(axis=0) / counts
    return means


def _directions(centred: Floats, number: int) -> Floats:
    """Principal directions, largest first; signs fixed so that nothing flips from run to run."""
    values, vectors = np.linalg.eigh(np.round(centred.T @ centred, 9))
    directions = vectors[:, np.argsort(-values, kind="stable")[:number]].T
    for place, direction in enumerate(directions):
        weightiest = int(np.argmax(np.round(np.abs(direction), 9)))
        if direction[weightiest] < 0:
            directions[place] = -direction
    if directions.shape[0] < 2:
        directions = np.vstack([directions, np.zeros((2 - directions.shape[0], centred.shape[1]))])
    return directions


def _groups(table: Floats, coordinates: Floats) -> Ints:
    """A group for each row: as many groups as foretell best what is held back, one where none do.

    k-means over the coordinates gives the start; then everybody goes to the group whose shares explain best
    what they said, until nobody moves.
    """
    number = _how_many(table)
    if number == 1:
        return np.zeros(len(table), dtype=np.int64)
    return _in_order_of_place(_found(_said(table), coordinates, number), coordinates)


def _said(table: Floats) -> Floats:
    """Ones where a value was said: by value, person and statement."""
    return np.stack([table == value for value in (AGREE, PASS, DISAGREE)]).astype(np.float64)


def _found(said: Floats, coordinates: Floats, number: int) -> Ints:
    # As many groups need as many directions less one; more of them add noise.
    within = coordinates[:, : max(2, number - 1)]
    best: Ints | None = None
    most = -np.inf
    for start in _k_means(within, number):
        groups = _explained(said, start, number)
        likelihood = round(_foretold(said, said, groups, number), 6)
        if likelihood > most:
            best, most = groups, likelihood
    assert best is not None
    return best


def _how_many(table: Floats) -> int:
    """The number of groups that foretells best the answers held back, a part of them at a time."""
    people = len(table)
    if people > CHOSEN_FROM:
        table = table[np.linspace(0, people - 1, CHOSEN_FROM).astype(np.int64)]
    numbers = range(1, min(MOST_GROUPS, 2 + people // 12) + 1)
    said, draw = _said(table), np.random.default_rng(SEED)
    part = draw.integers(PARTS, size=table.shape)
    foretold = dict.fromkeys(numbers, 0.0)
    for held_back in range(PARTS):
        shown = np.where(part == held_back, np.nan, table)
        seen, hidden = _said(shown), said * (part == held_back)
        coordinates = _coordinates(shown)
        for number in numbers:
            groups = _found(seen, coordinates, number) if number > 1 else np.zeros(len(table), dtype=np.int64)
            foretold[number] += _foretold(seen, hidden, groups, number)
    return max(numbers, key=lambda number: (round(foretold[number], 6), -number))


def _foretold(seen: Floats, asked: Floats, groups: Ints, number: int) -> float:
    """The log-likelihood of ``asked``, by shares and memberships learnt from what was ``seen``."""
    logs, weights = _log_shares(seen, groups, number)
    belonging = np.einsum("vps,vgs->pg", seen, logs, optimize=True) + weights
    belonging = np.exp(belonging - belonging.max(axis=1, keepdims=True))
    belonging /= belonging.sum(axis=1, keepdims=True)
    shares = np.einsum("pg,vgs->vps", belonging, np.exp(logs), optimize=True)
    return float((asked * np.log(shares)).sum())


def _explained(said: Floats, groups: Ints, number: int) -> Ints:
    """Move everybody to the group that explains their answers best, until nobody moves."""
    for _ in range(ROUNDS):
        logs, weights = _log_shares(said, groups, number)
        scores = np.einsum("vps,vgs->pg", said, logs, optimize=True) + weights
        moved: Ints = np.argmax(np.round(scores, 9), axis=1)
        if np.array_equal(moved, groups):
            break
        groups = moved
    return groups


def _log_shares(said: Floats, groups: Ints, number: int) -> tuple[Floats, Floats]:
    """Logarithms of each group's smoothed shares by value and statement, and of its share of the people."""
    members = np.stack([groups == group for group in range(number)]).astype(np.float64)
    counts = np.einsum("gp,vps->vgs", members, said, optimize=True)
    logs: Floats = np.log((counts + SMOOTHING) / (counts.sum(axis=0) + 3 * SMOOTHING))
    weights: Floats = np.log((members.sum(axis=1) + 1) / (len(groups) + number))
    return logs, weights


def _k_means(points: Floats, number: int) -> list[Ints]:
    """Several partings, each from a start spread by distance (k-means++) from a fixed seed."""
    draw = np.random.default_rng(SEED + number)
    found: list[Ints] = []
    for _ in range(RESTARTS):
        centres = _spread(points, number, draw)
        groups = _nearest(points, centres)
        for _ in range(ROUNDS):
            for group in range(number):
                members = points[groups == group]
                if len(members):
                    centres[group] = members.mean(axis=0)
            moved = _nearest(points, centres)
            if np.array_equal(moved, groups):
                break
            groups = moved
        found.append(groups)
    return found


def _spread(points: Floats, number: int, draw: np.random.Generator) -> Floats:
    chosen = [int(draw.integers(len(points)))]
    while len(chosen) < number:
        distances = np.round(((points[:, None, :] - points[chosen][None]) ** 2).sum(axis=2).min(axis=1), 9)
        total = distances.sum()
        place = (
            int(np.searchsorted(np.cumsum(distances), draw.random() * total))
            if total > 0
            else int(draw.integers(len(points)))
        )
        chosen.append(min(place, len(points) - 1))
    return points[chosen].copy()


def _nearest(points: Floats, centres: Floats) -> Ints:
    distances = np.stack([((points - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
    nearest: Ints = np.argmin(np.round(distances, 9), axis=1)
    return nearest


def _in_order_of_place(groups: Ints, coordinates: Floats) -> Ints:
    """The same groups, numbered from left to right."""
    names = np.unique(groups)
    centres = [tuple(np.round(coordinates[groups == name].mean(axis=0), 6)) for name in names]
    order = sorted(range(len(names)), key=lambda place: centres[place])
    found = np.zeros_like(groups)
    for place, old in enumerate(order):
        found[groups == names[old]] = place
    return found


# --- what was said -----------------------------------------------------------------------


def _figures(column: Floats, by_group: list[Floats], place: int) -> dict[str, Any]:
    """Of one statement: how many agree, disagree and pass, in all and in each group that is shown."""
    return {**_counts(column), "groups": [_counts(group[:, place]) for group in by_group]}


def _counts(column: Floats) -> dict[str, int]:
    return {
        "agree": int((column == AGREE).sum()),
        "disagree": int((column == DISAGREE).sum()),
        "pass": int((column == PASS).sum()),
    }


def _share(counts: dict[str, Any], what: str) -> float:
    """The smoothed share (n + 1) / (s + 2): few answers say little."""
    seen = counts["agree"] + counts["disagree"] + counts["pass"]
    return float((counts[what] + 1) / (seen + 2))


def _is_clear(counts: dict[str, Any], what: str) -> bool:
    """Whether more than half say so, beyond chance."""
    seen = counts["agree"] + counts["disagree"] + counts["pass"]
    if seen == 0:
        return False
    return bool((2 * (counts[what] + 1) / (seen + 1) - 1) * np.sqrt(seen + 1) > Z_CLEAR)


def _consensus(figures: list[dict[str, Any]], statements: Sequence[int]) -> list[dict[str, Any]]:
    """What every group (everybody, where there is none) agrees or disagrees with: strongest first."""
    found: list[dict[str, Any]] = []
    for statement, figure in zip(statements, figures, strict=True):
        parts = figure["groups"] or [figure]
        for what in ("agree", "disagree"):
            shares = [_share(part, what) for part in parts]
            if min(shares) >= CONSENSUS_SHARE and _is_clear(figure, what):
                found.append(
                    {
                        "statement": int(statement),
                        "says": what,
                        "strength": _round(float(np.prod(shares) ** (1 / len(shares)))),
                    }
                )
    found.sort(key=lambda one: (-one["strength"], one["statement"]))
    return found


def _divides(figures: list[dict[str, Any]], statements: Sequence[int]) -> list[dict[str, Any]]:
    """Where two groups are furthest apart: widest first."""
    found: list[dict[str, Any]] = []
    for statement, figure in zip(statements, figures, strict=True):
        shares = [_share(part, "agree") for part in figure["groups"]]
        against = [_share(part, "disagree") for part in figure["groups"]]
        apart = max(shares) - min(shares)
        if apart >= 1 / 3 and max(against) - min(against) >= 1 / 5:
            found.append({"statement": int(statement), "apart": _round(apart)})
    found.sort(key=lambda one: (-one["apart"], one["statement"]))
    return found[: 2 * MOST_SHOWN]


def _stands_for(figures: list[dict[str, Any]], place: int, statements: Sequence[int]) -> list[dict[str, Any]]:
    """What sets one group apart: said by its people, beyond chance, more than by all the others."""
    found: list[dict[str, Any]] = []
    for statement, figure in zip(statements, figures, strict=True):
        own = figure["groups"][place]
        rest = {
            key: sum(part[key] for other, part in enumerate(figure["groups"]) if other != place)
            for key in ("agree", "disagree", "pass")
        }
        for what in ("agree", "disagree"):
            difference = _two_shares(own, rest, what)
            if difference > Z_CLEAR and _is_clear(own, what):
                ratio = _share(own, what) / _share(rest, what)
                found.append(
                    {
                        "statement": int(statement),
                        "says": what,
                        "share": _round(_share(own, what)),
                        "ratio": _round(ratio),
                    }
                )
    found.sort(key=lambda one: (-one["share"] * one["ratio"], one["statement"]))
    return found[:MOST_SHOWN]


def _two_shares(own: dict[str, Any], rest: dict[str, Any], what: str) -> float:
    """The z of the test that two shares are one."""
    seen = sum(own[key] for key in ("agree", "disagree", "pass"))
    others = sum(rest[key] for key in ("agree", "disagree", "pass"))
    if not seen or not others:
        return 0.0
    first, second = (own[what] + 1) / (seen + 1), (rest[what] + 1) / (others + 1)
    pooled = (own[what] + rest[what] + 2) / (seen + others + 2)
    error = np.sqrt(max(pooled * (1 - pooled), 1e-12) * (1 / (seen + 1) + 1 / (others + 1)))
    return float((first - second) / error)


# --- what is drawn -----------------------------------------------------------------------


def _drawn(points: Floats, groups: Ints, names: dict[int, int]) -> list[list[float]]:
    """Points with their group, in order of place; with groups, those in none that is shown are left out."""
    found = [
        [_round(x), _round(y), names.get(int(group), 0)]
        for (x, y), group in zip(points, groups, strict=True)
        if not names or int(group) in names
    ]
    return sorted(found)


def _round_all(values: Floats) -> Floats:
    return np.round(values, 4) + 0.0


def _round(value: float) -> float:
    return round(float(value), 4) + 0.0
