"""What every file of the project keeps to, whoever wrote it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from django.conf import settings

from governance.celery import app

ROOT = Path(settings.BASE_DIR)
THIS = Path(__file__).resolve()
PACKAGES = ("communities", "votes", "governance")
#: Read as text. Everything else tracked is a picture, a spreadsheet or a compiled catalogue.
TEXT = {
    ".py",
    ".html",
    ".css",
    ".js",
    ".md",
    ".txt",
    ".toml",
    ".sh",
    ".yml",
    ".conf",
    ".service",
    ".svg",
    ".po",
    "",
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a checkout of git")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def lines_matching(pattern: str, paths: list[Path]) -> list[str]:
    compiled = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if compiled.search(line)
    ]


def test_packages_and_layers_point_one_way():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_settings_import_nothing_of_ours():
    imported = {
        f"{path.name}: {name}"
        for path in (ROOT / "governance/settings").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported_names(node)
        if name.split(".")[0] in PACKAGES
    }
    assert imported == set()


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    # One dot is the settings folder itself; two leave it.
    if isinstance(node, ast.ImportFrom) and node.level > 1:
        return ["governance"]
    return []


def test_every_variable_of_the_environment_is_in_the_example():
    sources = "".join(path.read_text() for path in (ROOT / "governance/settings").glob("*.py"))
    read = set(re.findall(r'env(?:\.[a-z]+)?\(\s*"([A-Z_]+)"', sources)) | {"DATABASE_URL", "REDIS_URL"}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert listed == read | {"DJANGO_SETTINGS_MODULE", "TEST_DATABASE_URL", "TEST_REDIS_URL"}


def test_no_file_knows_a_machine_or_a_registry():
    paths = [
        path for path in tracked() if path.suffix in TEXT and "vendor" not in path.parts and path != THIS
    ]
    machine = r"(?<![\w.])/(?:work|root|home|Users|private/tmp|opt)/[\w.]"
    registry = r"--(?:extra-)?index-url|[\"'\s]https?://[^\"'\s]*/(?:simple|packages)/|[\"']resolved[\"']:\s*[\"']http"
    assert lines_matching(f"{machine}|{registry}", paths) == []


def licences(name: str) -> list[str]:
    about = metadata.metadata(name)
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    stated = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or [])]
    return [*(text.split("\n")[0] for text in stated), *classifiers]


def production_distributions() -> list[str]:
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    installed = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower() for one in metadata.distributions()}
    return [name for name in pinned if re.sub(r"[-_.]+", "-", name).lower() in installed]


#: Offered under several licences; which of them we take.
CHOSEN = {"pyphen": "MPL"}


@pytest.mark.parametrize("name", production_distributions())
def test_no_dependency_asks_for_more_than_its_own_source(name):
    # The lesser GPL is met by naming and pinning the library; GPL and AGPL would be ours to carry.
    stated = [text for text in licences(name) if text]
    assert stated, f"{name} states no licence"
    strong = re.compile(r"AGPL|Affero|(?<![L])GPL|(?<!Lesser )General Public License", re.IGNORECASE)
    if name in CHOSEN:
        assert any(re.search(rf"\b(?:{CHOSEN[name]}|Mozilla)", text) for text in stated)
    else:
        assert [text for text in stated if strong.search(text)] == []


def templates() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".html"]


def test_templates_carry_no_style_and_no_script_of_their_own():
    # A strict content security policy drops these without a word.
    inline = r"""<[^>]*\s(?:style|on[a-z]+)\s*=\s*["']|<style\b|<script(?![^>]*\ssrc=)|javascript:"""
    assert lines_matching(inline, templates()) == []


def test_templates_ask_nothing_of_other_hosts():
    outside = r"""(?:src|href|action|srcset)\s*=\s*["'](?:https?:)?//"""
    assert lines_matching(outside, templates()) == []


def writes() -> dict[str, ast.FunctionDef]:
    """The functions of services that open a transaction, by file, line and name."""
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node
        for package in PACKAGES
        for path in sorted((ROOT / package / "services").rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and "transaction.atomic" in ast.unparse(node)
    }


def test_the_verifier_needs_nothing_of_ours():
    imported = {
        name.split(".")[0]
        for name in ALONE
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        for name in imported_names(node)
    }
    assert imported <= set(sys.stdlib_module_names) | {"cryptography", "nacl"}


def test_writes_take_their_arguments_by_name():
    assert writes()
    by_position = [
        name
        for name, function in writes().items()
        if not function.name.startswith("_")
        if function.args.args or function.args.posonlyargs or function.args.vararg
    ]
    assert by_position == []


def test_writes_say_what_they_promise():
    public = {name: function for name, function in writes().items() if not function.name.startswith("_")}
    assert [name for name, function in public.items() if not ast.get_docstring(function)] == []


def test_every_scheduled_sweep_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(app.tasks) == set()


#: Handed out as one file that must run copied alone, so it cannot be parted.
ALONE = {"votes/evidence/verifier.py"}


def test_no_file_has_grown_past_finding_ones_way():
    long = {
        str(path.relative_to(ROOT)): length
        for path in tracked()
        if path.suffix in {".py", ".js"} and not {"migrations", "vendor", "tests"} & set(path.parts)
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert set(long) - ALONE == set(), long
