"""What a relay takes of another one's frames."""

import math
from collections.abc import Callable

import pytest

from trunkline.errors import ProtocolError
from trunkline.model import signal, trunk
from trunkline.model.camera import CameraSummary
from trunkline.model.id import ParticipantId, RelayId, RoomName
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.trunk.half import Half

ME = trunk.Hello(RelayId("relay0001"), "garden", "trunkline 1", "first")
BASE = {"participantId": "p1", "room": "studio", "name": "Ann", "role": "client"}


def greeted() -> Half:
    half = Half()
    assert half.receive(half.send(ME)) == ME
    return half


def track(number: int = 1, **more: object) -> pb.TrackDescriptor:
    given = {"id": "cam", "kind": pb.Video, "umbrellaId": f"t{number}"}
    return pb.TrackDescriptor(**{**given, **more})  # type: ignore[arg-type]


def announced(**more: object) -> pb.RemoteNodeMessage:
    given = {**BASE, "path": ["relay0001"], **more}
    return pb.RemoteNodeMessage(trunkAnnounced=pb.TrunkAnnounced(**given))  # type: ignore[arg-type]


def said(**more: object) -> pb.RemoteNodeMessage:
    line = pb.Chat(text="Hello!", participantId="p1", name="Ann", time=1)
    given = {"origin": "relay0001", "number": 1, "room": "studio", "line": line, **more}
    return pb.RemoteNodeMessage(trunkSaid=pb.TrunkSaid(**given))  # type: ignore[arg-type]


def ruled(**more: object) -> pb.RemoteNodeMessage:
    given = {"origin": "relay0001", "number": 1, "room": "studio", **more}
    return pb.RemoteNodeMessage(trunkRuled=pb.TrunkRuled(**given))  # type: ignore[arg-type]


def wanted(track: str, rids: list[str]) -> pb.RemoteNodeMessage:
    return pb.RemoteNodeMessage(trunkWanted=pb.TrunkWanted(umbrellaId=track, rids=rids))


def mapped(track: str, mid: str) -> pb.RemoteNodeMessage:
    mapping = [pb.MidMapping(umbrellaId=track, mid=mid)]
    return pb.RemoteNodeMessage(midMappings=pb.MidMappings(mapping=mapping))


def hello(**more: object) -> pb.RemoteNodeMessage:
    given = {"relay": "relay0001", **more}
    return pb.RemoteNodeMessage(trunkHello=pb.TrunkHello(**given))  # type: ignore[arg-type]


def test_hello_comes_first_and_once() -> None:
    half = Half()
    with pytest.raises(ProtocolError, match="first message is hello"):
        half.receive(half.send(signal.Ping(1)))
    assert half.receive(half.send(ME)) == ME
    assert half.receive(half.send(signal.Ping(1))) == signal.Ping(1)
    with pytest.raises(ProtocolError, match="hello already"):
        half.receive(half.send(ME))


def test_a_goodbye_may_come_in_place_of_hello() -> None:
    goodbye = signal.Goodbye("full", "No more.", retry=True)
    assert Half().receive(Half().send(goodbye)) == goodbye


@pytest.mark.parametrize("frame", ["text", b"\xff\xff"], ids=["text", "no protobuf"])
def test_what_is_no_message_is_an_error(frame: str | bytes) -> None:
    with pytest.raises(ProtocolError, match="RemoteNodeMessage"):
        greeted().receive(frame)


@pytest.mark.parametrize(
    "message",
    [
        pb.RemoteNodeMessage(),
        pb.RemoteNodeMessage(candidate=pb.Candidate(candidate="{}")),
        pb.RemoteNodeMessage(lock=pb.Lock(locked=True)),
    ],
    ids=["nothing", "candidate", "of guests"],
)
def test_what_says_nothing_to_relays_is_skipped(message: pb.RemoteNodeMessage) -> None:
    assert greeted().receive(message.SerializeToString()) is None


