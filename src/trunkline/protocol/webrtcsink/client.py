"""A peer's half of one conversation with a signalling server."""

from collections.abc import Mapping
from typing import Any, assert_never

from trunkline.errors import ProtocolError
from trunkline.model import webrtcsink as word
from trunkline.protocol.json_text import read_object, write
from trunkline.protocol.webrtcsink.message import (
    read_end,
    read_peer_message,
    read_roles,
    write_end,
)


class Client:
    """Writes requests, and reads what the server says."""

    __slots__ = ("_version",)

    def __init__(self) -> None:
        self._version: word.Version = "v1_0"

    def write(self, request: word.Request) -> str:
        """The frame that asks for it."""
        match request:
            case word.SetVersion(version):
                self._version = version
                return write({"type": "setProtocolVersion", "version": version})
            case word.SetStatus(roles, meta, peer):
                head = write({"type": "setPeerStatus", "roles": roles})[:-1]
                own = "" if peer is None else f',"peerId":{write(peer)}'
                return f'{head},"meta":{meta}{own}}}'
            case word.StartSession(peer, offer):
                asked = {"type": "startSession", "peerId": peer}
                return write(asked if offer is None else {**asked, "offer": offer})
            case word.EndSession():
                return write(write_end(request, self._version))
            case word.PeerMessage(_, text):
                return text
            case _:
                return _write(request)

    def read(self, frame: str | bytes) -> word.Event:
        """What a server's frame says.

        Raises:
            ProtocolError: it makes no sense.
        """
        fields = read_object(frame)
        event = _read(fields, frame) if fields is not None and isinstance(frame, str) else None
        if event is None:
            raise ProtocolError(f"The server says what cannot be understood: {frame[:80]!r}")
        return event


def _write(request: word.ListProducers | word.ListConsumers | word.Misplaced) -> str:
    match request:
        case word.ListProducers():
            return write({"type": "list"})
        case word.ListConsumers():
            return write({"type": "listConsumers"})
        case word.Misplaced():
            raise ValueError("Misplaced is what a server makes of nonsense: nobody says it.")
        case _:
            assert_never(request)


def _read(fields: Mapping[str, Any], frame: str) -> word.Event | None:
    match fields:
        case {"type": "peer"}:
            return read_peer_message(fields, frame)
        case {"type": "endSession" | "endSessionV1_1"}:
            return read_end(fields)
        case {"peerId": str(peer)}:
            return _of_a_peer(fields, peer)
        case _:
            return _answer(fields)


def _answer(fields: Mapping[str, Any]) -> word.Event | None:
    match fields:
        case {"type": "list", "producers": list(peers)}:
            return word.Producers(_listed(peers))
        case {"type": "listConsumers", "consumers": list(peers)}:
            return word.Consumers(_listed(peers))
        case {"type": "error", "details": str(details)}:
            return word.Failed(details)
        case _:
            return None


def _of_a_peer(fields: Mapping[str, Any], peer: str) -> word.Event | None:
    match fields:
        case {"type": "welcome"}:
            return word.Welcome(peer)
        case {"type": "peerStatusChanged"}:
            roles = read_roles(fields.get("roles"))
            if roles is None:
                return None
            return word.StatusChanged(roles, write(fields.get("meta")), peer)
        case {"type": "sessionStarted", "sessionId": str(session)}:
            return word.SessionStarted(peer, session)
        case {"type": "startSession", "sessionId": str(session)}:
            offer = fields.get("offer")
            return word.SessionRequested(peer, session, offer if isinstance(offer, str) else None)
        case _:
            return None


def _listed(peers: list[Any]) -> tuple[word.Listed, ...]:
    return tuple(
        word.Listed(peer["id"], write(peer.get("meta")))
        for peer in peers
        if isinstance(peer, dict) and isinstance(peer.get("id"), str)
    )
