"""What the relay says: written by the relay, read by a client."""

from collections.abc import Callable
from typing import assert_never

from trunkline.model import signal
from trunkline.model.ice_server import IceServer
from trunkline.model.id import ParticipantId, ParticipantName, RoomName, TrackId
from trunkline.model.view import Track
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.bandwidth import limit_pictures
from trunkline.protocol.room.description import read_description, write_description
from trunkline.protocol.room.heard import read_mapping, write_mapping
from trunkline.protocol.room.track import (
    bounded,
    read_announced,
    read_track,
    write_announced,
    write_track,
)


def write_told(told: signal.Told) -> pb.RemoteNodeMessage:  # noqa: C901, PLR0911, PLR0912 - one line for each message
    """What is said, as a message."""
    match told:
        case signal.Welcome():
            return pb.RemoteNodeMessage(welcome=_write_welcome(told))
        case signal.People(present, gone):
            people = pb.Participants(
                present=map(_write_person, present),
                gone=[pb.Departure(id=one.id, code=one.code, reason=one.reason) for one in gone],
            )
            return pb.RemoteNodeMessage(participants=people)
        case signal.Tracks(tracks):
            upstream = pb.UpstreamTracks(tracks=map(write_track, tracks))
            return pb.RemoteNodeMessage(upstreamTracks=upstream)
        case signal.TrackChanges(tracks):
            changes = pb.TrackChanges(tracks=map(write_track, tracks))
            return pb.RemoteNodeMessage(trackChanges=changes)
        case signal.Wanted(wanted):
            accepted = pb.AcceptTracks(tracks=map(write_announced, wanted))
            return pb.RemoteNodeMessage(acceptTracks=accepted)
        case signal.Offered(sdp):
            return pb.RemoteNodeMessage(offer=pb.Offer(offer=write_description(sdp, "offer")))
        case signal.Answered(sdp, bitrate):
            limited = write_description(limit_pictures(sdp, bitrate), "answer")
            return pb.RemoteNodeMessage(answer=pb.Answer(answer=limited))
        case signal.Mapped(mapping):
            return pb.RemoteNodeMessage(midMappings=write_mapping(mapping))
        case signal.Line():
            return pb.RemoteNodeMessage(chat=_write_line(told))
        case signal.Speakers(speakers):
            loud = [pb.Speaker(participantId=one.id, level=one.level) for one in speakers]
            return pb.RemoteNodeMessage(speakers=pb.Speakers(speakers=loud))
        case signal.Forwarding(flows):
            return pb.RemoteNodeMessage(forwarding=pb.Forwarding(flows=map(_write_flow, flows)))
        case signal.RoomChanged(locked):
            return pb.RemoteNodeMessage(roomChange=pb.RoomChange(locked=locked))
        case signal.ConnectionClosed(sending, reason):
            closed = pb.ConnectionClosed(sending=sending, reason=reason)
            return pb.RemoteNodeMessage(connectionClosed=closed)
        case signal.Failed(code, reason, track):
            error = pb.Error(code=code, reason=reason, umbrellaId=track or "")
            return pb.RemoteNodeMessage(error=error)
        case signal.Ping(number):
            return pb.RemoteNodeMessage(ping=pb.Ping(id=number))
        case signal.Pong(number):
            return pb.RemoteNodeMessage(pong=pb.Pong(id=number))
        case signal.Goodbye(code, reason, retry):
            goodbye = pb.Goodbye(code=code, reason=reason, retry=retry)
            return pb.RemoteNodeMessage(goodbye=goodbye)
        case _:
            assert_never(told)


def read_told(message: pb.RemoteNodeMessage) -> signal.Told | None:
    """What a message of a relay says; None where it says nothing to us.

    Raises:
        ProtocolError: it makes no sense.
    """
    name = message.WhichOneof("message")
    reader = _READERS.get(name) if name else None
    return reader(message) if reader else None


def _write_welcome(welcome: signal.Welcome) -> pb.Welcome:
    servers = [
        pb.IceServer(
            urls=[server.url],
            username=server.username or "",
            credential=server.credential or "",
        )
        for server in welcome.ice_servers
    ]
    return pb.Welcome(
        you=_write_person(welcome.you),
        room=welcome.room,
        resumption=welcome.resumption,
        resumptionTime=welcome.resumption_time,
        resumed=welcome.resumed,
        participants=map(_write_person, welcome.people),
        chat=map(_write_line, welcome.lines),
        locked=welcome.locked,
        iceServers=servers,
    )


