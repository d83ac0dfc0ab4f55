"""From where a relay takes trunks, with and without a secret, open and not."""

from pathlib import Path

import pytest

from support.site import running
from support.websocket import frame, websocket
from trunkline.model.id import RelayId
from trunkline.model.trunk import Hello
from trunkline.protocol.trunk import SUBPROTOCOL
from trunkline.protocol.trunk.half import Half

SECRET = "sesame-sesame"
NEAR, FAR = "10.1.2.3", "203.0.113.9"


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize(
    ("wanted", "given", "place", "status"),
    [
        (None, None, NEAR, 101),
        (None, None, FAR, 403),
        (None, SECRET, FAR, 403),
        (SECRET, None, NEAR, 401),
        (SECRET, "open-sesame", FAR, 401),
        (SECRET, SECRET, NEAR, 101),
        (SECRET, SECRET, FAR, 101),
    ],
)
async def test_who_is_taken(
    tmp_path: Path,
    is_open: bool,
    wanted: str | None,
    given: str | None,
    place: str,
    status: int,
) -> None:
    settings = {"open": is_open, "trunk_secret": wanted, "trusted_proxies": "127.0.0.1"}
    fields = [f"Sec-WebSocket-Protocol: {SUBPROTOCOL}", f"X-Forwarded-For: {place}"]
    if given:
        fields.append(f"Authorization: Bearer {given}")
    async with running(tmp_path, **settings) as site:
        if status != 101:
            with pytest.raises(AssertionError, match=f" {status} "):
                async with websocket(f"{site.relay.url}/wsb", *fields):
                    pass
            return
        async with websocket(f"{site.relay.url}/wsb", *fields) as talk:
            half = Half()
            talk.writer.write(frame(0x2, half.send(Hello(RelayId("relay0001"), "home"))))
            opcode, said = await talk.receive()
            assert opcode == 0x2
            hello = half.receive(said)
            assert isinstance(hello, Hello)


async def test_guests_from_afar_are_refused_whatever_they_know(tmp_path: Path) -> None:
    settings = {"trunk_secret": SECRET, "trusted_proxies": "127.0.0.1"}
    fields = [f"X-Forwarded-For: {FAR}", f"Authorization: Bearer {SECRET}"]
    async with running(tmp_path, **settings) as site:
        for protocol in ("trunkline.1", None):
            asked = [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
            with pytest.raises(AssertionError, match=" 403 "):
                async with websocket(f"{site.relay.url}/wsb", *asked, *fields):
                    pass
