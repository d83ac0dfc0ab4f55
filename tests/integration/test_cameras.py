"""Cameras come and go by the API, are kept over a restart, and never tell their passwords."""

import asyncio
import gc
import logging
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import Draft202012Validator

from support.frames import HERE, RED, hears, sees
from support.live import Live, live
from support.process import Process, process
from support.relay import free_port
from support.rude import rude_camera
from support.streams import record
from support.waiting import until
from trunkline import Peer
from trunkline.web.api.description import description

pytestmark = pytest.mark.timeout(60)

WITHIN = 20.0
CAMERAS = "/api/v1/cameras"
SECRET = "s3cret-Password"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a short film."""
    file = record(tmp_path_factory.mktemp("film") / "film.mp4", seconds=3)
    return file.as_uri()


async def ask(it: Live, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with it.http.request(method, path, json=body) as response:
        return response.status, await response.json() if response.status != 204 else None


def entry(url: str, name: str = "cam", **more: object) -> dict[str, object]:
    return {"url": url, "room": "studio", "name": name, **more}


def state_of(it: Live, camera: str) -> Callable[[], Awaitable[Any]]:
    async def look() -> Any:
        return (await ask(it, "GET", f"{CAMERAS}/{camera}"))[1]

    return look


def watching(it: Live) -> Any:
    return Peer.watch(f"{it.relay.url}/whep/studio/cam", network=HERE)


async def test_a_film_that_is_added_is_watched_kept_and_removed(film: str, tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        status, added = await ask(it, "POST", CAMERAS, entry(film, loop=True))
        assert status == 201
        assert (added["room"], added["name"], added["mode"]) == ("studio", "cam", "on-demand")
        async with watching(it) as viewer:
            await sees(viewer.video, RED)
            await hears(viewer.audio)
            seen = await until(
                state_of(it, added["id"]),
                lambda seen: bool(seen["picture"] and seen["picture"]["kbps"]),
                within=WITHIN,
                what="how it comes",
            )
        assert seen["state"] == "live"
        assert seen["picture"]["codec"] == "H264"
        assert (seen["picture"]["width"], seen["picture"]["height"]) == (320, 180)
        assert seen["picture"]["lastKeyframe"]
        assert seen["sound"] == {"codec": "AAC", "channels": 1}
        assert seen["doing"] == "passes the picture through; sound AAC → Opus"
        assert stat.S_IMODE((tmp_path / "cameras.json").stat().st_mode) == 0o600
    async with live(tmp_path) as it:
        status, told = await ask(it, "GET", CAMERAS)
        described: Any = description()
        schema = {"$ref": "#/components/schemas/CameraList", "components": described["components"]}
        Draft202012Validator(schema).validate(told)
        assert [(one["id"], one["name"]) for one in told["cameras"]] == [(added["id"], "cam")]
        assert (await ask(it, "DELETE", f"{CAMERAS}/{added['id']}"))[0] == 204
        assert (await ask(it, "GET", CAMERAS))[1] == {"cameras": []}
        assert it.relay.rooms == ()
        assert (await ask(it, "DELETE", f"{CAMERAS}/{added['id']}"))[0] == 404


async def test_a_password_is_kept_and_never_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"rtsp://ann:{SECRET}@127.0.0.1:{free_port()}/1"
    async with live(tmp_path) as it:
        status, added = await ask(it, "POST", CAMERAS, entry(url, sub=url + "sub"))
        assert status == 201
        assert added["url"] == url.replace(f":{SECRET}", "")
        failed = await until(
            state_of(it, added["id"]),
            lambda seen: seen["state"] == "failed",
            within=WITHIN,
            what="the camera is not there",
        )
        assert failed["error"] == "Nothing listens there: is it on, and is the port right?"
        changed = entry(added["url"], sub=added["sub"], mode="always")
        status, told = await ask(it, "PUT", f"{CAMERAS}/{added['id']}", changed)
        assert (status, told["mode"]) == (200, "always")
        assert (tmp_path / "cameras.json").read_text().count(SECRET) == 2
        waiting = await until(
            state_of(it, added["id"]),
            lambda seen: seen["restarts"] >= 2,
            within=WITHIN,
            what="it is tried again",
        )
        everything = [str(waiting), str(told), caplog.text]
        for path in ("/metrics", "/api/v1/rooms", "/api/v1/status", CAMERAS):
            async with it.http.get(path) as response:
                everything.append(await response.text())
        assert SECRET not in "".join(everything)


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"url": "file:///tmp/x.mp4", "room": "studio"}, 400, "name: field required."),
        (entry(""), 400, "url: string should have at least 1 character."),
        (entry(f"gopher://ann:{SECRET}@cam/1"), 422, "No source reads gopher"),
        (entry(f"rtsp://ann:{SECRET}@[cam/1"), 400, "look at its host and port"),
        (entry("file:///tmp/x.mp4", mode="never"), 400, "mode: input should be"),
        (entry("file:///tmp/x.mp4", name="a/b"), 400, "no slash"),
        (entry("file:///tmp/x.mp4", passwrd=SECRET), 400, "passwrd: extra inputs"),
        ([SECRET], 400, "the camera: input should be"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    body: object, status: int, sentence: str, tmp_path: Path
) -> None:
    async with live(tmp_path) as it:
        seen, problem = await ask(it, "POST", CAMERAS, body)
        assert seen == status
        assert sentence in problem["detail"]
        assert SECRET not in problem["detail"]
        assert (await ask(it, "GET", CAMERAS))[1] == {"cameras": []}


async def test_only_the_operator_may_see_and_change_cameras(film: str, tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        for stranger in ({"Authorization": "Bearer wrong"}, {"Origin": "https://evil.example"}):
            async with it.http.post(CAMERAS, json=entry(film), headers=stranger) as response:
                assert response.status == 401
            async with it.http.get(CAMERAS, headers=stranger) as response:
                assert response.status == 401
        async with it.http.post(CAMERAS, data="{}", headers={"Content-Type": "text/plain"}) as one:
            assert one.status == 415
        assert (await ask(it, "GET", CAMERAS))[1] == {"cameras": []}


async def test_two_cameras_cannot_have_one_name(film: str, tmp_path: Path) -> None:
    fixed = [entry(film, "door")]
    async with live(tmp_path, cameras=fixed) as it:
        assert (await ask(it, "POST", CAMERAS, entry(film)))[0] == 201
        status, problem = await ask(it, "POST", CAMERAS, entry(film, "door"))
        assert (status, problem["detail"][:27]) == (409, "There is a camera 'door' in")
        _, told = await ask(it, "GET", CAMERAS)
        ids = {one["name"]: one["id"] for one in told["cameras"]}
        status, problem = await ask(it, "DELETE", f"{CAMERAS}/{ids['door']}")
        assert (status, "one of the settings" in problem["detail"]) == (403, True)


async def test_a_camera_whose_name_is_taken_says_so_and_comes_when_it_is_free(
    film: str, tmp_path: Path
) -> None:
    async with live(tmp_path) as it:
        session = await it.publish("cam")
        _, added = await ask(it, "POST", CAMERAS, entry(film, loop=True))
        look = state_of(it, added["id"])
        seen = await until(
            look, lambda seen: seen["state"] == "failed", within=WITHIN, what="the name is taken"
        )
        assert "Somebody publishes as 'cam'" in seen["error"]
        await it.ask("DELETE", session.url)
        await until(look, lambda seen: seen["state"] == "live", within=WITHIN, what="it is there")


async def test_a_camera_that_nobody_watches_is_no_409_and_is_connected_for_the_viewer(
    film: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trunkline.sources.camera import line

    monkeypatch.setattr(line, "LINGER", 0.5)
    async with live(tmp_path, cameras=[entry(film, loop=True)]) as it:
        (camera,) = (await ask(it, "GET", CAMERAS))[1]["cameras"]
        look = state_of(it, camera["id"])
        for _ in range(2):
            await until(look, lambda seen: seen["state"] == "idle", within=WITHIN, what="left")
            assert (await look())["picture"] is None
            async with watching(it) as viewer:
                await sees(viewer.video, RED)
                assert (await look())["state"] == "live"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("file:///nowhere/film.mp4", "There is no such file or device."),
        ("v4l2:/dev/video99", "There is no such file or device."),
        ("file:///", "This is a folder, not a file."),
        ("rtmp://127.0.0.1:9/x", "Nothing listens there"),
    ],
)
async def test_why_a_source_is_not_there_is_said(url: str, sentence: str, tmp_path: Path) -> None:
    async with live(tmp_path, cameras=[entry(url)]) as it:
        (one,) = (await ask(it, "GET", CAMERAS))[1]["cameras"]
        seen = await until(
            state_of(it, one["id"]), lambda seen: bool(seen["error"]), within=WITHIN, what="why"
        )
        assert sentence in seen["error"]
        assert seen["state"] == "failed"


async def test_a_playlist_of_a_web_server_is_watched(tmp_path: Path) -> None:
    record(tmp_path / "film.m3u8", seconds=10)
    application = web.Application()
    application.router.add_static("/", tmp_path)
    async with (
        TestServer(application) as server,
        live(tmp_path / "state") as it,
    ):
        url = str(server.make_url("/film.m3u8"))
        assert (await ask(it, "POST", CAMERAS, entry(url, loop=True)))[0] == 201
        async with watching(it) as viewer:
            await sees(viewer.video, RED)
            await hears(viewer.audio)


async def test_a_playlist_cannot_lead_to_files_of_this_machine(film: str, tmp_path: Path) -> None:
    path = film.removeprefix("file://")
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:3", "#EXTINF:3,", f"file://{path}"]
    (tmp_path / "evil.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    application = web.Application()
    application.router.add_static("/", tmp_path)
    async with TestServer(application) as server, live(tmp_path / "state") as it:
        _, added = await ask(
            it, "POST", CAMERAS, entry(str(server.make_url("/evil.m3u8")), mode="always")
        )
        seen = await until(
            state_of(it, added["id"]),
            lambda seen: seen["restarts"] > 0,
            within=WITHIN,
            what="it is refused",
        )
        assert seen["picture"] is None
        assert seen["error"] is not None


async def test_the_last_picture_is_shown_while_the_camera_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trunkline.sources.camera import line

    monkeypatch.setattr(line, "LINGER", 0.5)
    async with rude_camera() as (camera, url), live(tmp_path, cameras=[entry(url)]) as it:
        (one,) = (await ask(it, "GET", CAMERAS))[1]["cameras"]
        look = state_of(it, one["id"])
        await until(look, lambda seen: seen["state"] == "live", within=WITHIN, what="looked at")
        await until(look, lambda seen: seen["state"] == "idle", within=WITHIN, what="left")
        camera.greeting = b""
        async with watching(it) as viewer, asyncio.timeout(WITHIN):
            picture = await anext(aiter(viewer.video.frames()))
            assert (picture.width, picture.height) == (320, 180)
            assert (await look())["state"] == "connecting"
        assert camera.sessions == 1


async def test_nothing_is_left_of_cameras_when_their_relay_ends(
    film: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = f"rtsp://127.0.0.1:{free_port()}/1"
    cameras = [entry(film, mode="always"), entry(away, "door", mode="always")]
    async with live(tmp_path, cameras=cameras) as it:

        async def states() -> list[str]:
            _, told = await ask(it, "GET", CAMERAS)
            return sorted(one["state"] for one in told["cameras"])

        await until(
            states, lambda seen: seen == ["live", "waiting"], within=WITHIN, what="both were tried"
        )

    async def left() -> int:
        gc.collect()
        return sum(type(one).__name__ == "CameraParticipant" for one in gc.get_objects())

    # The log keeps what it was told, which must not hold more than a sentence.
    assert "Nothing listens there" in caplog.text
    await until(left, lambda seen: seen == 0, within=8, what="no camera is left")


async def test_metrics_tell_how_cameras_are(film: str, tmp_path: Path) -> None:
    away = f"rtsp://ann:{SECRET}@127.0.0.1:{free_port()}/1"
    cameras = [entry(film, mode="always", loop=True), entry(away, "door", mode="always")]
    async with live(tmp_path, cameras=cameras) as it:
        _, told = await ask(it, "GET", CAMERAS)
        cam, door = (f'{{camera="{one["id"]}"}}' for one in told["cameras"])

        async def measured() -> dict[str, float]:
            async with it.http.get("/metrics") as response:
                text = await response.text()
            assert SECRET not in text
            lines = [line for line in text.splitlines() if line.startswith("trunkline_camera_")]
            return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

        seen = await until(
            measured,
            lambda seen: (
                seen[f"trunkline_camera_pictures_total{cam}"] > 10
                and seen[f"trunkline_camera_restarts_total{door}"] > 0
            ),
            within=WITHIN,
            what="pictures and a failure",
        )
        named = f'{{camera="{told["cameras"][0]["id"]}",name="cam",room="studio"}}'
        assert seen[f"trunkline_camera_info{named}"] == 1
        assert seen[f"trunkline_camera_up{cam}"] == 1
        assert seen[f"trunkline_camera_failing{cam}"] == 0
        assert seen[f"trunkline_camera_transcoders{cam}"] == 0
        assert seen[f"trunkline_camera_connections_total{cam}"] == 1
        assert 0 <= seen[f"trunkline_camera_picture_age_seconds{cam}"] < WITHIN
        assert seen[f"trunkline_camera_up{door}"] == 0
        assert seen[f"trunkline_camera_connections_total{door}"] == 0
        assert f"trunkline_camera_picture_age_seconds{door}" not in seen


async def test_metrics_do_not_name_cameras_of_rooms_that_are_not_listed(
    film: str, tmp_path: Path
) -> None:
    hidden = {"studio": {"listed": False}}
    async with live(tmp_path, cameras=[entry(film, "sec-cam")], rooms=hidden) as it:
        async with it.http.get("/metrics") as response:
            told = await response.text()
        assert "trunkline_camera_up{" in told
        assert "sec-cam" not in told
        assert "studio" not in told


async def test_the_command_adds_lists_and_removes(film: str, tmp_path: Path) -> None:
    who = ["--room", "studio", "--name", "cam"]
    here = ["--state-dir", str(tmp_path)]
    async with live(tmp_path) as it:
        assert await says("add", film, *who, "--loop", *here) == "cam is in room studio."
        assert (await says("list", "--relay", it.relay.url)).startswith("studio / cam  ")
        assert await says("remove", *who, *here) == "cam is no more in room studio."
        url = it.relay.url
    assert "trunkline serve" in await says("list", "--relay", url, fails=True)


async def says(*arguments: str, fails: bool = False) -> str:
    """What the command says."""
    async with process([sys.executable, "-m", "trunkline", "camera", *arguments]) as command:
        async with asyncio.timeout(20):
            status = await command.inner.wait()
            await until(output(command), bool, within=5, what="it says something")
    assert status == int(fails), command.output
    return command.output


def output(command: Process) -> Callable[[], Awaitable[str]]:
    async def look() -> str:
        return command.output

    return look
