"""The guide says what is so."""

import re
import tomllib
from pathlib import Path

from trunkline.cli.serve import serve
from trunkline.config import Settings
from trunkline.loading import load

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def rows() -> dict[str, str]:
    """Key → options, as the guide's table has them."""
    text = (GUIDE / "settings.md").read_text(encoding="utf-8")
    # Those of the first table, which has four columns.
    return dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|[^|]*\|[^|]*\|$", text, re.MULTILINE))


def test_every_setting_is_in_the_guide_in_its_order() -> None:
    assert list(rows()) == list(Settings.descriptions())


def test_every_option_in_the_guide_exists() -> None:
    arguments = {name.replace("_", "-") for name in serve.__annotations__}
    options = re.findall(r"--([a-z-]+)", " ".join(rows().values()))
    assert options
    assert set(options) <= arguments


def test_the_guides_files_are_settings_files(tmp_path: Path) -> None:
    text = (GUIDE / "settings.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        (tmp_path / "t.toml").write_text(example)
        settings = load({}, tmp_path / "t.toml", {})
        given = tomllib.loads(example)
        assert given
        # What is given is not what is so without it.
        same = [name for name in given if getattr(settings, name) == getattr(Settings(), name)]
        assert same == []


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)", text):
            file = page.parent / target if target else page
            assert file.exists(), f"{page.name} links to {target}"
            if anchor:
                assert anchor[1:] in _anchors(file), f"{page.name} links to {target}{anchor}"


def _anchors(page: Path) -> set[str]:
    """What a heading is called in a link: lower case, words joined, no punctuation."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
