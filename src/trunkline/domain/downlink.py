"""The transport on which the relay sends to one guest: it makes the offers there."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from trunkline.domain.track import Track
from trunkline.model.command import (
    AcceptAnswer,
    Attach,
    Command,
    Detach,
    Limit,
    OfferMedia,
    Select,
)
from trunkline.model.id import Mid, TrackId, TransportId
from trunkline.model.media import Kind, Label, OfferedMedium, Port, Wish
from trunkline.model.report import Agreed, Offered
from trunkline.model.trunk import Encodings
from trunkline.model.view import Carriage

MAX_MEDIA = 200
"""m-lines of one offer; tracks beyond that are not sent."""

ANSWER_TIME = 30.0
"""Seconds that a guest has to answer an offer."""

MAX_RIDS = 4
"""Encodings of one medium."""
_RID = re.compile(r"[A-Za-z0-9_]{1,8}")

Want = TypeVar("Want")


@dataclass(slots=True)
class _Medium:
    """One m-line, and the track that it shows or is about to show."""

    kind: Kind
    label: Label | None
    track: Track | None
    source: Port | None
    mid: Mid | None = None
    agreed: Label | None = None
    """The label that the guest last agreed to; None: to none."""
    shown: Port | None = None
    limit: int | None = None
    """The highest layer that is wanted."""
    limited: int | None = None
    """The same, as the core was told."""
    rids: tuple[str, ...] = ()
    """The encodings that it may carry beside each other; none: one, up to the limit."""
    agreed_rids: frozenset[str] = frozenset()
    wanted_rids: Encodings = frozenset()
    selected: Encodings = frozenset()
    """Those that it carries, as the core was told."""
    unplayable: str | None = None
    """A codec that the guest cannot play."""
    fallback: Port | None = None
    """Where the track comes in in another codec, if it does."""


class Downlink:
    """What one guest, or one neighbour, is sent.

    A medium whose track is gone is used again for the next one of its kind, so that offers do not
    grow, and a track that is gone needs no offer. Invariant: at most one offer is unanswered; what
    changes meanwhile makes one more after it.
    """

    def __init__(
        self, transport: TransportId, *, like_umbrella: bool = False, dial: bool = False
    ) -> None:
        """Offer nothing yet.

        Args:
            transport: a new one.
            like_umbrella: a data channel and a silent medium come first, media are never used
                again, and what a track leaves behind is offered as inactive.
            dial: it goes to a neighbour that we dialled.
        """
        self.transport = transport
        self._dial = dial
        self.connected = False
        self.offer: str | None = None
        """What the guest has not answered yet."""
        self._like_umbrella = like_umbrella
        self._media: list[_Medium] = []  # bounded by MAX_MEDIA
        self._offered: tuple[OfferedMedium, ...] = ()
        self._waiting = False
        self._asked: float | None = None
        self._restart = False
        if like_umbrella:
            self._media.append(_Medium("audio", Label("trunkline", "silence"), None, None))

    @property
    def waiting(self) -> bool:
        """Whether an offer is unanswered."""
        return self._waiting

    def is_overdue(self, now: float) -> bool:
        """Whether the answer takes too long; counted from the first time that this is asked."""
        if self.offer is None:
            self._asked = None
        elif self._asked is None:
            self._asked = now
        return self._asked is not None and now - self._asked >= ANSWER_TIME

    @property
    def mapping(self) -> tuple[tuple[TrackId, Mid], ...]:
        """Which medium carries which track, as of the last offer."""
        return tuple(
            (medium.track.id, medium.mid)
            for medium, offered in zip(self._media, self._offered, strict=False)
            if medium.track and medium.mid and offered.label == medium.label
        )

    def carried(self) -> dict[Mid, Carriage]:
        """Which track each medium carries, or is about to."""
        return {
            medium.mid: Carriage(medium.track.id, paused=medium.source is None)
            for medium in self._media
            if medium.mid and medium.track
        }

    def track_at(self, mid: Mid) -> Track | None:
        """The track that a medium carries."""
        return next((medium.track for medium in self._media if medium.mid == mid), None)

    def height(self, mid: Mid) -> int:
        """How many encodings there are of what a medium carries, up to the highest of those."""
        medium = next(medium for medium in self._media if medium.mid == mid)
        rids = _rids(medium.track) if medium.track and medium.rids else ()
        return max((n for n, rid in enumerate(rids, 1) if rid in medium.selected), default=1)

    def shown(self) -> Iterator[Port]:
        """The producers that are attached."""
        return (medium.shown for medium in self._media if medium.shown)

    def falls_back(self, mid: Mid, codec: str) -> bool:
        """Whether there is something else for who cannot play this; the next `show` takes it."""
        for medium in self._media:
            if medium.mid == mid and medium.fallback and medium.shown != medium.fallback:
                medium.unplayable = codec
                return True
        return False

    def show(self, wanted: Sequence[tuple[Track, Wish]]) -> list[Command]:
        """Send a guest these tracks from now on, and no others."""
        for track, wish, medium in self._place(wanted):
            medium.source = None if wish.paused else track.choose(medium.unplayable)
            medium.fallback = track.fallback
            medium.limit = track.place(track.highest(wish))
        return [*self._aim(), *self._make_offer()]

    def carry(self, wanted: Sequence[tuple[Track, Encodings]]) -> list[Command]:
        """Send a neighbour these encodings of tracks from now on, and nothing else."""
        for track, encodings, medium in self._place(wanted):
            rids = _rids(track)
            if not set(rids) <= set(medium.rids):
                medium.rids = rids
            # There, everybody is to be able to play it.
            medium.source = next(reversed(track.producers()), None) if encodings else None
            medium.wanted_rids = encodings
        return [*self._aim(), *self._make_offer()]

    def restart(self) -> list[Command]:
        """Offer new ICE credentials."""
        self._restart = True
        return self._make_offer()

    def offer_made(self, report: Offered) -> None:
        """The core has written the offer."""
        self.offer = report.offer
        for medium, mid in zip(self._media, report.media, strict=False):
            medium.mid = mid

    def answered(self, sdp: str) -> list[Command]:
        """The guest answered; an answer to no offer is nothing."""
        if self.offer is None:
            return []
        self.offer = None
        return [AcceptAnswer(self.transport, sdp)]

    def agreed(self, report: Agreed) -> tuple[list[Command], tuple[TrackId, ...]]:
        """The core took the answer; what is to be done, and which tracks the guest cannot play."""
        self._waiting = False
        taken = {medium.mid for medium in report.media if medium.direction == "out"}
        refused = []
        for medium, offered in zip(self._media, self._offered, strict=False):
            is_taken = medium.mid in taken
            medium.agreed = offered.label if is_taken else None
            medium.agreed_rids = frozenset(offered.rids)
            if medium.track and medium.label == offered.label and not is_taken:
                refused.append(medium.track.id)
        return [*self._aim(), *self._make_offer()], tuple(refused)

    def _free(self, medium: _Medium) -> None:
        medium.track = medium.source = medium.fallback = None
        if self._like_umbrella:
            medium.label = None

    def _place(self, wanted: Sequence[tuple[Track, Want]]) -> Iterator[tuple[Track, Want, _Medium]]:
        """Give each track its medium, and take it from those that are not named."""
        known = {medium.track.id: medium for medium in self._media if medium.track}
        names = {track.id for track, _ in wanted}
        for track_id in known.keys() - names:
            self._free(known[track_id])
        for track, want in wanted:
            medium = known.get(track.id) or self._take(track)
            if medium is not None:
                medium.track = track
                yield track, want, medium

    def _take(self, track: Track) -> _Medium | None:
        for medium in self._free_media(track.kind):
            medium.label, medium.rids = track.label, ()
            return medium
        if len(self._media) >= MAX_MEDIA:
            return None
        self._media.append(_Medium(track.kind, track.label, track, None))
        return self._media[-1]

    def _free_media(self, kind: Kind) -> Iterator[_Medium]:
        # An original client tells tracks apart by their media: there, it is the last resort.
        if self._like_umbrella and len(self._media) < MAX_MEDIA:
            return
        for medium in self._media[1 if self._like_umbrella else 0 :]:
            if medium.track is None and medium.kind == kind:
                yield medium

    def _aim(self) -> Iterator[Command]:
        for medium in self._media:
            # Packets under an old label would be shown as somebody else's.
            source = medium.source if medium.agreed == medium.label else None
            if medium.mid is None:
                continue
            port = Port(self.transport, medium.mid)
            if source:
                yield from _choose(medium, port)
            if source == medium.shown:
                continue
            seamless = medium.track is not None and medium.track.came_in_at(medium.shown)
            medium.shown = source
            yield Attach(port, source, seamless) if source else Detach(port)

    def _make_offer(self) -> list[Command]:
        media = tuple(
            OfferedMedium(medium.kind, medium.label, medium.rids) for medium in self._media
        )
        if self._waiting or not media or (media == self._offered and not self._restart):
            return []
        command = OfferMedia(
            self.transport,
            media,
            data=self._like_umbrella,
            restart=self._restart,
            dial=self._dial,
        )
        self._offered, self._waiting, self._restart = media, True, False
        return [command]


def _rids(track: Track) -> tuple[str, ...]:
    """The encodings that a track can be sent in beside each other; none where it cannot."""
    rids = tuple(layer.rid for layer in track.layers)
    return rids if all(map(_RID.fullmatch, rids)) and len({*rids}) <= MAX_RIDS else ()


def _choose(medium: _Medium, port: Port) -> Iterator[Command]:
    """Tell the core which encodings of its source a medium carries, where that is news."""
    if medium.rids:
        rids = medium.wanted_rids & medium.agreed_rids
        if rids != medium.selected:
            medium.selected = rids
            yield Select(port, rids)
    elif medium.limit != medium.limited:
        medium.limited = medium.limit
        yield Limit(port, medium.limit)
