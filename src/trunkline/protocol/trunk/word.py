"""Words that relays say to each other ⇄ messages."""

from collections.abc import Callable
from typing import assert_never

from trunkline.errors import ProtocolError
from trunkline.model import signal, trunk
from trunkline.model.id import ParticipantName
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.name import participant_name, room_name
from trunkline.protocol.room.told import read_told, write_told
from trunkline.protocol.trunk.presence import MAX_LAYERS, read_announced, write_announced
from trunkline.protocol.trunk.rule import read_ruled, write_ruled
from trunkline.protocol.trunk.text import (
    code,
    mid_of,
    participant_id,
    relay_id,
    rid,
    sentence,
    shown,
    track_id,
)

MAX_LINE = 2_000
"""Characters of a line of chat."""
MAX_SPEAKERS = 64
"""In one message."""
MAX_EDGES = 128
"""Neighbours of a relay."""
MAX_RTT = 60_000.0
"""Milliseconds; what is more is no measurement."""
MAX_LEVEL = 127
"""The lowest level of sound (RFC 6464)."""

# What is said of media, and to see whether the other end is there, is as between guest and relay.
_AS_THEY_ARE = signal.Offered | signal.Answered | signal.Ping | signal.Pong
_SHARED = frozenset(
    ("offer", "answer", "midMappings", "connectionClosed", "error", "ping", "pong", "goodbye")
)


def read_word(message: pb.RemoteNodeMessage) -> trunk.Word | None:
    """What a message says; None where it says nothing to us.

    Raises:
        ProtocolError: it makes no sense.
    """
    name = message.WhichOneof("message")
    if name in _SHARED:
        return _read_shared(message)
    reader = _READERS.get(name) if name else None
    return reader(message) if reader else None


def write_word(word: trunk.Word) -> pb.RemoteNodeMessage:
    """The other way round."""
    match word:
        case trunk.Hello(relay, name, agent, instance):
            hello = pb.TrunkHello(relay=relay, name=name, agent=agent, instance=instance)
            return pb.RemoteNodeMessage(trunkHello=hello)
        case trunk.Announced():
            return pb.RemoteNodeMessage(trunkAnnounced=write_announced(word))
        case trunk.Withdrawn(participant, gone):
            withdrawn = pb.TrunkWithdrawn(participantId=participant, gone=gone)
            return pb.RemoteNodeMessage(trunkWithdrawn=withdrawn)
        case trunk.Wanted() | trunk.Said() | trunk.Spoken():
            return _write_routed(word)
        case trunk.Ruled() | trunk.Charted():
            return _write_flooded(word)
        case _:
            return write_told(word)


def _write_flooded(word: trunk.Ruled | trunk.Charted) -> pb.RemoteNodeMessage:
    if isinstance(word, trunk.Ruled):
        return pb.RemoteNodeMessage(trunkRuled=write_ruled(word))
    return pb.RemoteNodeMessage(trunkCharted=_write_charted(word))


def _write_routed(word: trunk.Wanted | trunk.Said | trunk.Spoken) -> pb.RemoteNodeMessage:
    match word:
        case trunk.Wanted(track, encodings):
            wanted = pb.TrunkWanted(umbrellaId=track, rids=sorted(encodings))
            return pb.RemoteNodeMessage(trunkWanted=wanted)
        case trunk.Said(origin, number, room, line):
            said = pb.TrunkSaid(origin=origin, number=number, room=room, line=_write_line(line))
            return pb.RemoteNodeMessage(trunkSaid=said)
        case trunk.Spoken(room, speakers):
            loud = [pb.Speaker(participantId=one.id, level=one.level) for one in speakers]
            return pb.RemoteNodeMessage(trunkSpoken=pb.TrunkSpoken(room=room, speakers=loud))
        case _:
            assert_never(word)


def _read_shared(message: pb.RemoteNodeMessage) -> trunk.Word:
    told = read_told(message)
    match told:
        case signal.Goodbye(text, reason, retry):
            return signal.Goodbye(code(text), sentence(reason), retry)
        case signal.Failed(text, reason, track):
            return signal.Failed(code(text), sentence(reason), track and track_id(track))
        case signal.Mapped(mapping):
            return signal.Mapped(tuple((track_id(track), mid_of(mid)) for track, mid in mapping))
        case signal.ConnectionClosed(sending, reason):
            return signal.ConnectionClosed(sending, sentence(reason))
        case _:
            assert isinstance(told, _AS_THEY_ARE), told
            return told


