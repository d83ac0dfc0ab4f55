"""Descriptions of tracks inside messages."""

import re
from collections.abc import Iterable

from trunkline.errors import ProtocolError
from trunkline.model.id import ParticipantId, TrackId
from trunkline.model.media import Kind, Layer, Source, Wish
from trunkline.model.signal import Announced
from trunkline.model.view import Track
from trunkline.protocol import sfu_pb2 as pb

MAX_TRACKS = 1_000
"""Descriptions in one message."""

_KINDS: dict[int, Kind] = {pb.Audio: "audio", pb.Video: "video"}
_SOURCE_NUMBERS: dict[Source, pb.TrackSource] = {
    "unspecified": pb.Unspecified,
    "camera": pb.Camera,
    "microphone": pb.Microphone,
    "screen": pb.Screen,
    "screen-audio": pb.ScreenAudio,
}
_SOURCES: dict[int, Source] = {number: source for source, number in _SOURCE_NUMBERS.items()}
# They stand in SDP as msid (RFC 8830 section 2: token characters, at most 64).
_ID = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,64}")


def read_announced(description: pb.TrackDescriptor) -> Announced:
    """A track that a guest has.

    Raises:
        ProtocolError: its kind is unknown, or an id is missing or cannot be one.
    """
    kind = _KINDS.get(description.kind)
    if kind is None:
        raise ProtocolError(f"Track {description.umbrellaId!r} is neither audio nor video.")
    stream = description.streamId
    return Announced(
        id=TrackId(_id(description.umbrellaId, "umbrellaId")),
        kind=kind,
        name=_id(description.id, "id"),
        stream=_id(stream, "streamId") if stream else "",
        source=_SOURCES.get(description.source, "unspecified"),
        muted=description.muted,
    )


def read_wish(description: pb.TrackDescriptor) -> tuple[TrackId, Wish]:
    """A track that a guest wants; one that nobody has is not an error, it may just have ended."""
    wish = description.wish
    limit = wish.maxLayer if wish.HasField("maxLayer") else None
    return TrackId(description.umbrellaId), Wish(wish.paused, limit, wish.width, wish.height)


def write_announced(track: Announced) -> pb.TrackDescriptor:
    """The other way round."""
    return pb.TrackDescriptor(
        id=track.name,
        kind=_kind_number(track.kind),
        streamId=track.stream,
        umbrellaId=track.id,
        source=_SOURCE_NUMBERS[track.source],
        muted=track.muted,
    )


def write_wish(track: TrackId, wish: Wish) -> pb.TrackDescriptor:
    """The other way round."""
    written = pb.Wish(paused=wish.paused, width=wish.width, height=wish.height)
    if wish.max_layer is not None:
        written.maxLayer = wish.max_layer
    return pb.TrackDescriptor(umbrellaId=track, wish=written)


def write_track(track: Track) -> pb.TrackDescriptor:
    """A track that the relay has."""
    layers = [
        pb.Layer(rid=layer.rid, width=layer.width, height=layer.height) for layer in track.layers
    ]
    return pb.TrackDescriptor(
        id=track.name,
        kind=_kind_number(track.kind),
        streamId=track.stream,
        umbrellaId=track.id,
        source=_SOURCE_NUMBERS[track.source],
        muted=track.muted,
        participantId=track.participant,
        codec=track.codec or "",
        stalled=track.stalled,
        layers=layers,
    )


def bounded(descriptions: Iterable[pb.TrackDescriptor]) -> list[pb.TrackDescriptor]:
    """The same, unless there are too many.

    Raises:
        ProtocolError: there are.
    """
    listed = list(descriptions)
    if len(listed) > MAX_TRACKS:
        raise ProtocolError(f"One message describes at most {MAX_TRACKS} tracks.")
    return listed


def _id(text: str, what: str) -> str:
    if not _ID.fullmatch(text):
        raise ProtocolError(
            f"A track's {what} has 1 to 64 characters, letters, digits and some marks: "
            f"not {text[:80]!r}."
        )
    return text


def _kind_number(kind: Kind) -> pb.TrackKind:
    return pb.Audio if kind == "audio" else pb.Video


def read_track(description: pb.TrackDescriptor) -> Track:
    """A track that a relay has, as a client reads it.

    Raises:
        ProtocolError: its kind is unknown, or an id is missing or cannot be one.
    """
    announced = read_announced(description)
    return Track(
        id=announced.id,
        kind=announced.kind,
        codec=description.codec or None,
        participant=ParticipantId(description.participantId),
        name=announced.name,
        stream=announced.stream,
        source=announced.source,
        muted=announced.muted,
        stalled=description.stalled,
        layers=tuple(Layer(one.rid, one.width, one.height) for one in description.layers),
    )
