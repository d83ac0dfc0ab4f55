"""Whatever goes on, an original Umbrella client can read what it is told."""

from hypothesis import given
from hypothesis.strategies import DrawFn, booleans, composite, dictionaries, lists, sampled_from

from trunkline.model.id import Mid, ParticipantId, ParticipantName, RoomName, TrackId, TransportId
from trunkline.model.media import Kind
from trunkline.model.report import Incoming, Outgoing, Traffic
from trunkline.model.view import (
    Carriage,
    Participant,
    ParticipantStatistics,
    Room,
    Statistics,
    Track,
)
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.room.status import write_status

PEOPLE = [ParticipantId(f"p{number}") for number in range(3)]
TRACKS = [TrackId(f"t{number}") for number in range(4)]
MIDS = [Mid(mid) for mid in "012"]
KINDS: list[Kind] = ["audio", "video"]


@composite
def links(draw: DrawFn) -> ParticipantStatistics:
    mids = draw(lists(sampled_from(MIDS), unique=True))
    sends = draw(booleans())
    traffic = Traffic(
        TransportId(1),
        draw(booleans()),
        draw(sampled_from([None, "192.0.2.1:9"])),
        0,
        0,
        () if sends else tuple(Incoming(mid, "video", None, 0, 0, 0, 0, 0, None) for mid in mids),
        tuple(Outgoing(mid, "audio", None, 0, 0, 0, 0, 0, None, None) for mid in mids)
        if sends
        else (),
    )
    carried = draw(dictionaries(sampled_from(MIDS), sampled_from(TRACKS).map(Carriage)))
    return ParticipantStatistics(
        RoomName("r"), draw(sampled_from(PEOPLE)), "client", None, traffic, carried, carried
    )


@composite
def rooms(draw: DrawFn) -> Room:
    owners = draw(dictionaries(sampled_from(TRACKS), sampled_from(PEOPLE)))
    people = draw(lists(sampled_from(PEOPLE), unique=True))
    return Room(
        RoomName("r"),
        tuple(
            Participant(
                who,
                ParticipantName("n"),
                True,
                tuple(
                    Track(track, draw(sampled_from(KINDS)), None, who, "name", "stream")
                    for track, owner in owners.items()
                    if owner == who
                ),
            )
            for who in people
        ),
        0,
    )


@given(rooms(), lists(links(), max_size=6))
def test_it_can_be_read_and_names_only_tracks_that_there_are(
    room: Room, told: list[ParticipantStatistics]
) -> None:
    status = pb.SFUStatus.FromString(write_status([room], Statistics(tuple(told), 0)))
    tracks = {track.id for one in room.participants for track in one.tracks}
    assert {one.umbrellaId for one in status.relayingTracks} == tracks
    people = {one.id for one in room.participants} | {one.id for one in told}
    assert len(status.clients) == len(people)
    for client in status.clients:
        assert {one.umbrellaId for one in client.outgoingTracks} <= tracks
        assert len(client.senders) == client.outgoingPC.senderCount
        assert sum(one.hasTrack for one in client.senders) == len(client.midMapping)
