"""Headless Chromium with a fresh profile, in a network namespace where a test wants that."""

import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--ignore-certificate-errors",
    # Several pages share one browser: those in the background must go on drawing and decoding.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)

ONE_LOOP = pytest.mark.asyncio(loop_scope="module")
"""For files whose tests share a browser, which belongs to the loop that started it."""

# Where there is no IPv4 but loopback, this Chromium does not get to hide its addresses behind names
# of multicast DNS, and offers none.
SHOW_ADDRESSES = ("--disable-features=WebRtcHideLocalIpsWithMdns",)


def chromium_path() -> str:
    """The system's Chromium; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.skip("needs Chromium: apt-get install chromium")


@asynccontextmanager
async def chromium(
    *, inside: Sequence[str] = (), flags: Sequence[str] = ()
) -> AsyncIterator[Browser]:
    """Run a browser of its own.

    Args:
        inside: a command that runs another one, for example in a namespace.
        flags: more than the usual ones.
    """
    path = chromium_path()
    with tempfile.TemporaryDirectory(prefix="trunkline-browser-") as folder:
        if inside:
            path = _wrapper(Path(folder), [*inside, path])
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=path, args=[*FLAGS, *flags], handle_sigint=False
            )
            try:
                yield browser
            finally:
                await browser.close()


def _wrapper(folder: Path, command: Sequence[str]) -> str:
    """Playwright starts one program; make one that starts the browser where it shall run."""
    script = folder / "chromium"
    words = " ".join(f"'{word}'" for word in command)
    script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return os.fspath(script)
