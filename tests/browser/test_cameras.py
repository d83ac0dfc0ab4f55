"""What cameras send is seen and heard in Chromium, whatever it is."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.cameras import KINDS, served
from support.client import client, has_sound, shows_colour
from support.frames import RED
from support.relay import running_relay
from support.rtsp import need_server, rtsp_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), ONE_LOOP]


VIEWERS = 3
"""That watch at the same time: they mostly wait."""


async def test_every_kind_of_camera_is_seen_and_heard(browser: Browser, tmp_path: Path) -> None:
    need_server()
    async with rtsp_server(served(tmp_path)) as host:
        settings = tmp_path / "settings.toml"
        settings.write_text(
            "\n".join(
                f'[[cameras]]\nurl = "rtsp://{host}/{name}"\nroom = "yard"\nname = "{name}"\n'
                for name in KINDS
            )
        )
        async with running_relay("--config", str(settings)) as relay:
            kinds = iter(KINDS.items())

            async def watch() -> None:
                for name, (video, audio, _, _) in kinds:
                    async with client(browser, relay.url) as viewer:
                        answer = await viewer.watch(f"{relay.url}/whep/yard/{name}")
                        assert answer["status"] == 201, (name, answer)
                        if video:
                            await shows_colour(viewer, RED, off=30)
                        if audio:
                            await has_sound(viewer)
                        await viewer.leave()

            async with asyncio.TaskGroup() as group:
                for _ in range(VIEWERS):
                    group.create_task(watch())
