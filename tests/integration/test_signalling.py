"""Signalling over sockets: how it begins, how it ends, and peers that do as they should not."""

import asyncio
import json
import os
import socket
import ssl
import sys
import urllib.request
import uuid
from functools import partial
from pathlib import Path

import aiohttp
import psutil
import pytest

from support.certificates import make
from support.network import star
from support.process import process
from support.relay import RunningRelay, free_port
from support.signalling import command, serving
from support.waiting import until
from support.websocket import Raw, closing, frame, websocket


async def register(peer: Raw, uid: str) -> None:
    await peer.say(f"HELLO {uid}")
    assert await peer.hear() == "HELLO"


async def call(one: Raw, other: Raw) -> None:
    """Bring two together."""
    await register(one, "ann")
    await register(other, "bob")
    await one.say("SESSION bob")
    assert await one.hear() == "SESSION_OK"


async def test_the_relay_serves_gstreamer_beside_all_else(relay: RunningRelay) -> None:
    url = f"{relay.url}/gstreamer"
    async with websocket(url) as ann, websocket(url, "Origin: https://elsewhere.example") as bob:
        await call(ann, bob)
        await ann.say("x" * 200_000)
        assert await bob.hear() == "x" * 200_000
        assert await relay.rooms() == {}
        ann.writer.close()
        assert await bob.closed() == 1000
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 426
        assert answer.headers["Upgrade"] == "websocket"


async def test_a_relay_that_stops_says_so(relay: RunningRelay) -> None:
    async with websocket(f"{relay.url}/gstreamer") as ann:
        await register(ann, "ann")
        stopping = asyncio.get_running_loop().create_task(relay.process.stop(within=10))
        assert await ann.closed() == 1001
        assert await stopping == 0


async def test_any_path_will_do_and_one_tells_that_all_is_well() -> None:
    async with serving("gstreamer") as url, websocket(f"{url}/any/where?x=y") as ann:
        await register(ann, "ann")
        http = url.replace("ws", "http", 1)
        health = await asyncio.to_thread(_get, f"{http}/health")
        assert health == "OK\n"
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{http}/") as answer:
                assert answer.status == 426
            async with session.post(f"{http}/health") as answer:
                assert answer.status == 405


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


async def test_requests_in_pieces_and_frames_behind_them_are_read() -> None:
    async with serving("gstreamer") as url:
        host, port = url.removeprefix("ws://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = (
            b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        for byte in head[:40]:
            writer.write(bytes((byte,)))
            await writer.drain()
        writer.write(head[40:] + frame(1, b"HELLO ann"))
        await reader.readuntil(b"\r\n\r\n")
        assert await Raw(reader, writer).hear() == "HELLO"
        writer.close()


@pytest.mark.parametrize("head", [b"x" * 20_000, b"NONSENSE\r\n\r\n"])
async def test_what_is_no_request_ends(head: bytes) -> None:
    async with serving("gstreamer") as url:
        host, port = url.removeprefix("ws://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        try:
            said = await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            said = b""
        assert said.startswith(b"HTTP/1.1 400") or said == b""
        writer.close()


async def test_a_message_that_is_too_long_ends_the_sender_and_its_session() -> None:
    async with (
        serving("gstreamer", message=2_000) as url,
        websocket(url) as ann,
        websocket(url) as bob,
    ):
        await call(ann, bob)
        await ann.say("x" * 2_001)
        assert await ann.closed() == 1009
        assert await bob.closed() == 1000


async def test_a_close_is_agreed_to() -> None:
    async with serving("gstreamer") as url:
        for sent, code in ((closing(1000, "bye"), 1000), (frame(8), 1000), (closing(3000), 3000)):
            async with websocket(url) as ann:
                ann.writer.write(sent)
                assert await ann.closed() == code


async def test_who_is_hung_up_on_and_does_not_agree_is_cut_off() -> None:
    async with serving("gstreamer") as url, websocket(url) as ann:
        await ann.say("NONSENSE")
        assert await ann.closed() == 1002


async def test_a_silent_peer_is_asked_and_then_given_up() -> None:
    async with (
        serving("gstreamer", keepalive=1) as url,
        websocket(url) as ann,
        websocket(url) as bob,
    ):
        await call(ann, bob)
        # Ann answers pings while she waits; Bob hears them and says nothing.
        waiting = asyncio.get_running_loop().create_task(ann.closed(answering=True))
        opcode, _ = await bob.receive()
        assert opcode == 0x9
        assert await bob.closed() == 1011
        assert await waiting == 1000


async def test_a_peer_that_does_not_read_is_cut_off() -> None:
    async with (
        serving("gstreamer", waiting=1 << 16) as url,
        websocket(url) as ann,
        websocket(url) as bob,
    ):
        await call(ann, bob)
        bob.writer.transport.pause_reading()  # type: ignore[attr-defined] # of a real transport
        waiting = asyncio.get_running_loop().create_task(ann.closed())
        text = frame(1, b"x" * 500_000)
        while not waiting.done() and not ann.writer.transport.is_closing():
            ann.writer.write(text)
            await asyncio.sleep(0)
            try:
                await ann.writer.drain()
            except ConnectionError:
                break
        assert await waiting == 1000


async def test_connections_are_bounded() -> None:
    async with serving("gstreamer", peers=1) as url, websocket(url):
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(url)
        assert refused.value.status == 503


@pytest.mark.timeout(60)
async def test_the_drop_in_serves_a_certificate_and_takes_up_another(tmp_path: Path) -> None:
    def put(name: str, text: bytes) -> None:
        (tmp_path / "new").write_bytes(text)
        (tmp_path / "new").replace(tmp_path / name)

    for name, text in zip(("cert.pem", "key.pem"), make(), strict=True):
        put(name, text)
    options = ("--cert-path", str(tmp_path), "--restart-on-cert-change")
    async with command("gstreamer", *options) as (url, server), websocket(url) as ann:
        await register(ann, "ann")
        certificate, key = make(serial=2)
        put("key.pem", key)
        put("cert.pem", certificate)
        host, port = url.removeprefix("wss://").split(":")

        async def presented() -> bytes:
            text = await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))
            return ssl.PEM_cert_to_DER_cert(text)

        wanted = ssl.PEM_cert_to_DER_cert(certificate.decode())
        await until(presented, lambda seen: seen == wanted, within=25, what="the new certificate")
        await ann.say("ROOM studio")
        assert await ann.hear() == "ROOM_OK "
        assert await server.stop(within=10) == 0


