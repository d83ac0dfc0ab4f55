"""Conversations with a signalling server without sockets: frames in, frames out."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from trunkline.errors import ProtocolError
from trunkline.exchange import Exchange
from trunkline.model.peering import BROKEN, PeerKey, Peers
from trunkline.net.websocket import Half

VECTORS = Path(__file__).parents[2] / "vectors"
Frame = str | bytes
NOBODY = PeerKey(0)


class ClientHalf(Protocol):
    """A peer's half of a dialect."""

    def write(self, request: Any) -> Frame: ...
    def read(self, frame: Frame) -> Any: ...


@dataclass
class Wire:
    """A peer's connection: an outbox that writes down what leaves."""

    half: Half[Any, Any]
    client: ClientHalf | None
    key: PeerKey = NOBODY
    told: deque[Frame | tuple[int, str]] = field(default_factory=deque)
    open: bool = True

    def put(self, event: Any) -> None:
        frame = self.half.send(event)
        if frame is not None and self.client is not None:
            read = self.client.read(frame)
            assert read == event or self._says_the_same(read, frame)
        if frame is not None:
            self.told.append(frame)

    def _says_the_same(self, read: Any, frame: Frame) -> bool:
        """White space is lost, and what a version of the protocol cannot tell."""
        again = self.half.send(read)
        return again is not None and bool(json.loads(again) == json.loads(frame))

    def end(self, code: int, reason: str) -> None:
        self.open = False
        self.told.append((code, reason))


class Script:
    """Peers by name, and what passes between them and the server."""

    def __init__(
        self,
        peers: Peers[Any, Any],
        half: Callable[[], Half[Any, Any]],
        client: Callable[[], ClientHalf] | None,
    ) -> None:
        self.exchange = Exchange(peers)
        self.wires: dict[str, Wire] = {}
        self._half = half
        self._client = client

    def wire(self, peer: str) -> Wire:
        """The connection of a peer, opened when it is first spoken of."""
        if peer not in self.wires:
            wire = self.wires[peer] = Wire(self._half(), self._client and self._client())
            wire.key = self.exchange.connect(wire)
        return self.wires[peer]

    def say(self, peer: str, frame: Frame, *, sensible: bool = True) -> None:
        """A peer says something; if it makes sense, our own client says the same so."""
        wire = self.wire(peer)
        try:
            request = wire.half.receive(frame)
        except ProtocolError as error:
            assert not sensible
            wire.end(BROKEN, str(error))
            self.exchange.disconnect(wire.key)
            return
        if sensible and wire.client is not None:
            assert wire.client.write(request) == frame
        if request is not None:
            self.exchange.hear(wire.key, request)

    def leave(self, peer: str) -> None:
        """A peer's connection is gone."""
        self.wires[peer].open = False
        self.exchange.disconnect(self.wires[peer].key)

    def replay(self, steps: list[list[Any]]) -> None:
        """Hold a conversation of a vector; see `docs/protocols/gstreamer.md`."""
        for step in steps:
            match step:
                case [peer, (">" | ">!") as how, said]:
                    self._all_was_told()
                    self.say(peer, _frame(said), sensible=how == ">")
                case [peer, "+"]:
                    self._all_was_told()
                    self.wire(peer)
                case [peer, "-"]:
                    self._all_was_told()
                    self.leave(peer)
                case [peer, "<", told]:
                    assert self._next(peer, step) == _frame(told)
                case [peer, "x", code, reason]:
                    assert self._next(peer, step) == (code, reason)
                case _:
                    raise AssertionError(f"no step of a conversation: {step}")
        self._all_was_told()

    def _next(self, peer: str, step: object) -> object:
        assert self.wires[peer].told, f"{step}: nothing was told"
        return self.wires[peer].told.popleft()

    def _all_was_told(self) -> None:
        left = {peer: list(wire.told) for peer, wire in self.wires.items() if wire.told}
        assert not left, f"told, but not in the vector: {left}"


def conversations(dialect: str) -> list[Any]:
    """The vectors of a dialect, as parameters of a test."""
    return [
        pytest.param(json.loads(file.read_text("utf-8"))["steps"], id=file.stem)
        for file in sorted((VECTORS / dialect).glob("*.json"))
    ]


def _frame(said: str | dict[str, str]) -> Frame:
    return said if isinstance(said, str) else bytes.fromhex(said["binary"])
