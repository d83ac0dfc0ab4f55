"""What the guests of one room are sent."""

from collections.abc import Iterable
from typing import assert_never

from trunkline.domain.downlink import Downlink
from trunkline.domain.effect import Effect
from trunkline.domain.guest import Guest
from trunkline.domain.lines import Lines
from trunkline.domain.track import Track
from trunkline.model import signal
from trunkline.model.report import Agreed, Forwarded, Offered, Unplayable
from trunkline.model.signal import Tell

MAX_WISHES = 500
"""Tracks that one guest can want."""

AudienceReport = Offered | Agreed | Unplayable | Forwarded


class Audience:
    """Keeps what each guest knows and is sent as it should be."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def accept(self, guest: Guest, message: signal.Accept) -> list[Effect]:
        """A guest says which tracks it wants."""
        if len(message.wishes) > MAX_WISHES:
            reason = f"At most {MAX_WISHES} tracks can be accepted at the same time."
            return [Tell(guest.id, signal.Failed("too-many-tracks", reason))]
        guest.accepts_all = False
        guest.wishes = dict(message.wishes)
        return []

    def greet(self, guest: Guest) -> list[Effect]:
        """Make the offer that an original Umbrella client gets before it has said anything."""
        return [*self._downlink(guest).show(())]

    def show(self, guest: Guest, tracks: Iterable[Track]) -> list[Effect]:
        """Let a guest know of these tracks, and send it those that it wants."""
        effects = _tell(guest, tracks)
        wishes = ((track, guest.wish_for(track)) for track in tracks)
        wanted = [(track, wish) for track, wish in wishes if wish is not None]
        if not wanted and guest.downlink is None:
            return effects
        downlink = self._downlink(guest)
        effects += downlink.show(wanted)
        if not guest.like_umbrella and not downlink.waiting:
            effects += _map(guest, downlink)
        return effects

    def receive(self, guest: Guest, report: AudienceReport) -> list[Effect]:
        """Take in what the core reports of a guest's downlink."""
        downlink = guest.downlink
        if downlink is None:
            return []
        match report:
            case Offered(_, offer):
                downlink.offer_made(report)
                told = Tell(guest.id, signal.Offered(offer))
                # With the offer, so that a picture has its place when it comes; an original client
                # is told when it has answered.
                return [told] if guest.like_umbrella else [told, *_map(guest, downlink)]
            case Agreed():
                commands, refused = downlink.agreed(report)
                flows = tuple(signal.Flow(track, hindrance="codec") for track in refused)
                more = [Tell(guest.id, signal.Forwarding(flows))] if flows else []
                if guest.like_umbrella:
                    more.append(Tell(guest.id, signal.Mapped(downlink.mapping)))
                return [*more, *commands]
            case Unplayable(consumer, codec) if downlink.falls_back(consumer.mid, codec):
                return []
            case Unplayable(consumer) | Forwarded(consumer):
                track = downlink.track_at(consumer.mid)
                flow = _flow(report, track) if track else None
                return [Tell(guest.id, signal.Forwarding((flow,)))] if flow else []
            case _:
                assert_never(report)

    def close(self, guest: Guest) -> None:
        """The transport that a guest was sent on is gone."""
        guest.downlink, guest.mapped = None, ()

    def _downlink(self, guest: Guest) -> Downlink:
        if guest.downlink is None:
            transport = self._lines.open(guest)
            guest.downlink = Downlink(
                transport, like_umbrella=guest.like_umbrella, dial=guest.dialled
            )
        return guest.downlink


def _flow(report: Unplayable | Forwarded, track: Track) -> signal.Flow:
    if isinstance(report, Forwarded):
        return signal.Flow(track.id, track.layer_at(report.layer))
    return signal.Flow(track.id, hindrance="codec")


def _tell(guest: Guest, tracks: Iterable[Track]) -> list[Effect]:
    """Say what is news of these tracks."""
    views = tuple(track.describe() for track in tracks)
    known = {view.id: view for view in guest.told or ()}
    news = tuple(view for view in views if view != known.get(view.id))
    unknown, guest.told = guest.told is None, views
    if unknown or known.keys() != {view.id for view in views}:
        return [Tell(guest.id, signal.Tracks(views))]
    return [Tell(guest.id, signal.TrackChanges(news))] if news else []


def _map(guest: Guest, downlink: Downlink) -> list[Effect]:
    """Tell which medium is which track, where that is news."""
    if downlink.mapping == guest.mapped:
        return []
    guest.mapped = downlink.mapping
    return [Tell(guest.id, signal.Mapped(guest.mapped))]
