"""`trunkline doctor` as a person meets it: what is wrong is named with its remedy."""

import asyncio
import datetime
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.network import Namespace, namespace, prefix, star
from support.process import process
from support.relay import running_relay

pytestmark = pytest.mark.timeout(40)

PUBLIC = "203.0.113.5"


async def doctor(*arguments: str, place: Namespace | None = None) -> tuple[int, str]:
    """Its exit status and what it said, on one line."""
    command = [*prefix(place), sys.executable, "-m", "trunkline", "doctor", *arguments]
    async with process(command) as running:
        async with asyncio.timeout(25):
            status = await running.inner.wait()
    assert "Traceback" not in running.output
    return status, " ".join(running.output.split())


@pytest.fixture
def own(tmp_path: Path) -> tuple[str, ...]:
    """Options of a relay that takes no port from anybody."""
    ports = ("--host", "127.0.0.1", "--port", "0", "--media-port", "0")
    return (*ports, "--state-dir", str(tmp_path / "state"))


def expired(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, the end of which was on 2020-03-01."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = datetime.datetime(2020, 3, 1, tzinfo=datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(end - datetime.timedelta(days=90))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    file = folder / "expired.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@asynccontextmanager
async def answering(answer: bytes, certificate: Path | None = None) -> AsyncIterator[int]:
    """A server that says the same to everybody; its port on 127.0.0.1."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(quietly, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_relay_that_runs_is_well_and_keeps_nothing() -> None:
    async with running_relay() as relay:
        status, said = await doctor(relay.url)
        assert status == 0, said
        assert f"127.0.0.1:{relay.media_port} (UDP) answers within" in said
        assert f"127.0.0.1:{relay.media_port} (TCP) answers within" in said
        assert await relay.rooms() == {}


async def test_settings_are_tried_where_no_relay_runs(own: tuple[str, ...], tmp_path: Path) -> None:
    status, said = await doctor(*own)
    assert status == 0, said
    assert "No relay runs here" in said
    assert "(UDP) answers within" in said
    assert not (tmp_path / "state").exists()


async def test_an_announced_address_is_for_others_to_judge(own: tuple[str, ...]) -> None:
    with namespace() as place:
        status, said = await doctor(*own, "--announce", PUBLIC, place=place)
    assert status == 0, said
    assert "not an address of this machine" in said
    assert "on a machine outside" in said


async def test_the_relay_of_the_settings_is_found_where_it_runs() -> None:
    async with running_relay() as relay:
        port, media_port = relay.url.rsplit(":", 1)[1], str(relay.media_port)
        options = ("--host", "127.0.0.1", "--tls", "off", "--state-dir", str(relay.state))
        status, said = await doctor(*options, "--port", port, "--media-port", media_port)
    assert status == 0, said
    assert "taken" not in said
    assert "(UDP) answers within" in said


async def test_a_name_that_does_not_resolve() -> None:
    status, said = await doctor("https://relay.invalid:8443")
    assert status == 1
    assert "The name relay.invalid does not resolve" in said
    assert "its DNS records" in said


async def test_a_busy_port(own: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, said = await doctor(*own, "--port", port, "--tls", "off")
    assert status == 1
    assert f"TCP port {port} of 127.0.0.1 is taken by" in said
    assert "choose another port with --port" in said


async def test_an_expired_certificate_of_ones_own(own: tuple[str, ...], tmp_path: Path) -> None:
    status, said = await doctor(*own, "--certificate", str(expired(tmp_path)))
    assert status == 1
    assert "expired on 2020-03-01" in said
    assert "Renew it" in said


async def test_an_expired_certificate_elsewhere(tmp_path: Path) -> None:
    async with answering(b"HTTP/1.0 404 Not Found\r\n\r\n", expired(tmp_path)) as port:
        status, said = await doctor(f"https://127.0.0.1:{port}")
    assert status == 1
    assert "The certificate expired on 2020-03-01. → Renew it" in said


async def test_a_server_that_is_no_relay() -> None:
    async with answering(b"HTTP/1.0 404 Not Found\r\nServer: nginx\r\n\r\n") as port:
        status, said = await doctor(f"http://127.0.0.1:{port}")
        assert status == 1
        assert "is no trunkline relay (status 404, nginx)" in said
        status, said = await doctor(f"https://127.0.0.1:{port}")
        assert status == 1
        assert f"Port {port} does not speak TLS" in said


async def test_nobody_listens() -> None:
    with socket.socket() as bound:  # bound and not listening: connections are refused
        bound.bind(("127.0.0.1", 0))
        status, said = await doctor(f"http://127.0.0.1:{bound.getsockname()[1]}")
    assert status == 1
    assert "Nothing listens on TCP port" in said


@pytest.mark.parametrize("url", ["relay:8443", "ftp://relay", "https://", "http://relay:x"])
async def test_what_is_no_url(url: str) -> None:
    status, said = await doctor(url)
    assert status == 1
    assert "https://relay.example:8443" in said


async def test_a_url_and_settings_exclude_each_other() -> None:
    status, said = await doctor("http://127.0.0.1:1", "--port", "1")
    assert status == 2
    assert "not both" in said


async def test_udp_blocked() -> None:
    with star(1) as net:
        async with running_relay(place=net.hub, address=net.hub_addresses[0]) as relay:
            status, said = await doctor(relay.url, place=net.clients[0])
            assert status == 0, said
            net.hub.run("nft", "add table inet wall")
            hook = "{ type filter hook input priority 0 ; }"
            net.hub.run("nft", f"add chain inet wall arriving {hook}")
            net.hub.run("nft", "add rule inet wall arriving udp dport 8444 drop")
            status, by_tcp = await doctor(relay.url, place=net.clients[0])
            assert status == 1
            net.hub.run("nft", "add rule inet wall arriving tcp dport 8444 drop")
            status, said = await doctor(relay.url, place=net.clients[0])
    assert status == 1
    for each in (by_tcp, said):
        assert "UDP port 8444 is blocked between this machine and the relay" in each
        assert "ufw allow 8444/udp" in each
    assert f"{net.hub_addresses[0]}:8444 (TCP) answers within" in by_tcp
    assert "media goes over TCP" in by_tcp
    assert f"{net.hub_addresses[0]}:8444 (TCP) does not answer" in said
    assert "No picture can get through" in said


async def test_a_wrong_announce() -> None:
    with star(1) as net:
        here = net.hub_addresses[0]
        wrong = ("--announce", "10.203.1.99")
        async with running_relay(*wrong, place=net.hub, address=here) as relay:
            status, said = await doctor(relay.url, place=net.clients[0])
    assert status == 1
    assert "10.203.1.99:8444 (UDP) does not answer" in said
    assert f"Start the relay with --announce {here}" in said
    assert "blocked" not in said


async def test_403_is_explained() -> None:
    with namespace(f"{PUBLIC}/32") as place:
        async with running_relay("--open", place=place, address=PUBLIC) as relay:
            status, said = await doctor(relay.url, place=place)
            assert status == 0, said
        with_403 = ("--host", PUBLIC, "--tls", "off", "--port", "8080", "--state-dir", "/nowhere/x")
        command = [*place.inside, sys.executable, "-m", "trunkline", "serve", *with_403]
        async with process(command) as server:
            status, said = await doctor(f"http://{PUBLIC}:8080", place=place)
            while "Nothing listens" in said and server.running:
                status, said = await doctor(f"http://{PUBLIC}:8080", place=place)
    assert status == 1
    assert "refuses this machine (403)" in said
    assert "--open" in said
