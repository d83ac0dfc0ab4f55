"""The shapes of the answers; their JSON schemas are the description's."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from trunkline.model import report, view
from trunkline.model.id import Mid
from trunkline.model.media import Kind, Protocol, Source
from trunkline.web.api.meter import Medium

Known = Annotated[float, Field(ge=0)]
Bitrate = Annotated[
    int | None,
    Field(ge=0, description="Bits of RTP payload in the last second; null: not known yet."),
]


class Shape(BaseModel):
    """Names are written in camel case."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, from_attributes=True, frozen=True
    )


class Layer(Shape):
    """One simulcast encoding (RFC 8853)."""

    rid: str
    width: Annotated[int, Field(description="Pixels; 0 while not known.")]
    height: Annotated[int, Field(description="Pixels; 0 while not known.")]


class Track(Shape):
    """One stream of one participant."""

    id: str
    kind: Kind
    codec: Annotated[str | None, Field(description="As in SDP; null before the first packet.")]
    participant: Annotated[str, Field(description="The id of the participant whose it is.")]
    source: Source
    stream: Annotated[str, Field(description="Tracks of one stream belong together.")]
    muted: Annotated[bool, Field(description="Nothing is sent, on purpose.")]
    stalled: Annotated[bool, Field(description="Nothing has come for a while, though not muted.")]
    layers: Annotated[tuple[Layer, ...], Field(description="Lowest first; none if sent once.")]


class Participant(Shape):
    """Somebody in a room who publishes or may."""

    id: str
    name: str
    role: Literal["publisher", "viewer", "client", "relay"]
    publishing: Annotated[bool, Field(description="What it sends can arrive.")]
    remote: Annotated[bool, Field(description="It is at another relay.")]
    tracks: tuple[Track, ...]

    @classmethod
    def of(cls, participant: view.Participant) -> "Participant":
        """From what the relay knows."""
        tracks = tuple(Track.model_validate(track) for track in participant.tracks)
        return cls(
            id=participant.id,
            name=participant.name,
            role=participant.role,
            publishing=participant.connected,
            remote=participant.remote,
            tracks=tracks,
        )


class Room(Shape):
    """A room and who is in it."""

    name: str
    participants: Annotated[tuple[Participant, ...], Field(description="Oldest first.")]
    viewers: Annotated[int, Field(description="Who only watches, by WHEP.")]

    @classmethod
    def of(cls, room: view.Room) -> "Room":
        """From what the relay knows."""
        participants = tuple(map(Participant.of, room.participants))
        return cls(name=room.name, participants=participants, viewers=room.viewers)


class Rooms(Shape):
    """All rooms."""

    rooms: Annotated[tuple[Room, ...], Field(description="Oldest first.")]
    plain_port: Annotated[
        int | None,
        Field(description="The port of the same without TLS, for programs that need that."),
    ]


class Tracks(Shape):
    """All tracks of a room."""

    tracks: tuple[Track, ...]


class Carrier(Shape):
    """One medium of a connection."""

    mid: str
    kind: Kind
    track: Annotated[str | None, Field(description="The id of the track that it carries.")]
    bitrate: Bitrate

    @classmethod
    def of(
        cls,
        counters: report.Incoming | report.Outgoing,
        carriage: view.Carriage | None,
        bitrate: int | None,
    ) -> Self:
        """From what the relay knows."""
        known: dict[str, object] = {
            "track": carriage.track if carriage else None,
            "paused": carriage is not None and carriage.paused,
            "bitrate": bitrate,
        }
        # In a crowd there are thousands, and `asdict` would copy each value.
        known |= {name: getattr(counters, name) for name in cls.model_fields if name not in known}
        return cls.model_validate(known)


class Incoming(Carrier):
    """What came of one medium."""

    codec: str | None
    packets: int
    bytes: Annotated[int, Field(description="RTP payload.")]
    keyframes: int
    keyframe_requests: Annotated[int, Field(description="PLI sent to the publisher.")]
    nacks: Annotated[int, Field(description="Retransmission requests sent to the publisher.")]
    loss: Annotated[Known | None, Field(description="Fraction lost, 0 to 1; null: unknown.")]


class Outgoing(Carrier):
    """What was sent on one medium."""

    paused: Annotated[bool, Field(description="The receiver wants nothing of it for now.")]
    packets: int
    bytes: Annotated[int, Field(description="RTP payload, without what was sent again.")]
    retransmitted: Annotated[int, Field(description="RTP payload sent again, in bytes.")]
    nacks: Annotated[int, Field(description="Retransmission requests received.")]
    keyframe_requests: Annotated[int, Field(description="PLI and FIR received.")]
    loss: Annotated[Known | None, Field(description="Fraction lost, 0 to 1; null: unknown.")]
    rtt: Annotated[Known | None, Field(description="Round-trip time in seconds; null: unknown.")]


