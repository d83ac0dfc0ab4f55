"""What the guests of one room send."""

from collections.abc import Callable, Iterable
from typing import assert_never

from trunkline.domain import announcement
from trunkline.domain.effect import Effect
from trunkline.domain.guest import Guest, Uplink
from trunkline.domain.lines import Lines
from trunkline.domain.track import Track
from trunkline.model import signal
from trunkline.model.command import Accept, Renegotiate
from trunkline.model.event import TrackEnded, TrackPublished, TrackStarted
from trunkline.model.id import RoomName, TrackId
from trunkline.model.media import Port
from trunkline.model.report import Answered, Layers, Refused, Resized, Stalled, Started
from trunkline.model.rule import Rule
from trunkline.model.signal import Tell

RELAY_TRACKS = 32
"""Tracks that an original relay which we dialled may bring: as many as trunks take of somebody."""

SEND_TIME = 10.0
"""Seconds that an original client has to send what it announced: what ends before that it does not
announce away. If it is sent after all, it is there again."""

StageReport = Answered | Refused | Started | Stalled | Layers | Resized


class Stage:
    """Tracks of guests, from their announcement to their end.

    `taken` gives the names of all tracks that are not this guest's.
    """

    def __init__(
        self,
        room: RoomName,
        rule: Rule,
        lines: Lines,
        taken: Callable[[Guest], Iterable[TrackId]],
    ) -> None:
        self._room = room
        self._rule = rule
        self._lines = lines
        self._taken = taken

    def announce(self, guest: Guest, tracks: tuple[signal.Announced, ...]) -> list[Effect]:
        """A guest says which tracks it has."""
        guest.announced, guest.ended = tracks, frozenset()
        accepted, failures = self._sort(guest)
        # An original relay offers nothing before all that it announced is accepted.
        told = tracks if guest.like_umbrella else accepted
        effects: list[Effect] = [Tell(guest.id, failure) for failure in failures]
        effects.append(Tell(guest.id, signal.Wanted(told)))
        return [*effects, *self._take(guest, accepted)]

    def look_again(self, guest: Guest) -> list[Effect]:
        """Let in what others of this name left, and leave to others what they have now."""
        accepted, _ = self._sort(guest)
        changed = guest.tracks.keys() != {track.id for track in accepted}
        return self._take(guest, accepted) if changed else []

    def _sort(self, guest: Guest) -> tuple[tuple[signal.Announced, ...], tuple[signal.Failed, ...]]:
        if guest.policy and not guest.policy.receive:
            return (), ()
        most = max(self._rule.tracks, RELAY_TRACKS) if guest.dialled else self._rule.tracks
        return announcement.sort(guest.offered, frozenset(self._taken(guest)), most)

    def _take(self, guest: Guest, accepted: tuple[signal.Announced, ...]) -> list[Effect]:
        effects: list[Effect] = []
        names = {track.id for track in accepted}
        for track in [track for track in guest.tracks.values() if track.id not in names]:
            del guest.tracks[track.id]
            if track.port:
                effects.append(self._ended(track))
        for each in accepted:
            known = guest.tracks.get(each.id)
            if known is None:
                guest.tracks[each.id] = announcement.track(each, guest.id)
            else:
                known.muted, known.source = each.muted, each.source
        return [*effects, *self._bind(guest)]

    def offer(self, guest: Guest, sdp: str) -> list[Effect]:
        """A guest offers media."""
        if guest.uplink:
            return [Renegotiate(guest.uplink.transport, sdp)]
        guest.uplink = Uplink(self._lines.open(guest))
        return [Accept(guest.uplink.transport, sdp, dial=guest.dialled)]

    def map(self, guest: Guest, message: signal.Mapped) -> list[Effect]:
        """A guest says which of its media are which tracks."""
        mapping = dict(message.mapping)
        if guest.like_umbrella:
            known = {track.id for track in guest.announced}
            guest.ended = ((guest.ended | guest.mapping.keys()) - mapping.keys()) & known
        guest.mapping = mapping
        return self._bind(guest)

    def pass_time(self, guest: Guest, now: float) -> bool:
        """Give up what an original client announced and does not send; whether that is news."""
        names = {track.id for track in guest.offered}
        unsent = frozenset(names - guest.mapping.keys())
        if unsent != guest.unsent[0]:
            guest.unsent = unsent, now
        if not unsent or now - guest.unsent[1] < SEND_TIME:
            return False
        guest.ended |= unsent
        return True

    def receive(self, guest: Guest, report: StageReport) -> list[Effect]:
        """Take in what the core reports of a guest's uplink."""
        uplink = guest.uplink
        if uplink is None:
            return []
        match report:
            case Answered(_, answer, media):
                uplink.agreed = True
                uplink.media = {each.mid: each.kind for each in media if each.direction == "in"}
                return [
                    Tell(guest.id, signal.Answered(answer, self._rule.bitrate)),
                    *self._bind(guest),
                ]
            case Refused(transport, _, reason):
                if not uplink.agreed:
                    guest.uplink = None
                    self._lines.close(transport)
                return [Tell(guest.id, signal.Failed("offer-refused", reason))]
            case Started(port, codec):
                return [self._started(track, codec) for track in guest.live() if track.port == port]
            case Stalled(port) | Layers(port) | Resized(port):
                for track in guest.live():
                    if track.port == port:
                        track.note(report)
                return []
            case _:
                assert_never(report)

    def close(self, guest: Guest) -> list[Effect]:
        """The transport that a guest sent on is gone."""
        guest.uplink = None
        return self._bind(guest)

    def clear(self, guest: Guest) -> list[Effect]:
        """A guest leaves."""
        effects: list[Effect] = [self._ended(track) for track in guest.live()]
        guest.tracks.clear()
        return effects

    def _bind(self, guest: Guest) -> list[Effect]:
        """Restore the invariant of `Guest`."""
        effects: list[Effect] = []
        for track in guest.tracks.values():
            port = _port(guest, track)
            if port == track.port:
                continue
            if track.port is None:
                effects.append(TrackPublished(self._room, track.owner, track.id, track.kind))
            elif port is None:
                effects.append(self._ended(track))
            track.move(port)
        return effects

    def _started(self, track: Track, codec: str) -> TrackStarted:
        track.codec = codec
        return TrackStarted(self._room, track.owner, track.id, track.kind, codec)

    def _ended(self, track: Track) -> TrackEnded:
        return TrackEnded(self._room, track.owner, track.id, track.kind)


def _port(guest: Guest, track: Track) -> Port | None:
    uplink, mid = guest.uplink, guest.mapping.get(track.id)
    if uplink is None or mid is None or uplink.media.get(mid) != track.kind:
        return None
    return Port(uplink.transport, mid)
