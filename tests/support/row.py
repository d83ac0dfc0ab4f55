"""Two and more relays in memory, and what is looked at in them."""

from itertools import pairwise

from support.sites import Site, World
from trunkline.model import signal
from trunkline.model.id import Mid, ParticipantId, TransportId
from trunkline.model.media import Kind
from trunkline.model.report import Outgoing, Traffic


def chain(*names: str) -> World:
    """Relays in a row, each dialling the next one."""
    world = World(*names)
    for one, next_one in pairwise(names):
        world.link(one, next_one)
    return world


def watched(*names: str) -> tuple[World, TransportId, ParticipantId]:
    """A row of relays (two), a camera at the first, and Ann, who is sent it, at the last."""
    names = names or ("a", "b")
    world = chain(*names)
    camera = world[names[0]].publish("camera", "video")
    ann = world[names[-1]].join("ann")
    world.run()
    return world, camera, ann


def people(site: Site) -> set[str]:
    """Who is at other relays, as far as a site knows."""
    return {one.name for room in site.rooms.everywhere() for one in room.remotes}


def tracks_told(site: Site, who: ParticipantId) -> list[str]:
    """The tracks that a guest was told of last."""
    told = [each for each in site.told[who] if isinstance(each, signal.Tracks)]
    return [track.id for track in told[-1].tracks] if told else []


def attached(site: Site, who: ParticipantId) -> int:
    """How many tracks a guest is sent."""
    downlink = next(
        guest.downlink
        for room in site.rooms.everywhere()
        for guest in room.floor
        if guest.id == who
    )
    return len([*downlink.shown()]) if downlink else 0


def sending(transport: TransportId, count: int) -> Traffic:
    """A transport whose media have sent so much each."""
    kinds: tuple[tuple[str, Kind], ...] = (("0", "video"), ("1", "audio"))
    media = tuple(
        Outgoing(Mid(mid), kind, None, 0, count, 0, 0, 0, None, None) for mid, kind in kinds
    )
    return Traffic(transport, True, None, 0, 0, (), media)