async def test_without_a_certificate_the_drop_in_says_how_to_get_one(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "trunkline", "signal", "gstreamer"]
    async with process([*arguments, "--cert-path", str(tmp_path)]) as server:
        assert await asyncio.wait_for(server.inner.wait(), 30) == 1
    assert "trunkline certificate" in server.output
    made = [sys.executable, "-m", "trunkline", "certificate", "relay.example"]
    async with process([*made, "--directory", str(tmp_path)]) as maker:
        assert await asyncio.wait_for(maker.inner.wait(), 15) == 0, maker.output
    async with (
        command("gstreamer", "--cert-path", str(tmp_path)) as (url, _),
        websocket(url) as ann,
    ):
        await register(ann, "ann")


async def test_a_page_and_two_dialects_share_the_landing_path(relay: RunningRelay) -> None:
    async with websocket(relay.url) as ann, websocket(f"{relay.url}/gstreamer") as bob:
        await call(ann, bob)
    join = '{"type": "join", "id": "%s", "room": "stage"}'
    async with websocket(relay.url) as ann, websocket(f"{relay.url}/flitter") as bob:
        await ann.say(join % "ann")
        assert await ann.hear() == '{"type":"members","members":["ann"]}'
        await bob.say(join % "bob")
        assert await bob.hear() == '{"type":"members","members":["ann","bob"]}'
    assert "<html" in await relay.get("/")
    # As curl asks for HTTP/2.
    upgrade = {"Connection": "Upgrade", "Upgrade": "h2c"}
    async with aiohttp.ClientSession(headers=upgrade) as http, http.get(f"{relay.url}/") as page:
        assert (page.status, page.content_type) == (200, "text/html")


async def test_the_relay_welcomes_peers_of_webrtcsink(relay: RunningRelay) -> None:
    async with websocket(f"{relay.url}/webrtcsink") as peer:
        welcome = json.loads(await peer.hear())
        assert welcome["type"] == "welcome"
        assert uuid.UUID(welcome["peerId"]).version == 4
        await peer.say('{"type": "list"}')
        assert json.loads(await peer.hear()) == {"type": "list", "producers": []}


async def test_the_drop_in_for_webrtcsink_has_tls_with_both_files_alone(tmp_path: Path) -> None:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    for file, text in zip((certificate, key), make(), strict=True):
        file.write_bytes(text)
    for options, scheme in (
        (("--cert", str(certificate), "--key", str(key)), "wss"),
        (("-c", str(certificate)), "ws"),
    ):
        async with command("webrtcsink", *options) as (url, _), websocket(url) as peer:
            assert url.startswith(f"{scheme}:")
            assert json.loads(await peer.hear())["type"] == "welcome"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
async def test_the_drop_in_for_flitter_gives_its_privileges_up(tmp_path: Path) -> None:
    file = tmp_path / "both.pem"
    file.write_bytes(b"".join(make()))
    file.chmod(0o600)
    port = free_port()
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--certificate", str(file))
    rights = ("--user", "nobody", "--group", "nogroup", "--debug")
    script = Path(sys.executable).with_name("flitter_webrtc")
    async with process([str(script), *arguments, *rights]) as server:

        async def look() -> str:
            assert server.running, server.output
            return server.output

        await until(look, lambda text: "Ctrl-C" in text, within=20, what="server ready")
        ids = psutil.Process(server.inner.pid).uids(), psutil.Process(server.inner.pid).gids()
        assert {*ids[0], *ids[1]} == {65534}
        async with websocket(f"wss://127.0.0.1:{port}") as ann:
            await ann.say('{"type": "join", "id": "ann", "room": "stage"}')
            assert json.loads(await ann.hear())["members"] == ["ann"]
        assert await server.stop(within=10) == 0


