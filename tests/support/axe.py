"""What axe-core finds that a page lacks for people who cannot see it, or use no mouse."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

SCRIPT = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"

# Motion is taken as it is: what fades in has to have ended before its contrast is looked at.
_RUN = """async () => {
    await Promise.allSettled(
        document.getAnimations()
            .filter(one => one.effect.getComputedTiming().iterations !== Infinity)
            .map(one => one.finished),
    );
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations;
}"""


async def axe(page: Page) -> list[str]:
    """Every violation on the page as it is now: the rule, what it wants, and where."""
    # Evaluated by the debugger: a script element would break the page's own policy.
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(_source())
    violations: list[dict[str, Any]] = await page.evaluate(_RUN)
    return [_sentence(violation) for violation in violations]


@cache
def _source() -> str:
    if not SCRIPT.exists():
        pytest.skip("needs axe-core: make setup")
    return SCRIPT.read_text(encoding="utf-8")


def _sentence(violation: dict[str, Any]) -> str:
    where = "; ".join(
        f"{node['html'][:160]}: {node['failureSummary']}" for node in violation["nodes"]
    )
    return f"{violation['id']}: {violation['help']}: {where}"