def _read_welcome(message: pb.RemoteNodeMessage) -> signal.Welcome:
    welcome = message.welcome
    return signal.Welcome(
        you=_read_person(welcome.you),
        room=RoomName(welcome.room),
        resumption=welcome.resumption,
        resumption_time=welcome.resumptionTime,
        resumed=welcome.resumed,
        people=tuple(map(_read_person, welcome.participants)),
        lines=tuple(map(_read_line, welcome.chat)),
        locked=welcome.locked,
        ice_servers=tuple(
            IceServer(url, server.username or None, server.credential or None)
            for server in welcome.iceServers
            for url in server.urls
        ),
    )


def _write_person(person: signal.Person) -> pb.Participant:
    return pb.Participant(
        id=person.id,
        name=person.name,
        handRaised=person.hand_raised,
        role=person.role,
        away=person.away,
    )


def _read_person(person: pb.Participant) -> signal.Person:
    role = signal.GUEST_ROLES.get(person.role, "client")
    who, name = ParticipantId(person.id), ParticipantName(person.name)
    return signal.Person(who, name, role, person.handRaised, person.away)


def _write_line(line: signal.Line) -> pb.Chat:
    return pb.Chat(text=line.text, participantId=line.speaker, name=line.name, time=line.time)


def _read_line(chat: pb.Chat) -> signal.Line:
    who, name = ParticipantId(chat.participantId), ParticipantName(chat.name)
    return signal.Line(who, name, chat.text, chat.time)


def _write_flow(flow: signal.Flow) -> pb.Flow:
    written = pb.Flow(umbrellaId=flow.track, hindrance=flow.hindrance)
    if flow.layer is not None:
        written.layer = flow.layer
    return written


def _read_flow(flow: pb.Flow) -> signal.Flow:
    layer = flow.layer if flow.HasField("layer") else None
    hindrance = signal.HINDRANCES.get(flow.hindrance, "")
    return signal.Flow(TrackId(flow.umbrellaId), layer, hindrance)


def _read_people(message: pb.RemoteNodeMessage) -> signal.People:
    people = message.participants
    gone = (signal.Departure(ParticipantId(one.id), one.code, one.reason) for one in people.gone)
    return signal.People(tuple(map(_read_person, people.present)), tuple(gone))


def _read_speakers(message: pb.RemoteNodeMessage) -> signal.Speakers:
    loud = message.speakers.speakers
    speakers = (signal.Speaker(ParticipantId(one.participantId), one.level) for one in loud)
    return signal.Speakers(tuple(speakers))


def _read_goodbye(message: pb.RemoteNodeMessage) -> signal.Goodbye:
    return signal.Goodbye(message.goodbye.code, message.goodbye.reason, message.goodbye.retry)


def _read_failed(message: pb.RemoteNodeMessage) -> signal.Failed:
    error = message.error
    track = TrackId(error.umbrellaId) if error.umbrellaId else None
    return signal.Failed(error.code, error.reason, track)


def _read_closed(message: pb.RemoteNodeMessage) -> signal.ConnectionClosed:
    closed = message.connectionClosed
    return signal.ConnectionClosed(closed.sending, closed.reason)


def _tracks(descriptions: pb.UpstreamTracks | pb.TrackChanges) -> tuple[Track, ...]:
    return tuple(map(read_track, bounded(descriptions.tracks)))


def _read_wanted(message: pb.RemoteNodeMessage) -> signal.Wanted:
    return signal.Wanted(tuple(map(read_announced, bounded(message.acceptTracks.tracks))))


_READERS: dict[str, Callable[[pb.RemoteNodeMessage], signal.Told]] = {
    "welcome": _read_welcome,
    "participants": _read_people,
    "upstreamTracks": lambda message: signal.Tracks(_tracks(message.upstreamTracks)),
    "trackChanges": lambda message: signal.TrackChanges(_tracks(message.trackChanges)),
    "acceptTracks": _read_wanted,
    "offer": lambda message: signal.Offered(read_description(message.offer.offer, "offer")),
    "answer": lambda message: signal.Answered(read_description(message.answer.answer, "answer")),
    "midMappings": lambda message: read_mapping(message.midMappings),
    "chat": lambda message: _read_line(message.chat),
    "speakers": _read_speakers,
    "forwarding": lambda message: signal.Forwarding(
        tuple(map(_read_flow, message.forwarding.flows))
    ),
    "roomChange": lambda message: signal.RoomChanged(message.roomChange.locked),
    "connectionClosed": _read_closed,
    "error": _read_failed,
    "ping": lambda message: signal.Ping(message.ping.id),
    "pong": lambda message: signal.Pong(message.pong.id),
    "goodbye": _read_goodbye,
}
