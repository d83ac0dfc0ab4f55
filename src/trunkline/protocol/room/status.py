"""What an original Umbrella server tells of itself: its SFUStatus."""

from collections.abc import Iterable, Iterator, Mapping

from trunkline.model.id import ParticipantId, TrackId
from trunkline.model.report import Traffic
from trunkline.model.view import Participant, ParticipantStatistics, Room, Statistics, Track
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.room.track import write_track

_NO_CONNECTION = pb.PeerConnection(
    connectionState="new",
    signalingState="stable",
    iceConnectionState="new",
    iceGatheringState="new",
)


def write_status(
    rooms: Iterable[Room], statistics: Statistics, servers: Iterable[str] = ()
) -> bytes:
    """All tracks, all who are connected, and all servers, in the words of the original."""
    people = [one for room in rooms for one in room.participants]
    tracks = {track.id: track for one in people for track in one.tracks}
    links: dict[ParticipantId, list[ParticipantStatistics]] = {one.id: [] for one in people}
    for each in statistics.participants:
        links.setdefault(each.id, []).append(each)
    known = {one.id: one for one in people}
    clients = [_client(known.get(who), each, tracks) for who, each in links.items()]
    relayed = map(write_track, tracks.values())
    status = pb.SFUStatus(relayingTracks=relayed, clients=clients, servers=servers)
    return status.SerializeToString()


def _client(
    who: Participant | None,
    links: Iterable[ParticipantStatistics],
    tracks: Mapping[TrackId, Track],
) -> pb.Client:
    """One who is connected; of those who only watch no more is known than their connection."""
    links = list(links)
    # What is offered to send and receive could do both; where there are two, one of them sends.
    outgoing = next(
        (
            one
            for one in links
            if one.traffic.consumers and not (len(links) > 1 and one.traffic.producers)
        ),
        None,
    )
    incoming = next((one for one in links if one is not outgoing), None)
    remote = next((one.traffic.remote for one in links if one.traffic.remote), None)
    address = (who.address if who else "") or remote or "an unknown address"
    sent = [*_sent(outgoing, tracks)] if outgoing else []
    return pb.Client(
        label=f"Incoming client from {address}",
        incomingPC=_connection(incoming.traffic if incoming else None),
        outgoingPC=_connection(outgoing.traffic if outgoing else None),
        incomingTracks=map(write_track, who.tracks if who else ()),
        outgoingTracks=[write_track(track) for _, track in sent if track],
        senders=[_sender(track) for _, track in sent],
        midMapping=[pb.MidMapping(umbrellaId=track.id, mid=mid) for mid, track in sent if track],
        stagedIncomingTracks=_staged(incoming) if incoming else (),
    )


def _sent(
    link: ParticipantStatistics, tracks: Mapping[TrackId, Track]
) -> Iterator[tuple[str, Track | None]]:
    for medium in link.traffic.consumers:
        carriage = link.sent.get(medium.mid)
        yield medium.mid, tracks.get(carriage.track) if carriage else None


def _sender(track: Track | None) -> pb.Sender:
    if track is None:
        return pb.Sender()
    return pb.Sender(hasTrack=True, trackIdIfSet=track.name, umbrellaId=track.id)


def _staged(link: ParticipantStatistics) -> Iterator[pb.StagedTrack]:
    """Media that come before anything was said of what they are."""
    for medium in link.traffic.producers:
        if medium.mid not in link.carried:
            yield pb.StagedTrack(mid=medium.mid)


def _connection(traffic: Traffic | None) -> pb.PeerConnection:
    if traffic is None:
        return _NO_CONNECTION
    senders, receivers = len(traffic.consumers), len(traffic.producers)
    return pb.PeerConnection(
        connectionState="connected" if traffic.connected else "connecting",
        signalingState="stable",
        iceConnectionState="connected" if traffic.connected else "checking",
        iceGatheringState="complete",
        transceiverCount=senders + receivers,
        senderCount=senders,
        receiverCount=receivers,
    )