Change = Callable[[], pb.RemoteNodeMessage]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (lambda: announced(path=[]), "1 to 64 relays, not 0"),
        (lambda: announced(path=["relay0001"] * 65), "1 to 64 relays, not 65"),
        (lambda: announced(path=["me"]), "8 to 64 letters"),
        (lambda: announced(cost=math.nan), "no number of milliseconds"),
        (lambda: announced(cost=math.inf), "no number of milliseconds"),
        (lambda: announced(cost=-1.0), "no number of milliseconds"),
        (lambda: announced(cost=1e10), "no number of milliseconds"),
        (lambda: announced(participantId=""), "id of a participant"),
        (lambda: announced(participantId="a\nb"), "id of a participant"),
        (lambda: announced(room=""), "room name"),
        (lambda: announced(name="\n"), "participant name"),
        (lambda: announced(role="king"), "no role 'king'"),
        (lambda: announced(tracks=[track(n) for n in range(33)]), "at most 32 tracks"),
        (lambda: announced(tracks=[track(), track()]), "two tracks of one id"),
        (lambda: announced(tracks=[track(kind=pb.Unknown)]), "neither audio nor video"),
        (lambda: announced(tracks=[track(codec="x" * 65)]), "name of a codec"),
        (lambda: announced(tracks=[track(layers=[pb.Layer(rid="l")] * 9)]), "at most 8 layers"),
        (lambda: announced(tracks=[track(layers=[pb.Layer()])]), "rid of an encoding"),
        (lambda: said(origin="me"), "8 to 64 letters"),
        (lambda: said(line=pb.Chat(participantId="p1", name="Ann")), "1 to 2000 characters"),
        (lambda: said(line=pb.Chat(text="x" * 2001)), "1 to 2000 characters"),
        (lambda: ruled(origin="me"), "8 to 64 letters"),
        (lambda: ruled(room="x" * 1000), "room name has 1 to"),
        (lambda: ruled(number=1 << 53), "counted up to 9007199254740991, not 9007199254740992"),
        (lambda: ruled(lock=pb.TrunkLock(stamp=1 << 63, relay="relay0001")), "counted up to"),
        (lambda: ruled(lock=pb.TrunkLock(stamp=1)), "8 to 64 letters"),
        (lambda: ruled(verifier=pb.TrunkVerifier()), "16 bytes of salt and 32 of key, not 0 and 0"),
        (
            lambda: ruled(verifier=pb.TrunkVerifier(salt=bytes(16), key=bytes(1000))),
            "32 of key, not 16 and 1000",
        ),
        (lambda: announced(camera=pb.TrunkCamera(codec="x" * 65)), "codec has at most 64"),
        (lambda: announced(camera=pb.TrunkCamera(codec="\x1b[2J")), "codec has at most 64"),
        (lambda: wanted("t" * 65, []), "id of a track"),
        (lambda: wanted("t", [str(n) for n in range(9)]), "at most 8 encodings"),
        (lambda: wanted("t", ["a b"]), "rid of an encoding"),
        (
            lambda: pb.RemoteNodeMessage(
                trunkSpoken=pb.TrunkSpoken(room="studio", speakers=[pb.Speaker()] * 65)
            ),
            "At most 64 speak",
        ),
        (
            lambda: pb.RemoteNodeMessage(
                trunkCharted=pb.TrunkCharted(
                    relay="relay0001", edges=[pb.TrunkEdge(relay="relay0002")] * 129
                )
            ),
            "at most 128 neighbours",
        ),
        (lambda: mapped("a b", "0"), "id of a track"),
        (lambda: mapped("t", "x" * 17), "mid of a medium"),
        (lambda: pb.RemoteNodeMessage(error=pb.Error(umbrellaId="a b")), "id of a track"),
    ],
)
def test_what_cannot_be_is_an_error(message: Change, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        greeted().receive(message().SerializeToString())


@pytest.mark.parametrize(
    "message",
    [hello(relay="short"), hello(name="x" * 65), hello(agent="\x1b[2J"), hello(instance="\n")],
    ids=["id", "name", "agent", "instance"],
)
def test_a_hello_that_cannot_be_is_an_error(message: pb.RemoteNodeMessage) -> None:
    with pytest.raises(ProtocolError):
        Half().receive(message.SerializeToString())


def test_reasons_of_others_can_be_shown_and_logged() -> None:
    half = greeted()
    wild = signal.Goodbye("No Code", "one\r\ntwo\x1b[2J" + "x" * 1_000)
    heard = half.receive(half.send(wild))
    assert isinstance(heard, signal.Goodbye)
    assert heard.code == "unknown"
    assert heard.reason.startswith("one  two [2Jxxx")
    assert len(heard.reason) == 500
    failed = signal.Failed("offer-refused", "why\nnot")
    assert half.receive(half.send(failed)) == signal.Failed("offer-refused", "why not")
    closed = signal.ConnectionClosed(sending=True, reason="\0gone")
    assert half.receive(half.send(closed)) == signal.ConnectionClosed(sending=True, reason="gone")


def test_the_lowest_level_of_sound_is_127() -> None:
    half = greeted()
    who = ParticipantId("p1")
    spoken = trunk.Spoken(RoomName("studio"), (signal.Speaker(who, 300),))
    heard = half.receive(half.send(spoken))
    assert heard == trunk.Spoken(spoken.room, (signal.Speaker(who, 127),))


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ({}, None),
        ({"state": "of-next-year", "trouble": "login"}, None),
        ({"state": "failed", "trouble": "of-next-year"}, CameraSummary("failed", "setup")),
        ({"state": "live", "codec": "H264"}, CameraSummary("live", None, "H264")),
        (
            {"state": "live", "codec": "H264", "remade": "of-next-year"},
            CameraSummary("live"),
        ),
    ],
)
def test_of_a_camera_only_what_is_understood_is_taken(
    told: dict[str, str], heard: CameraSummary | None
) -> None:
    word = greeted().receive(announced(camera=pb.TrunkCamera(**told)).SerializeToString())
    assert isinstance(word, trunk.Announced)
    assert word.presence.camera == heard


@pytest.mark.parametrize("rtt", [math.nan, math.inf, -1.0, 1e9])
def test_a_round_trip_time_that_cannot_be_is_unknown(rtt: float) -> None:
    half = greeted()
    edge = pb.TrunkEdge(relay="relay0002", rtt=rtt)
    charted = pb.TrunkCharted(relay="relay0001", name="garden", edges=[edge])
    heard = half.receive(pb.RemoteNodeMessage(trunkCharted=charted).SerializeToString())
    assert isinstance(heard, trunk.Charted)
    assert heard.edges == (trunk.Edge(RelayId("relay0002"), None, 0),)
