"""The rules of a conversation."""

import json

import pytest

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.model.id import RoomName, TrackId
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.room import client
from trunkline.protocol.room.server import BURST, PER_SECOND, Server
from trunkline.protocol.room.track import MAX_TRACKS

HELLO = client.write(signal.Hello(RoomName("studio")))


def greeted() -> Server:
    server = Server()
    server.receive(HELLO, now=0)
    return server


def upstream(**fields: object) -> bytes:
    whole = {"id": "track", "kind": pb.Video, "umbrellaId": "UMB_TRACK_1", "streamId": "stream"}
    track = pb.TrackDescriptor(**{**whole, **fields})  # type: ignore[arg-type]
    return frame(upstreamTracks=pb.UpstreamTracks(tracks=[track]))


def frame(**kind: object) -> bytes:
    return pb.RemoteNodeMessage(**kind).SerializeToString()  # type: ignore[arg-type]


def test_hello_comes_first_and_once() -> None:
    server = Server()
    with pytest.raises(ProtocolError, match="first message is hello"):
        server.receive(client.write(signal.Say("Hello?")), now=0)
    server.receive(HELLO, now=0)
    with pytest.raises(ProtocolError, match="a hello already"):
        server.receive(HELLO, now=0)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("HELLO", "binary frame"),
        (b"\xff\xff\xff", "3 bytes are no RemoteNodeMessage"),
        (upstream(kind=pb.Unknown), "neither audio nor video"),
        (upstream(umbrellaId=""), "umbrellaId has 1 to 64"),
        (upstream(id="a b"), "id has 1 to 64"),
        (upstream(streamId="x" * 65), "streamId has 1 to 64"),
        (frame(offer=pb.Offer(offer="v=0")), "not JSON"),
        (frame(offer=pb.Offer(offer="[" * 100_000)), "not JSON"),
        (frame(offer=pb.Offer(offer='{"type": "answer", "sdp": "v=0"}')), '"type": "offer"'),
        (frame(answer=pb.Answer(answer='{"type": "answer"}')), "answer has no sdp"),
        (frame(answer=pb.Answer(answer='"answer"')), '"type": "answer"'),
        (
            frame(acceptTracks=pb.AcceptTracks(tracks=[pb.TrackDescriptor()] * (MAX_TRACKS + 1))),
            f"at most {MAX_TRACKS} tracks",
        ),
        (
            frame(midMappings=pb.MidMappings(mapping=[pb.MidMapping()] * 1_001)),
            "maps at most",
        ),
        (frame(status=pb.Status(mutes=[pb.Mute()] * 1_001)), "mutes at most"),
    ],
)
def test_what_makes_no_sense_is_an_error(data: bytes | str, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        greeted().receive(data, now=0)


@pytest.mark.parametrize(
    ("hello", "why"),
    [
        (pb.Hello(), "room name has 1 to 64"),
        (pb.Hello(room="a/b"), "no slash"),
        (pb.Hello(room="a", name="a\nb"), "printable"),
        (pb.Hello(room="a", passphrase="x" * 257), "at most 256"),
    ],
)
def test_a_hello_without_sense_is_an_error(hello: pb.Hello, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        Server().receive(frame(hello=hello), now=0)


def test_candidates_and_what_is_unknown_say_nothing() -> None:
    server = greeted()
    candidate = pb.Candidate(candidate=json.dumps({"candidate": "candidate:1 …"}))
    assert server.receive(frame(candidate=candidate), now=0) is None
    assert server.receive(b"", now=0) is None
    # Field 4,000, of a later version.
    assert server.receive(b"\x82\xfa\x01\x02hi", now=0) is None


def test_too_many_messages_are_an_error() -> None:
    server = greeted()
    ping = client.write(signal.Ping(1))
    for _ in range(BURST - 1):
        server.receive(ping, now=0)
    with pytest.raises(ProtocolError, match="messages a second"):
        server.receive(ping, now=0)
    for _ in range(int(PER_SECOND)):
        server.receive(ping, now=1)
    with pytest.raises(ProtocolError, match="messages a second"):
        server.receive(ping, now=1)


def test_an_original_client_needs_no_hello_and_is_told_what_it_knows() -> None:
    server = Server(like_umbrella=True)
    assert server.receive(HELLO, now=0) is None
    assert server.receive(client.write(signal.Say("Hi.")), now=0) is None
    # Empty lists are fields of length 0.
    assert server.receive(b"\x22\x00", now=0) == signal.Announce(())
    assert server.receive(b"\x2a\x00", now=0) == signal.Accept(())
    assert server.receive(b"\x32\x00", now=0) == signal.Mapped(())
    assert server.send(signal.Pong(1)) is None
    assert server.send(signal.Mapped(())) == b"\x32\x00"
    assert server.send(signal.Tracks(())) == b"\x22\x00"


def test_a_relay_that_makes_no_sense_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="text frames"):
        client.read("WELCOME")
    with pytest.raises(ProtocolError, match="no RemoteNodeMessage"):
        client.read(b"\xff\xff\xff")
    assert client.read(b"") is None


def test_a_track_that_nobody_has_may_be_wanted() -> None:
    accept = pb.AcceptTracks(tracks=[pb.TrackDescriptor(umbrellaId="gone")])
    said = greeted().receive(frame(acceptTracks=accept), now=0)
    assert isinstance(said, signal.Accept)
    assert said.wishes[0][0] == TrackId("gone")
