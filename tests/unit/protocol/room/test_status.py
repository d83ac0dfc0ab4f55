"""What an original Umbrella client is told of the relay, read by the generated messages."""

from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    TrackId,
    TransportId,
)
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

ROOM = RoomName("default")
ANN = Participant(
    ParticipantId("p1"),
    ParticipantName("Ann"),
    True,
    (Track(TrackId("UMB_TRACK_1"), "video", "VP8", ParticipantId("p1"), "cam", "stream"),),
    "client",
    "192.0.2.7:5000",
)


def traffic(number: int, *, sends: bool, connected: bool = True) -> Traffic:
    """A transport with two media, the second of which is not spoken of."""
    incoming = [Incoming(Mid(mid), "video", "VP8", 1, 1, 0, 0, 0, None) for mid in "01"]
    outgoing = [Outgoing(Mid(mid), "video", None, 1, 1, 0, 0, 0, None, None) for mid in "01"]
    return Traffic(
        TransportId(number),
        connected,
        f"192.0.2.8:{number}" if connected else None,
        0,
        0,
        () if sends else tuple(incoming),
        tuple(outgoing) if sends else (),
    )


def read(*links: ParticipantStatistics, people: tuple[Participant, ...] = ()) -> pb.SFUStatus:
    return pb.SFUStatus.FromString(write_status([Room(ROOM, people, 1)], Statistics(links, 0)))


def link(who: str, of: Traffic, **carried: str) -> ParticipantStatistics:
    media = {Mid(mid[1:]): Carriage(TrackId(track)) for mid, track in carried.items()}
    return ParticipantStatistics(ROOM, ParticipantId(who), "client", None, of, media, media)


def test_nobody_is_nothing() -> None:
    assert write_status([], Statistics((), 0)) == b""


def test_who_sends_has_an_incoming_connection() -> None:
    status = read(link("p1", traffic(1, sends=False), m0="UMB_TRACK_1"), people=(ANN,))
    (client,) = status.clients
    assert [(one.id, one.kind, one.streamId, one.umbrellaId) for one in status.relayingTracks] == [
        ("cam", pb.Video, "stream", "UMB_TRACK_1")
    ]
    assert client.label == "Incoming client from 192.0.2.7:5000"
    assert client.trunkUrl == ""
    assert client.incomingPC == pb.PeerConnection(
        connectionState="connected",
        signalingState="stable",
        iceConnectionState="connected",
        iceGatheringState="complete",
        transceiverCount=2,
        receiverCount=2,
    )
    assert client.outgoingPC.connectionState == "new"
    assert [one.umbrellaId for one in client.incomingTracks] == ["UMB_TRACK_1"]
    assert list(client.stagedIncomingTracks) == [pb.StagedTrack(mid="1")]
    assert not client.senders


def test_who_watches_has_senders() -> None:
    watching = link("p9", traffic(2, sends=True, connected=False), m0="UMB_TRACK_1")
    status = read(watching, people=(ANN,))
    ann, viewer = status.clients
    assert ann.incomingPC.connectionState == "new"
    assert viewer.label == "Incoming client from an unknown address"
    assert viewer.outgoingPC.connectionState == "connecting"
    assert viewer.outgoingPC.senderCount == 2
    assert [one.umbrellaId for one in viewer.outgoingTracks] == ["UMB_TRACK_1"]
    assert list(viewer.senders) == [
        pb.Sender(hasTrack=True, trackIdIfSet="cam", umbrellaId="UMB_TRACK_1"),
        pb.Sender(),
    ]
    assert list(viewer.midMapping) == [pb.MidMapping(umbrellaId="UMB_TRACK_1", mid="0")]


def test_who_has_no_conversation_is_named_by_its_media() -> None:
    (client,) = read(link("p9", traffic(2, sends=True))).clients
    assert client.label == "Incoming client from 192.0.2.8:2"
    assert [one.hasTrack for one in client.senders] == [False, False]
