"""What every page must keep to, held against the files themselves."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template, render_to_string

BASE = Path(settings.BASE_DIR)
TEMPLATES = sorted((BASE / "templates").rglob("*.html"))
VENDOR = BASE / "static" / "vendor"


def tokens(selector: str) -> dict[str, str]:
    css = (BASE / "static" / "css" / "app.css").read_text()
    block = css[css.index(selector + " {") :]
    return dict(re.findall(r"(--[\w-]+|color-scheme): ([^;]+);", block[: block.index("}")]))


def test_the_two_dark_palettes_are_the_same():
    chosen = tokens(':root[data-weui-theme="dark"]')

    assert chosen == tokens(':root:not([data-weui-theme="light"])')
    assert set(chosen) == set(tokens(":root"))


def test_vendored_files_are_as_published():
    listed = dict(line.split("  ")[::-1] for line in (VENDOR / "SHA256SUMS").read_text().splitlines())

    found = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.glob("*/*")
    }

    assert found == listed


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(BASE / "templates").as_posix())
def test_template_keeps_to_the_content_policy(path):
    source = path.read_text()

    assert not re.search(r"<[^>]*\sstyle=", source), "inline style is dropped by the policy"
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", source), "inline style or script"
    assert not re.search(r"<[^>]*\son[a-z]+=", source), "inline handler"
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", source), "an address outside"
    assert not re.search(r"\shx-on|\sjs:", source), "htmx may not evaluate"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(BASE / "templates").as_posix())
def test_template_compiles(path):
    get_template(path.relative_to(BASE / "templates").as_posix())


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_refusal_pages_need_no_context(name):
    html = render_to_string(f"{name}.html")

    assert "<h1>" in html
    assert 'href="/"' in html


def test_shell_says_the_theme_and_mode_where_the_stylesheets_read_them():
    html = render_to_string("base.html", {"appearance": {"theme": "dark", "care": True}, "tabs": []})

    assert re.search(r'<html lang="zh-Hans" data-weui-theme="dark" data-weui-mode="care">', html)
    assert re.search(r'<body class="" data-weui-theme="dark" data-weui-mode="care"', html)
    assert "<nav" not in html


def test_tabs_show_only_what_exists():
    tab = {"key": "home", "label": "首页", "url": "/", "icon": "home", "current": True, "count": 0}

    html = render_to_string("base.html", {"tabs": [tab]})

    assert html.count("<li>") == 1
    assert '<a href="/" aria-current="page">' in html


def test_scripts_build_no_code_from_text():
    script = (BASE / "static" / "js" / "app.js").read_text()

    assert not re.search(
        r"\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write",
        script.replace('"innerHTML"', ""),
    )
    assert len(script.splitlines()) < 260


def test_partials_say_what_they_take():
    for path in (BASE / "templates" / "partials").glob("*.html"):
        assert "{% comment %}" in path.read_text(), path.name


def test_template_engine_is_the_projects_own():
    assert Path(engines["django"].dirs[0]) == BASE / "templates"
