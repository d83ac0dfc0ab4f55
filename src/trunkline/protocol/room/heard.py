"""What a guest says: read by the relay, written by a client."""

from collections.abc import Callable, Sequence
from typing import assert_never

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.model.id import Mid, TrackId
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.name import participant_name, room_name
from trunkline.protocol.room.description import read_description, write_description
from trunkline.protocol.room.track import (
    bounded,
    read_announced,
    read_wish,
    write_announced,
    write_wish,
)

MAX_MAPPINGS = 1_000
MAX_SECRET = 256
"""Characters of a passphrase, a resumption, or the name of a program."""


def read_heard(message: pb.RemoteNodeMessage) -> signal.Hello | signal.Heard | None:
    """What a message says; None where it says nothing to us, as candidates and what is unknown.

    Raises:
        ProtocolError: it makes no sense.
    """
    name = message.WhichOneof("message")
    reader = _READERS.get(name) if name else None
    return reader(message) if reader else None


def write_heard(said: signal.Hello | signal.Heard) -> pb.RemoteNodeMessage:  # noqa: C901, PLR0911, PLR0912 - one line for each message
    """The other way round."""
    match said:
        case signal.Hello():
            return pb.RemoteNodeMessage(hello=_write_hello(said))
        case signal.Announce(tracks):
            listed = pb.UpstreamTracks(tracks=map(write_announced, tracks))
            return pb.RemoteNodeMessage(upstreamTracks=listed)
        case signal.Accept(wishes):
            accepted = pb.AcceptTracks(tracks=[write_wish(*wish) for wish in wishes])
            return pb.RemoteNodeMessage(acceptTracks=accepted)
        case signal.Offered(sdp):
            return pb.RemoteNodeMessage(offer=pb.Offer(offer=write_description(sdp, "offer")))
        case signal.Answered(sdp):
            return pb.RemoteNodeMessage(answer=pb.Answer(answer=write_description(sdp, "answer")))
        case signal.Mapped(mapping):
            return pb.RemoteNodeMessage(midMappings=write_mapping(mapping))
        case signal.Status(hand, mutes):
            status = pb.Status(mutes=[pb.Mute(umbrellaId=id_, muted=on) for id_, on in mutes])
            if hand is not None:
                status.handRaised = hand
            return pb.RemoteNodeMessage(status=status)
        case signal.Lock(locked):
            return pb.RemoteNodeMessage(lock=pb.Lock(locked=locked))
        case signal.RestartMedia():
            return pb.RemoteNodeMessage(restartMedia=pb.RestartMedia())
        case signal.Say(text):
            return pb.RemoteNodeMessage(chat=pb.Chat(text=text))
        case signal.Ping(number):
            return pb.RemoteNodeMessage(ping=pb.Ping(id=number))
        case signal.Pong(number):
            return pb.RemoteNodeMessage(pong=pb.Pong(id=number))
        case signal.Goodbye(code, reason, retry):
            goodbye = pb.Goodbye(code=code, reason=reason, retry=retry)
            return pb.RemoteNodeMessage(goodbye=goodbye)
        case _:
            assert_never(said)


def read_mapping(mappings: pb.MidMappings) -> signal.Mapped:
    """Which medium is which track.

    Raises:
        ProtocolError: there are too many.
    """
    if len(mappings.mapping) > MAX_MAPPINGS:
        raise ProtocolError(f"One message maps at most {MAX_MAPPINGS} media.")
    return signal.Mapped(tuple((TrackId(one.umbrellaId), Mid(one.mid)) for one in mappings.mapping))


def write_mapping(mapping: Sequence[tuple[TrackId, Mid]]) -> pb.MidMappings:
    """The other way round."""
    return pb.MidMappings(mapping=[pb.MidMapping(umbrellaId=id_, mid=mid) for id_, mid in mapping])


def _read_hello(message: pb.RemoteNodeMessage) -> signal.Hello:
    hello = message.hello
    for text in (hello.passphrase, hello.resumption, hello.agent):
        if len(text) > MAX_SECRET:
            raise ProtocolError(f"A text in hello has at most {MAX_SECRET} characters.")
    return signal.Hello(
        room=room_name(hello.room),
        name=participant_name(hello.name) if hello.name.strip() else None,
        passphrase=hello.passphrase,
        resumption=hello.resumption,
        accept_all=hello.acceptAll,
        agent=hello.agent,
    )


def _write_hello(hello: signal.Hello) -> pb.Hello:
    return pb.Hello(
        room=hello.room,
        name=hello.name or "",
        passphrase=hello.passphrase,
        resumption=hello.resumption,
        acceptAll=hello.accept_all,
        agent=hello.agent,
    )


def _read_announce(message: pb.RemoteNodeMessage) -> signal.Announce:
    return signal.Announce(tuple(map(read_announced, bounded(message.upstreamTracks.tracks))))


def _read_accept(message: pb.RemoteNodeMessage) -> signal.Accept:
    return signal.Accept(tuple(map(read_wish, bounded(message.acceptTracks.tracks))))


def _read_offer(message: pb.RemoteNodeMessage) -> signal.Offered:
    return signal.Offered(read_description(message.offer.offer, "offer"))


def _read_answer(message: pb.RemoteNodeMessage) -> signal.Answered:
    return signal.Answered(read_description(message.answer.answer, "answer"))


def _read_status(message: pb.RemoteNodeMessage) -> signal.Status:
    status = message.status
    hand = status.handRaised if status.HasField("handRaised") else None
    if len(status.mutes) > MAX_MAPPINGS:
        raise ProtocolError(f"One message mutes at most {MAX_MAPPINGS} tracks.")
    mutes = tuple((TrackId(one.umbrellaId), one.muted) for one in status.mutes)
    return signal.Status(hand, mutes)


def _read_goodbye(message: pb.RemoteNodeMessage) -> signal.Goodbye:
    return signal.Goodbye(message.goodbye.code, message.goodbye.reason, message.goodbye.retry)


_READERS: dict[str, Callable[[pb.RemoteNodeMessage], signal.Hello | signal.Heard]] = {
    "hello": _read_hello,
    "upstreamTracks": _read_announce,
    "acceptTracks": _read_accept,
    "offer": _read_offer,
    "answer": _read_answer,
    "midMappings": lambda message: read_mapping(message.midMappings),
    "status": _read_status,
    "lock": lambda message: signal.Lock(message.lock.locked),
    "restartMedia": lambda _: signal.RestartMedia(),
    "chat": lambda message: signal.Say(message.chat.text),
    "ping": lambda message: signal.Ping(message.ping.id),
    "pong": lambda message: signal.Pong(message.pong.id),
    "goodbye": _read_goodbye,
}
