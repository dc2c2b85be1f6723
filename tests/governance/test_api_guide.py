"""``docs/api.md`` names every address with its methods, and no other."""

import re

from django.conf import settings

from tests.governance.matrix.requests import all_routes
from tests.governance.matrix.table import TABLE


def test_the_guide_lists_every_address_with_its_methods():
    guide = (settings.BASE_DIR / "docs" / "api.md").read_text().partition("## All addresses")[2]
    told = {}
    for line in guide.splitlines():
        if found := re.match(r"\| (`.*?`) \| (.*) \|$", line):
            for address in re.findall(r"`(.*?)`", found[1]):
                told[address] = set(re.findall(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b", found[2]))
    methods: dict[str, set[str]] = {}
    for rule in TABLE:
        for method, name in rule.lines():
            methods.setdefault(name, set()).add(method)
    there = {
        re.sub(r"<\w+:", "<", route.pattern.removeprefix("api/v1/")): methods[route.name]
        for route in all_routes()
        if route.name.startswith("api:") and route.name in methods
    }
    assert told == there
