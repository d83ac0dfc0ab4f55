"""The pages as they were built: small, and asking nobody else for anything."""

import gzip
import re
from pathlib import Path

import pytest

from trunkline.web.page import STATIC

ROOT = Path(__file__).parents[2]

MOST = 150_000
"""Bytes of JavaScript of one page, compressed."""

_LOADED = re.compile(
    r"""(?:src|href)="(\.\.?/[^"$]+\.js)"|(?:from|import\()\s*["'](\.?/[^"']+\.js)["']"""
)


PAGES = sorted(STATIC.glob("*.html"))
_each = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def scripts(file: Path) -> set[Path]:
    """All JavaScript that a page or a script loads, now or later."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        one = waiting.pop()
        for by_page, by_script in _LOADED.findall(one.read_text(encoding="utf-8")):
            # A page may lie deeper in the site than in the folder; never above its root.
            page_relative = STATIC / by_page.removeprefix("./").removeprefix("../")
            script = page_relative if by_page else (one.parent / by_script).resolve()
            if script not in found:
                found.add(script)
                waiting.append(script)
    return found


def test_all_pages_were_built() -> None:
    assert {"index.html", "status.html", "watch.html"} <= {page.name for page in PAGES}, (
        "run `make page` first"
    )


@_each
def test_a_page_is_small(page: Path) -> None:
    sizes = {script.name: len(gzip.compress(script.read_bytes(), 9)) for script in scripts(page)}
    assert sizes, "a page without JavaScript shows nothing"
    assert sum(sizes.values()) < MOST, sizes


@_each
def test_a_page_names_no_other_host_and_has_nothing_inline(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)
    assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=", text)


def test_the_guide_is_there_without_scripts_and_its_links_lead_somewhere() -> None:
    guide = {page.stem for page in (ROOT / "docs/guide").glob("*.md")}
    pages = {
        page.stem: page.read_text(encoding="utf-8") for page in (STATIC / "docs").glob("*.html")
    }
    assert pages.keys() == {*guide, "index"}
    for name, text in pages.items():
        assert not re.search(r"<script|<style| style=| on\w+=", text), name
        for target in re.findall(r'(?:href|src)="(?!https?:)([^"]*)"', text):
            page, _, anchor = target.partition("#")
            if page in {"../", "./"}:
                continue
            if "." in page:
                assert (STATIC / "docs" / page).is_file(), f"{name} loads {target}"
                continue
            assert not anchor or f'id="{anchor}"' in pages[page or name], f"{name} links {target}"