async def test_wrong_users_are_named() -> None:
    arguments = [sys.executable, "-m", "trunkline", "signal", "flitter", "--user", "no such user"]
    async with process(arguments) as server:
        assert await asyncio.wait_for(server.inner.wait(), 30) == 1
    assert "no such user" in server.output
    assert "--user" in server.output


async def test_a_peer_that_is_killed_is_told_to_the_others_at_once() -> None:
    program = (
        "import asyncio, sys; from support.websocket import websocket\n"
        "async def main():\n"
        "    async with websocket(sys.argv[1]) as bob:\n"
        "        await bob.say('HELLO bob'); await bob.hear()\n"
        "        await bob.say('ROOM studio'); await bob.hear(); print('there', flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    path = {"PYTHONPATH": str(Path(__file__).parents[1])}
    async with serving("gstreamer") as url, websocket(url) as ann:
        await register(ann, "ann")
        await ann.say("ROOM studio")
        assert await ann.hear() == "ROOM_OK "
        async with process([sys.executable, "-c", program, url], environment=path) as bob:
            assert await ann.hear() == "ROOM_PEER_JOINED bob"
            await bob.kill()
            assert await ann.hear() == "ROOM_PEER_LEFT bob"


@pytest.mark.timeout(60)
async def test_a_peer_whose_network_is_gone_is_noticed() -> None:
    with star(2) as network:
        options = ("--disable-ssl", "--keepalive-timeout", "1")
        async with command("gstreamer", *options, place=network.hub, host="0.0.0.0"):
            peers = [
                network.clients[n].call(partial(joined, network.hub_addresses[n], uid))
                for n, uid in enumerate(("ann", "bob"))
            ]
            ann, bob = peers
            with ann, bob:
                assert b"ROOM_PEER_JOINED bob" in ann.recv(100)
                # From now on nothing leaves: no FIN, no answer to a ping.
                network.clients[1].run("ip", "link", "set", "uplink", "down")
                heard = await asyncio.to_thread(until_heard, ann, b"ROOM_PEER_LEFT bob")
                assert b"ROOM_PEER_LEFT bob" in heard


def joined(address: str, uid: str) -> socket.socket:
    """A peer in the room `studio`, on a socket of the network that this is called in."""
    peer = socket.create_connection((address, 8443), timeout=10)
    fields = (
        "GET / HTTP/1.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    peer.sendall("\r\n".join((*fields, "", "")).encode())
    assert b" 101 " in peer.recv(1_000)
    for said, answer in ((f"HELLO {uid}", b"HELLO"), ("ROOM studio", b"ROOM_OK")):
        peer.sendall(frame(1, said.encode()))
        assert answer in peer.recv(100)
    return peer


def until_heard(peer: socket.socket, wanted: bytes) -> bytes:
    """All that comes until something does, pings being answered."""
    heard = b""
    while wanted not in heard:
        heard += peer.recv(100)
        if heard.endswith(b"\x89\x00"):
            peer.sendall(frame(0xA))
    return heard


# Path and header fields of every WebSocket that the relay has.
ENDPOINTS = [
    *((path,) for path in ("/", "/gstreamer", "/webrtcsink", "/flitter")),
    ("/wsb", "Sec-WebSocket-Protocol: trunkline.1"),
]
WRONG = {
    "reserved bits": (frame(1, b"x", reserved=2), 1002),
    "an unknown opcode": (frame(3), 1002),
    "a ping in pieces": (frame(9, b"x", final=False), 1002),
    "an end without a beginning": (frame(0, b"x"), 1002),
    "a beginning without an end": (frame(1, b"x", final=False) + frame(1, b"y"), 1002),
    "a code that may not be sent": (closing(1005), 1002),
    "a text that is none": (frame(1, b"\xff\xff"), 1007),
    "too long a message": (frame(2, b"x" * (1 << 20) + b"x")[:14], 1009),
}


@pytest.mark.timeout(60)
async def test_every_endpoint_closes_what_breaks_the_rules(relay: RunningRelay) -> None:
    for path, *fields in ENDPOINTS:
        for what, (frames, code) in WRONG.items():
            async with websocket(f"{relay.url}{path}", *fields) as peer:
                peer.writer.write(frames)
                assert (path, what, await peer.closed()) == (path, what, code)
    assert relay.process.running


async def test_every_endpoint_answers_pings_and_agrees_to_the_end(relay: RunningRelay) -> None:
    for path, *fields in ENDPOINTS:
        async with websocket(f"{relay.url}{path}", *fields) as peer:
            peer.writer.write(frame(9, b"are you there"))
            while (told := await peer.receive())[0] in {1, 9}:
                pass
            assert (path, *told) == (path, 0xA, b"are you there")
            peer.writer.write(closing(1000))
            assert await peer.closed() == 1000
