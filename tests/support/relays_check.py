"""What has to be so in a `World` when nothing has happened for a while."""

from collections import deque

from support.relays import ROOM, Site, Wire, World, everybody
from trunkline.model.id import ParticipantId, RoomName, TrackId
from trunkline.model.trunk import Encodings, Policy, Presence

NOTHING: Encodings = frozenset()


def check(world: World) -> None:
    """Everybody knows whom it can, and media take one way to each who wants them."""
    for site in world.sites:
        assert not site.remarks, "Relays that follow the rules reproach each other."
        _check_presences(world, site)
        for track in _tracks(world):
            _check_track(world, site, track)
        _check_neighbours(site)
        _check_speakers(world, site)


def reach(world: World, origin: Site, room: RoomName) -> set[Site]:
    """Who can know of a relay's participants in a room."""
    best = {origin}
    waiting = deque([origin])
    while waiting:
        site = waiting.popleft()
        for wire in world.wires:
            if site in wire.ends:
                far, _ = wire.far(site)
                if far not in best and crosses(wire, site, room):
                    best.add(far)
                    waiting.append(far)
    return best


def crosses(wire: Wire, site: Site, room: RoomName) -> bool:
    """Whether a room crosses a link from this end."""
    here, there = wire.policies[wire.side(site)], wire.policies[1 - wire.side(site)]
    return here.send and there.receive and _has(here, room) and _has(there, room)


def _has(policy: Policy, room: RoomName) -> bool:
    return policy.rooms is None or room in policy.rooms


def _tracks(world: World) -> list[TrackId]:
    return [track.id for _, one in everybody(world) for track in one.tracks]


def _check_presences(world: World, site: Site) -> None:
    expected: dict[ParticipantId, Presence] = {}
    for origin, one in everybody(world):
        if origin is not site and site in reach(world, origin, one.room):
            expected[one.id] = one
    assert site.present.keys() == expected.keys()
    for who, one in expected.items():
        assert _plain(site.present[who]) == _plain(one)
    ways = {way.participant: way for way in site.router.ways()}
    assert ways.keys() == expected.keys()
    for who, way in ways.items():
        assert way.link is not None
        far, _ = site.wires[way.link].far(site)
        assert way.path[0] == far.id
        further = {one.participant: one.path for one in far.router.ways()}
        assert way.path == (far.id, *further.get(who, ())), "What is told is not what is so."


def _plain(one: Presence) -> tuple[object, ...]:
    tracks = tuple((track.id, track.muted) for track in one.tracks)
    return (one.id, one.room, one.name, one.hand_raised, tracks)


def _check_track(world: World, site: Site, track: TrackId) -> None:
    served = {link: what for (link, which), what in site.served.items() if which == track}
    asked = {
        link: neighbour.asked[track]
        for link, neighbour in site.router._neighbours.items()
        if track in neighbour.asked
    }
    for link, what in served.items():
        far, name = site.wires[link].far(site)
        assert far.router._neighbours[name].asked.get(track) == what, "A copy that nobody wants."
    owner = next((one for one in site.present.values() if _sends(one, track)), None)
    if owner is None:
        assert not asked
        assert track not in site.supplies
        return
    shown = next(each for each in owner.tracks if each.id == track)
    need = site.wish(shown).union(*served.values())
    supply = site.supplies.get(track)
    crossing = _crossing(site, owner, track, need)
    assert asked == ({supply: crossing} if supply is not None else {})
    assert (supply is not None) == bool(crossing), "A track that is wanted and does not come."
    if supply is not None:
        assert world.delivers(site, supply, track), "Media do not come from their origin."
        far, name = site.wires[supply].far(site)
        assert far.served[name, track] == crossing, "Other encodings than are wanted."


def _sends(one: Presence, track: TrackId) -> bool:
    return any(each.id == track for each in one.tracks)


def _crossing(site: Site, owner: Presence, track: TrackId, need: Encodings) -> Encodings:
    way = next(way for way in site.router.ways() if way.participant == owner.id)
    assert way.link is not None
    wire = site.wires[way.link]
    layer = wire.policies[wire.side(site)].max_layer
    if layer is None:
        return need
    layers = next(each.layers for each in owner.tracks if each.id == track)
    return need & ({each.rid for each in layers[: layer + 1]} or {""})


def _check_speakers(world: World, site: Site) -> None:
    expected = {
        speaker
        for far in world.sites
        if far is not site and site in reach(world, far, ROOM)
        for speaker in far.router._speech._own.get(ROOM, ())
    }
    assert set(site.loud.get(ROOM, ())) == expected


def _check_neighbours(site: Site) -> None:
    """What each end believes of a link is the same, and nothing waits."""
    assert not site.router._demand._past
    assert not site.router._atlas._restless
    for link, neighbour in site.router._neighbours.items():
        far, name = site.wires[link].far(site)
        other = far.router._neighbours[name]
        assert not neighbour.late
        assert neighbour.wants == other.asked
        assert neighbour.served.keys() <= neighbour.wants.keys()
        told = {who: (one.path, one.presence.version) for who, one in neighbour.told.items()}
        heard = {who: (one.path, one.presence.version) for who, one in other.heard.items()}
        assert {who: told[who] for who in heard} == heard
        assert all(
            not other.takes(neighbour.told[who].presence.room) for who in told.keys() - heard
        )


def check_empty(world: World) -> None:
    """Nobody is anywhere: nothing is remembered of anybody, but what a relay itself wants."""
    for site in world.sites:
        router = site.router
        for track in site.wishes:
            assert not router.want(track, NOTHING, world.now)
        assert not router.ways()
        assert not site.present
        assert not site.supplies
        assert not site.served
        demand, atlas = router._demand, router._atlas
        tables = (demand._own, demand._supplies, demand._past, atlas._own, atlas._there)
        assert not any(tables)
        assert not atlas._claims._claims
        assert not atlas._claims._tracks
        for neighbour in router._neighbours.values():
            assert not any((neighbour.heard, neighbour.told, neighbour.late, neighbour.spoken))
            assert not any((neighbour.wants, neighbour.served, neighbour.asked, neighbour.echoed))
