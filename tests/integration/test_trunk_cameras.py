"""How it is with a camera is known at other relays, and nothing that would lead to it."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.live import Live, live
from support.rude import rude_camera
from support.streams import record
from support.waiting import until

pytestmark = pytest.mark.timeout(90)

WITHIN = 30.0
SECRET = "s3cret-Password"


async def told(it: Live) -> dict[str, Any]:
    """What a relay tells of the cameras of the room: name → camera."""
    async with it.http.get("/api/v1/rooms/yard/cameras") as response:
        cameras = (await response.json())["cameras"] if response.status == 200 else []
    return {camera["name"]: camera for camera in cameras}


async def comes_to(it: Live, name: str, state: str, trouble: str | None) -> None:
    """Wait until this is told of a camera."""

    async def look() -> tuple[str, str | None]:
        camera = (await told(it)).get(name, {})
        return camera.get("state", "unknown"), camera.get("trouble")

    wanted = (state, trouble)
    await until(look, lambda seen: seen == wanted, within=WITHIN, what=f"{name}: {wanted}")


async def test_how_it_is_with_a_camera_is_told_at_the_third_relay(tmp_path: Path) -> None:
    film = record(tmp_path / "film.mkv", "mpeg4", None, seconds=3)
    async with rude_camera() as (camera, url):
        camera.verdict = "401 Unauthorized"
        locked = url.replace("rtsp://", f"rtsp://ann:{SECRET}@")
        cameras = [
            {"url": locked, "room": "yard", "name": "Gate", "mode": "always"},
            {"url": film.as_uri(), "room": "yard", "name": "Film", "mode": "always", "loop": True},
        ]
        async with (
            live(tmp_path / "far", cameras=cameras) as far,
            live(tmp_path / "middle", trunks=[{"url": far.relay.url}]) as middle,
            live(tmp_path / "near", trunks=[{"url": middle.relay.url}]) as near,
        ):
            await comes_to(near, "Gate", "failed", "login")
            await comes_to(near, "Film", "live", None)
            here, seen = await told(far), await told(near)
            for name in ("Gate", "Film"):
                assert seen[name]["participant"] == here[name]["participant"]
            assert seen["Gate"]["picture"] is None
            made = seen["Film"]["picture"]
            assert (made["codec"], made["remade"]) == ("MPEG4", "codec")
            for leak in (SECRET, "rtsp", "127.0.0.1", str(tmp_path)):
                assert leak not in json.dumps(seen)
            camera.verdict = "200 OK"
            await comes_to(near, "Gate", "live", None)
