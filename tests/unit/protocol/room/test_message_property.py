"""Whatever is said comes out as it went in; whatever comes in is a message or an error."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.model.ice_server import IceServer
from trunkline.model.id import Mid, ParticipantId, ParticipantName, RoomName, TrackId
from trunkline.model.media import Layer, Wish
from trunkline.model.view import Track
from trunkline.protocol.room import client
from trunkline.protocol.room.server import Server

T = TypeVar("T")

TEXT = st.text(max_size=20)
ID = st.text("abcXYZ019-_{}", min_size=1, max_size=64)
NAME = st.text("abc xyzäö", min_size=1, max_size=20).map(str.strip).filter(bool)
NUMBER = st.integers(0, 2**32 - 1)
LONG = st.integers(0, 2**64 - 1)
TRACK_ID = ID.map(TrackId)
PERSON_ID = TEXT.map(ParticipantId)
KIND = st.sampled_from(["audio", "video"])
SOURCE = st.sampled_from(["unspecified", "camera", "microphone", "screen", "screen-audio"])


def some(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=4).map(tuple)


def made(kind: Callable[..., T], *of: st.SearchStrategy[object]) -> st.SearchStrategy[T]:
    return st.builds(kind, *of)


WISH = made(Wish, st.booleans(), st.none() | st.integers(0, 9), NUMBER, NUMBER)
MAPPED = made(signal.Mapped, some(st.tuples(TRACK_ID, TEXT.map(Mid))))
ANNOUNCED = made(signal.Announced, TRACK_ID, KIND, ID, st.just("") | ID, SOURCE, st.booleans())
GOODBYE = made(signal.Goodbye, TEXT, TEXT, st.booleans())
SDP = st.text(min_size=1, max_size=20)
BOTH_WAYS = st.one_of(
    MAPPED,
    GOODBYE,
    made(signal.Offered, SDP),
    made(signal.Answered, SDP),
    made(signal.Ping, LONG),
    made(signal.Pong, LONG),
)
HELLO = made(
    signal.Hello,
    NAME.map(RoomName),
    st.none() | NAME.map(ParticipantName),
    TEXT,
    TEXT,
    st.booleans(),
    TEXT,
)
HEARD = st.one_of(
    BOTH_WAYS,
    made(signal.Announce, some(ANNOUNCED)),
    made(signal.Accept, some(st.tuples(TRACK_ID, WISH))),
    made(signal.Status, st.none() | st.booleans(), some(st.tuples(TRACK_ID, st.booleans()))),
    made(signal.Lock, st.booleans()),
    st.just(signal.RestartMedia()),
    made(signal.Say, TEXT),
)
PERSON = made(
    signal.Person,
    PERSON_ID,
    TEXT.map(ParticipantName),
    st.sampled_from(["client", "publisher"]),
    st.booleans(),
    st.booleans(),
)
LINE = made(signal.Line, PERSON_ID, TEXT.map(ParticipantName), TEXT, LONG)
TRACK = made(
    Track,
    TRACK_ID,
    KIND,
    st.none() | ID,
    PERSON_ID,
    ID,
    ID,
    SOURCE,
    st.booleans(),
    st.booleans(),
    some(made(Layer, TEXT, NUMBER, NUMBER)),
)
FLOW = made(
    signal.Flow, TRACK_ID, st.none() | st.integers(0, 9), st.sampled_from(["", "paused", "codec"])
)
SERVER = made(IceServer, ID, st.none() | ID, st.none() | ID)
WELCOME = made(
    signal.Welcome,
    PERSON,
    TEXT.map(RoomName),
    TEXT,
    NUMBER,
    st.booleans(),
    some(PERSON),
    some(LINE),
    st.booleans(),
)
TOLD = st.one_of(
    BOTH_WAYS,
    LINE,
    WELCOME,
    made(signal.People, some(PERSON), some(made(signal.Departure, PERSON_ID, TEXT, TEXT))),
    made(signal.Tracks, some(TRACK)),
    made(signal.TrackChanges, some(TRACK)),
    made(signal.Wanted, some(ANNOUNCED)),
    made(signal.Speakers, some(made(signal.Speaker, PERSON_ID, NUMBER))),
    made(signal.Forwarding, some(FLOW)),
    made(signal.RoomChanged, st.booleans()),
    made(signal.ConnectionClosed, st.booleans(), TEXT),
    made(signal.Failed, TEXT, TEXT, st.none() | TRACK_ID),
)


@given(HELLO, HEARD)
def test_what_a_guest_says_is_heard(hello: signal.Hello, said: signal.Heard) -> None:
    server = Server()
    assert server.receive(client.write(hello), now=0) == hello
    assert server.receive(client.write(said), now=0) == said


@given(TOLD)
def test_what_the_relay_says_is_read(told: signal.Told) -> None:
    frame = Server().send(told)
    assert frame is not None
    assert client.read(frame) == told


@given(WELCOME, some(SERVER))
def test_a_welcome_names_the_ice_servers(
    welcome: signal.Welcome, servers: tuple[IceServer, ...]
) -> None:
    frame = Server(ice_servers=servers).send(welcome)
    assert frame is not None
    read = client.read(frame)
    assert isinstance(read, signal.Welcome)
    assert read.ice_servers == servers


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_message_or_an_error(frame: bytes, like_umbrella: bool) -> None:
    with suppress(ProtocolError):
        said = Server(like_umbrella=like_umbrella).receive(frame, now=0)
        assert said is None or like_umbrella or isinstance(said, signal.Hello)
    with suppress(ProtocolError):
        client.read(frame)
