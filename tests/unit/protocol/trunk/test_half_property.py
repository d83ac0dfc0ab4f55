"""Whatever a relay says comes out as it went in; whatever comes in is a word or an error."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, get_args

from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ProtocolError
from trunkline.model import signal, trunk
from trunkline.model.camera import CameraRemake, CameraState, CameraSummary, CameraTrouble
from trunkline.model.id import Mid, ParticipantId, ParticipantName, RelayId, RoomName, TrackId
from trunkline.model.media import Layer
from trunkline.model.view import Track
from trunkline.protocol.trunk.half import Half

T = TypeVar("T")

ID = st.text("abcXYZ019-_{}", min_size=1, max_size=64)
RELAY = st.text("abcXYZ019", min_size=8, max_size=64).map(RelayId)
NAME = st.text("abc xyzäö", min_size=1, max_size=20).map(str.strip).filter(bool)
SHOWN = st.text("abc xyzäö.,", max_size=20)
REASON = SHOWN.map(str.strip)
CODE = st.text("abc-", min_size=1, max_size=10).filter(lambda code: code[0] != "-")
RID = st.text("abc019", min_size=1, max_size=16)
NUMBER = st.integers(0, 2**32 - 1)
LONG = st.integers(0, 2**64 - 1)
WHO = ID.map(ParticipantId)
TRACK_ID = ID.map(TrackId)
ROOM = NAME.map(RoomName)
PERSON = NAME.map(ParticipantName)
SDP = st.text(min_size=1, max_size=20)


def some(of: st.SearchStrategy[T], most: int = 4) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=most).map(tuple)


def made(kind: Callable[..., T], *of: st.SearchStrategy[object]) -> st.SearchStrategy[T]:
    return st.builds(kind, *of)


TRACK = made(
    Track,
    TRACK_ID,
    st.sampled_from(["audio", "video"]),
    st.none() | RID,
    st.just(ParticipantId("")),
    ID,
    st.just("") | ID,
    st.sampled_from(["unspecified", "camera", "microphone", "screen", "screen-audio"]),
    st.booleans(),
    st.booleans(),
    some(made(Layer, RID, NUMBER, NUMBER)),
)


CAMERA = made(
    CameraSummary,
    st.sampled_from(get_args(CameraState)),
    st.none() | st.sampled_from(get_args(CameraTrouble)),
    SHOWN,
    st.none() | st.sampled_from(get_args(CameraRemake)),
)


@st.composite
def presences(draw: st.DrawFn) -> trunk.Presence:
    who = draw(WHO)
    tracks = draw(st.lists(TRACK, max_size=4, unique_by=lambda track: track.id))
    return trunk.Presence(
        id=who,
        room=draw(ROOM),
        name=draw(PERSON),
        role=draw(st.sampled_from(["client", "publisher"])),
        hand_raised=draw(st.booleans()),
        away=draw(st.booleans()),
        tracks=tuple(replaced(track, who) for track in tracks),
        camera=draw(st.none() | CAMERA),
        version=draw(LONG),
    )


def replaced(track: Track, who: ParticipantId) -> Track:
    return Track(
        track.id,
        track.kind,
        track.codec,
        who,
        track.name,
        track.stream,
        track.source,
        track.muted,
        track.stalled,
        track.layers,
    )


LINE = made(signal.Line, WHO, PERSON, st.text(min_size=1, max_size=20), LONG)
# Those that are the same when they were milliseconds for a while.
RTT = st.integers(0, 80).map(lambda eighths: eighths / 8)
EDGE = made(trunk.Edge, RELAY, st.none() | RTT, NUMBER, st.booleans())
COUNT = st.integers(0, trunk.LAST)
LOCK = made(trunk.Lock, COUNT, RELAY, st.booleans())
VERIFIER = made(trunk.Verifier, st.binary(min_size=16, max_size=16), st.just(bytes(range(32))))
RULES = st.builds(
    trunk.Rules, lock=st.none() | LOCK, verifier=st.none() | VERIFIER, unlisted=st.booleans()
)
HELLO = made(trunk.Hello, RELAY, SHOWN, SHOWN, SHOWN)
WORD = st.one_of(
    made(
        trunk.Announced,
        presences(),
        st.lists(RELAY, min_size=1, max_size=5).map(tuple),
        st.floats(0, 1e9),
    ),
    made(trunk.Withdrawn, WHO, st.none() | LONG),
    made(trunk.Wanted, TRACK_ID, st.frozensets(st.just("") | RID, max_size=8)),
    made(trunk.Said, RELAY, LONG, ROOM, LINE),
    made(trunk.Ruled, RELAY, COUNT, ROOM, RULES),
    made(trunk.Charted, RELAY, SHOWN, LONG, some(EDGE)),
    made(trunk.Spoken, ROOM, some(made(signal.Speaker, WHO, st.integers(0, 127)))),
    made(signal.Offered, SDP),
    made(signal.Answered, SDP),
    made(signal.Mapped, some(st.tuples(TRACK_ID, RID.map(Mid)))),
    made(signal.ConnectionClosed, st.booleans(), REASON),
    made(signal.Failed, CODE, REASON, st.none() | TRACK_ID),
    made(signal.Ping, LONG),
    made(signal.Pong, LONG),
    made(signal.Goodbye, CODE, REASON, st.booleans()),
)


@given(HELLO, WORD)
def test_what_one_says_the_other_hears(hello: trunk.Hello, word: trunk.Word) -> None:
    one, other = Half(), Half()
    assert other.receive(one.send(hello)) == hello
    assert other.receive(one.send(word)) == word


@given(HELLO, st.binary(max_size=200))
def test_any_bytes_are_a_word_or_an_error(hello: trunk.Hello, frame: bytes) -> None:
    half = Half()
    half.receive(half.send(hello))
    with suppress(ProtocolError):
        word = half.receive(frame)
        assert word is None or isinstance(half.send(word), bytes)
