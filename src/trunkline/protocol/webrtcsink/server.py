"""The server's half of one conversation: frames in, requests out, and events the other way."""

from collections.abc import Mapping
from typing import Any, assert_never

from trunkline.model import webrtcsink as word
from trunkline.protocol.json_text import read_object, write
from trunkline.protocol.webrtcsink.message import (
    read_end,
    read_peer_message,
    read_roles,
    write_end,
)

STATUS_LIMIT = 16 << 10
"""Characters of a status: it is told to many, and kept."""
_VERSIONS: tuple[word.Version, ...] = ("v1_0", "v1_1")


class Server:
    """Reads what one peer says, in order, and writes what it is told, in its version."""

    __slots__ = ("_spoken", "_version")

    def __init__(self) -> None:
        self._version: word.Version = "v1_0"
        self._spoken = False

    def receive(self, frame: str | bytes) -> word.Request | None:
        """What a frame asks for; None where it makes no sense, as the original has it."""
        fields = read_object(frame)
        if fields is None or not isinstance(frame, str):
            return None
        first, self._spoken = not self._spoken, True
        kind = fields.get("type")
        if kind == "peer":
            return read_peer_message(fields, frame)
        match kind:
            case "setProtocolVersion":
                return self._set_version(fields, first=first)
            case "setPeerStatus" if len(frame) > STATUS_LIMIT:
                return word.Misplaced(f"a status has at most {STATUS_LIMIT} characters")
            case _:
                return _read(fields)

    def send(self, event: word.Event) -> str:
        """The frame that says it."""
        match event:
            case word.PeerMessage(_, text):
                return text
            case word.EndSession():
                return write(write_end(event, self._version))
            case _:
                return _write(event)

    def _set_version(self, fields: Mapping[str, Any], *, first: bool) -> word.Request | None:
        for version in _VERSIONS:
            if fields.get("version") == version:
                if not first:
                    return word.Misplaced("setProtocolVersion must be first message")
                self._version = version
                return word.SetVersion(version)
        return None


def _read(fields: Mapping[str, Any]) -> word.Request | None:
    match fields:
        case {"type": "setPeerStatus"}:
            return _read_status(fields)
        case {"type": "startSession", "peerId": str(peer)}:
            offer = fields.get("offer")
            return word.StartSession(peer, offer) if isinstance(offer, str | None) else None
        case {"type": "endSession" | "endSessionV1_1"}:
            return read_end(fields)
        case {"type": "list"}:
            return word.ListProducers()
        case {"type": "listConsumers"}:
            return word.ListConsumers()
        case _:
            return None


def _read_status(fields: Mapping[str, Any]) -> word.SetStatus | None:
    roles, peer = read_roles(fields.get("roles")), fields.get("peerId")
    if roles is None or not isinstance(peer, str | None):
        return None
    return word.SetStatus(roles, write(fields.get("meta")), peer)


_Spoken = (
    word.Welcome
    | word.StatusChanged
    | word.SessionStarted
    | word.SessionRequested
    | word.Producers
    | word.Consumers
    | word.Failed
)


def _write(event: _Spoken) -> str:  # noqa: PLR0911 - one line for each event
    match event:
        case word.Welcome(peer):
            return write({"type": "welcome", "peerId": peer})
        case word.StatusChanged(roles, meta, peer):
            # The meta data are JSON already.
            head = write({"type": "peerStatusChanged", "roles": roles})[:-1]
            return f'{head},"meta":{meta},"peerId":{write(peer)}}}'
        case word.SessionStarted(peer, session):
            return write({"type": "sessionStarted", "peerId": peer, "sessionId": session})
        case word.SessionRequested(peer, session, offer):
            return write(
                {"type": "startSession", "peerId": peer, "sessionId": session, "offer": offer}
            )
        case word.Producers(peers):
            return f'{{"type":"list","producers":[{_listed(peers)}]}}'
        case word.Consumers(peers):
            return f'{{"type":"listConsumers","consumers":[{_listed(peers)}]}}'
        case word.Failed(details):
            return write({"type": "error", "details": details})
        case _:
            assert_never(event)


def _listed(peers: tuple[word.Listed, ...]) -> str:
    return ",".join(f'{{"id":{write(peer.peer_id)},"meta":{peer.meta}}}' for peer in peers)