def _read_hello(message: pb.RemoteNodeMessage) -> trunk.Hello:
    hello = message.trunkHello
    return trunk.Hello(
        relay_id(hello.relay),
        shown(hello.name, "The name of a relay"),
        shown(hello.agent, "The name of a program", 256),
        shown(hello.instance, "An instance"),
    )


def _read_withdrawn(message: pb.RemoteNodeMessage) -> trunk.Withdrawn:
    withdrawn = message.trunkWithdrawn
    gone = withdrawn.gone if withdrawn.HasField("gone") else None
    return trunk.Withdrawn(participant_id(withdrawn.participantId), gone)


def _read_wanted(message: pb.RemoteNodeMessage) -> trunk.Wanted:
    wanted = message.trunkWanted
    if len(wanted.rids) > MAX_LAYERS:
        raise ProtocolError(f"A track has at most {MAX_LAYERS} encodings.")
    encodings = frozenset(rid(each) if each else "" for each in wanted.rids)
    return trunk.Wanted(track_id(wanted.umbrellaId), encodings)


def _read_said(message: pb.RemoteNodeMessage) -> trunk.Said:
    said = message.trunkSaid
    return trunk.Said(
        relay_id(said.origin), said.number, room_name(said.room), _read_line(said.line)
    )


def _read_spoken(message: pb.RemoteNodeMessage) -> trunk.Spoken:
    spoken = message.trunkSpoken
    if len(spoken.speakers) > MAX_SPEAKERS:
        raise ProtocolError(f"At most {MAX_SPEAKERS} speak at a time.")
    return trunk.Spoken(room_name(spoken.room), tuple(map(_read_speaker, spoken.speakers)))


def _read_speaker(speaker: pb.Speaker) -> signal.Speaker:
    return signal.Speaker(participant_id(speaker.participantId), min(speaker.level, MAX_LEVEL))


def _read_line(chat: pb.Chat) -> signal.Line:
    if not 1 <= len(chat.text) <= MAX_LINE:
        raise ProtocolError(f"A line has 1 to {MAX_LINE} characters, not {len(chat.text)}.")
    who = participant_id(chat.participantId)
    return signal.Line(who, ParticipantName(participant_name(chat.name)), chat.text, chat.time)


def _write_line(line: signal.Line) -> pb.Chat:
    return pb.Chat(text=line.text, participantId=line.speaker, name=line.name, time=line.time)


def _read_charted(message: pb.RemoteNodeMessage) -> trunk.Charted:
    charted = message.trunkCharted
    if len(charted.edges) > MAX_EDGES:
        raise ProtocolError(f"A relay has at most {MAX_EDGES} neighbours.")
    return trunk.Charted(
        relay_id(charted.relay),
        shown(charted.name, "The name of a relay"),
        charted.number,
        tuple(map(_read_edge, charted.edges)),
    )


def _read_edge(edge: pb.TrunkEdge) -> trunk.Edge:
    known = edge.HasField("rtt") and 0 <= edge.rtt < MAX_RTT
    rtt = edge.rtt / 1000 if known else None
    return trunk.Edge(relay_id(edge.relay), rtt, edge.tracks, edge.silent)


def _write_charted(word: trunk.Charted) -> pb.TrunkCharted:
    edges = [
        pb.TrunkEdge(
            relay=edge.relay,
            rtt=None if edge.rtt is None else edge.rtt * 1000,
            tracks=edge.tracks,
            silent=edge.silent,
        )
        for edge in word.edges
    ]
    return pb.TrunkCharted(relay=word.relay, name=word.name, number=word.number, edges=edges)


_READERS: dict[str, Callable[[pb.RemoteNodeMessage], trunk.Word]] = {
    "trunkHello": _read_hello,
    "trunkAnnounced": lambda message: read_announced(message.trunkAnnounced),
    "trunkWithdrawn": _read_withdrawn,
    "trunkWanted": _read_wanted,
    "trunkSaid": _read_said,
    "trunkSpoken": _read_spoken,
    "trunkCharted": _read_charted,
    "trunkRuled": lambda message: read_ruled(message.trunkRuled),
}