class Transport(Shape):
    """One media connection. A client has two: one sends, one receives."""

    room: str
    participant: str
    role: Literal["publisher", "viewer", "client", "relay"]
    name: Annotated[str | None, Field(description="Null for viewers.")]
    connected: bool
    remote: Annotated[
        str | None,
        Field(
            description='"address:port", once connected; null for strangers where the relay serves '
            "everybody."
        ),
    ]
    protocol: Protocol | None
    received: Annotated[int, Field(description="Bytes of datagrams.")]
    sent: Annotated[int, Field(description="Bytes of datagrams.")]
    producers: Annotated[tuple[Incoming, ...], Field(description="What comes in.")]
    consumers: Annotated[tuple[Outgoing, ...], Field(description="What goes out.")]

    @classmethod
    def of(cls, statistics: view.ParticipantStatistics, rates: Mapping[Medium, int]) -> "Transport":
        """From what the relay knows."""
        traffic: report.Traffic = statistics.traffic

        def coming(mid: Mid) -> tuple[view.Carriage | None, int | None]:
            return statistics.carried.get(mid), rates.get((traffic.transport, mid, "in"))

        def leaving(mid: Mid) -> tuple[view.Carriage | None, int | None]:
            return statistics.sent.get(mid), rates.get((traffic.transport, mid, "out"))

        return cls(
            room=statistics.room,
            participant=statistics.id,
            role=statistics.role,
            name=statistics.name,
            connected=traffic.connected,
            remote=traffic.remote,
            protocol=traffic.protocol,
            received=traffic.received,
            sent=traffic.sent,
            producers=tuple(Incoming.of(one, *coming(one.mid)) for one in traffic.producers),
            consumers=tuple(Outgoing.of(one, *leaving(one.mid)) for one in traffic.consumers),
        )


class TrunkTransport(Shape):
    """One of the two media connections with another relay."""

    relay: Annotated[str, Field(description="The id of the other relay.")]
    name: Annotated[str, Field(description="Its name.")]
    connected: bool
    received: Annotated[int, Field(description="Bytes of datagrams.")]
    sent: Annotated[int, Field(description="Bytes of datagrams.")]
    producers: Annotated[tuple[Incoming, ...], Field(description="What comes in.")]
    consumers: Annotated[tuple[Outgoing, ...], Field(description="What goes out.")]

    @classmethod
    def of(cls, statistics: view.TrunkStatistics, rates: Mapping[Medium, int]) -> "TrunkTransport":
        """From what the relay knows."""
        traffic, carried = statistics.traffic, statistics.carried

        def coming(mid: Mid) -> tuple[view.Carriage | None, int | None]:
            return carried.get(mid), rates.get((traffic.transport, mid, "in"))

        def leaving(mid: Mid) -> tuple[view.Carriage | None, int | None]:
            return carried.get(mid), rates.get((traffic.transport, mid, "out"))

        return cls(
            relay=statistics.relay,
            name=statistics.name,
            connected=traffic.connected,
            received=traffic.received,
            sent=traffic.sent,
            producers=tuple(Incoming.of(one, *coming(one.mid)) for one in traffic.producers),
            consumers=tuple(Outgoing.of(one, *leaving(one.mid)) for one in traffic.consumers),
        )


class Statistics(Shape):
    """Counters of everything that runs now."""

    transports: tuple[Transport, ...]
    trunks: Annotated[tuple[TrunkTransport, ...], Field(description="With other relays.")]
    datagrams_dropped: Annotated[int, Field(description="Belonged to nobody, or were not valid.")]
    datagrams_unsent: Annotated[int, Field(description="Too many waited for the network.")]
    batches_dropped: Annotated[int, Field(description="A worker was too busy to take them.")]

    @classmethod
    def of(cls, statistics: view.Statistics, rates: Mapping[Medium, int]) -> "Statistics":
        """From what the relay knows."""
        return cls(
            transports=tuple(Transport.of(one, rates) for one in statistics.participants),
            trunks=tuple(TrunkTransport.of(one, rates) for one in statistics.trunks),
            datagrams_dropped=statistics.datagrams_dropped,
            datagrams_unsent=statistics.datagrams_unsent,
            batches_dropped=statistics.batches_dropped,
        )


class Edge(Shape):
    """A neighbour of a relay."""

    relay: Annotated[str, Field(description="Its id.")]
    rtt: Annotated[Known | None, Field(description="Round-trip time in seconds; null: unknown.")]
    tracks: Annotated[int, Field(description="How many it is sent.")]
    silent: Annotated[
        bool, Field(description="Nothing is heard of it for longer than it should be.")
    ]


class Relay(Shape):
    """A relay and its trunks, as it tells of itself."""

    relay: Annotated[str, Field(description="Its id.")]
    name: str
    edges: tuple[Edge, ...]


class Status(Shape):
    """Everything at one moment."""

    version: Annotated[str, Field(description="Of the relay.")]
    relays: Annotated[
        tuple[Relay, ...],
        Field(description="This relay first, and all that trunks lead to; empty without trunks."),
    ]
    rooms: Annotated[tuple[Room, ...], Field(description="Oldest first.")]
    statistics: Statistics


class Nearby(Shape):
    """A relay on the local network, as it tells of itself."""

    name: str
    url: Annotated[str, Field(description="Where it is found, by its name.")]
    addresses: Annotated[tuple[str, ...], Field(description="IPv4 first.")]


class NearbyRelays(Shape):
    """The relays on the local network."""

    relays: Annotated[tuple[Nearby, ...], Field(description="By name.")]


class Problem(Shape):
    """Why something was not done (RFC 9457)."""

    status: int
    title: str
    detail: Annotated[str, Field(description="A sentence for a person: cause and remedy.")]
