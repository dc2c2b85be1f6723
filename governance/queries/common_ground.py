"""A map of common ground in words and shapes: consensus first, then what divides."""

from typing import Any

from governance.models import OpinionMap, Proposal

#: The picture is so many units wide and high.
WIDE, HIGH, RIM = 640, 420, 24
SHOWN = 10


def newest_map(proposal: Proposal) -> OpinionMap | None:
    return proposal.opinion_maps.order_by("-drawn_at", "-pk").first()


def map_page(found: OpinionMap) -> dict[str, Any]:
    """What the page shows: texts beside their counts, points in the units of the picture."""
    result = found.result
    texts = dict(found.proposal.statements.values_list("number", "text"))
    figures = {one["statement"]: one for one in result["statements"]}

    def row(statement: int, **more: Any) -> dict[str, Any]:
        figure = figures[statement]
        counts = {key: figure[key] for key in ("agree", "disagree", "pass")}
        groups = list(enumerate(figure["groups"], start=1))
        about = {"number": statement, "text": texts.get(statement, ""), "groups": groups}
        return {**about, **counts, "parts": bar(figure), **more}

    return {
        "people": result["people"],
        "answers": result["answers"],
        "hidden": result["hidden"],
        "consensus": [row(one["statement"], says=one["says"]) for one in result["consensus"]][:SHOWN],
        "divides": [row(one["statement"]) for one in result["divides"]],
        "groups": [
            {
                **group,
                "stands_for": [
                    row(
                        one["statement"],
                        says=one["says"],
                        **of_group(figures[one["statement"]]["groups"][group["number"] - 1]),
                    )
                    for one in group["stands_for"]
                ],
            }
            for group in result["groups"]
        ],
        "all": [row(statement) for statement in figures],
        "points": scaled(result["points"]),
        "wide": WIDE,
        "high": HIGH,
    }


def of_group(part: dict[str, Any]) -> dict[str, Any]:
    """The counts of one group in the place of everybody's."""
    return {key: part[key] for key in ("agree", "disagree", "pass")} | {"parts": bar(part)}


def bar(figure: dict[str, Any]) -> list[tuple[str, int, int]]:
    """Agree, pass, disagree as (kind, from, width) in percent for a bar; for the eye only."""
    total = figure["agree"] + figure["disagree"] + figure["pass"]
    parts, begins = [], 0
    for kind in ("agree", "pass", "disagree"):
        width = round(100 * figure[kind] / total) if total else 0
        parts.append((kind, begins, width))
        begins += width
    return parts


def scaled(points: list[list[float]]) -> list[tuple[int, int, int]]:
    """(x, y, group) within the picture."""
    if not points:
        return []
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    left, low = min(xs), min(ys)
    across, up = (max(xs) - left) or 1.0, (max(ys) - low) or 1.0
    return [
        (
            round(RIM + (x - left) / across * (WIDE - 2 * RIM)),
            round(HIGH - RIM - (y - low) / up * (HIGH - 2 * RIM)),
            int(group),
        )
        for x, y, group in points
    ]
