"""Original relays as guests: what they have, what they are sent, and who else leads to them."""

import json
from collections.abc import Iterable

import pytest

from support.sites import Site, World
from trunkline.domain.guest import Guest
from trunkline.domain.patience import PATIENCE
from trunkline.domain.stage import SEND_TIME
from trunkline.errors import Refusal
from trunkline.model import signal
from trunkline.model.command import Accept, OfferMedia
from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    TrackId,
    TransportId,
)
from trunkline.model.media import Kind, Layer, Port, Wish
from trunkline.model.report import Counted, Layers, Outgoing, Traffic
from trunkline.model.rule import Rule
from trunkline.model.trunk import Policy

HALL = RoomName("hall")
KINDS: tuple[Kind, ...] = ("video", "audio")
PLACE = "umbrella:8081"
SURE = 2 * PATIENCE + 1
"""Seconds after which nothing waits any more."""


def dial(site: Site, place: str = PLACE, policy: Policy | None = None) -> ParticipantId:
    """A site dials an original."""
    who = ParticipantId(f"{site.name}-{site.rooms.number()}")
    hello = signal.Hello(HALL, ParticipantName(f"Umbrella {place}"))
    entered = site.rooms.guests.enter(
        hello, who, f"secret-{who}", like_umbrella=True, policy=policy or Policy()
    )
    site.perform(entered)
    return who


def has(site: Site, who: ParticipantId, *tracks: str) -> None:
    """An original announces these."""
    announced = (signal.Announced(TrackId(each), "video", each, "stream") for each in tracks)
    site.hear(who, signal.Announce(tuple(announced)))


def sends(site: Site, who: ParticipantId, *tracks: str) -> None:
    """And sends them: it offers and maps them."""
    offer = {"from": [f"original {who}", 0], "kinds": ["video"] * len(tracks)}
    site.hear(who, signal.Offered(json.dumps(offer)))
    mapping = ((TrackId(each), Mid(str(number))) for number, each in enumerate(tracks))
    site.hear(who, signal.Mapped(tuple(mapping)))


def guest(site: Site, who: ParticipantId) -> Guest:
    return next(one for room in site.rooms.everywhere() for one in room.floor if one.id == who)


def offered(site: Site, who: ParticipantId) -> list[str]:
    """What an original was told last that there is for it."""
    told = [each for each in site.told[who] if isinstance(each, signal.Tracks)]
    return [track.id for track in told[-1].tracks] if told else []


def own(site: Site, transport: int) -> str:
    return f"{site.name}-{transport}-0"


def holds(site: Site, who: ParticipantId) -> set[str]:
    """The tracks that an original has here."""
    return {*guest(site, who).tracks}


def names(tracks: Iterable[object]) -> list[str]:
    return sorted(map(str, tracks))


def test_all_that_it_announces_is_accepted_and_nothing_of_it_goes_back() -> None:
    world = World("a")
    a = world["a"]
    camera = a.publish("camera", "video")
    who = dial(a)
    has(a, who, "T", own(a, camera))
    accepted = [each for each in a.told[who] if isinstance(each, signal.Wanted)]
    assert [track.id for track in accepted[-1].tracks] == ["T", own(a, camera)]
    assert holds(a, who) == {"T"}
    assert offered(a, who) == []


def test_who_dials_looks_for_the_way_of_the_media() -> None:
    world = World("a")
    who = dial(world["a"])
    (offer,) = world["a"].core.offered.values()
    assert isinstance(offer, OfferMedia)
    assert offer.dial
    effects = world["a"].rooms.guests.hear(who, signal.Offered("offer"), 0.0, 1)
    assert [each.dial for each in effects if isinstance(each, Accept)] == [True]


def test_a_policy_may_let_nothing_out_or_nothing_in() -> None:
    world = World("a")
    a = world["a"]
    a.publish("camera", "video")
    closed = dial(a, policy=Policy(send=False))
    has(a, closed, "T")
    assert (offered(a, closed), holds(a, closed)) == ([], {"T"})
    deaf = dial(a, "other:8081", Policy(receive=False))
    has(a, deaf, "U")
    assert holds(a, deaf) == set()
    assert len(offered(a, deaf)) == 2 or "T" not in offered(a, deaf)


def accepts_all(site: Site, who: ParticipantId) -> None:
    """An original accepts what it was told of, as it always does."""
    site.hear(who, signal.Accept(tuple((TrackId(each), Wish()) for each in offered(site, who))))
    site.world.run()


def downlink(site: Site, who: ParticipantId) -> TransportId:
    """The connection on which an original is sent."""
    line = guest(site, who).downlink
    assert line is not None
    return line.transport


def shown(site: Site, who: ParticipantId) -> list[str]:
    """The tracks whose media an original is sent."""
    producers = site.producer_names()
    transport = downlink(site, who)
    return sorted(
        producers[source]
        for consumer, source in site.core.shown.items()
        if consumer.transport == transport
    )


@pytest.mark.parametrize(("most", "layer"), [(0, 0), (1, 1), (None, None)])
def test_it_is_sent_no_higher_layer_than_may_cross(most: int | None, layer: int | None) -> None:
    world = World("a")
    a = world["a"]
    camera = a.publish("camera", "video")
    layers = tuple(Layer(rid) for rid in "qhf")
    a.perform(a.rooms.receive(Layers(Port(camera, Mid("0")), layers)))
    who = dial(a, policy=Policy(max_layer=most))
    accepts_all(a, who)
    assert shown(a, who) == [own(a, camera)]
    assert [*a.core.limits.values()] == ([] if layer is None else [layer])


def test_of_another_relays_track_only_the_layer_that_it_is_sent_is_asked_for() -> None:
    world = World("a", "b")
    world.link("a", "b")
    a, b = world["a"], world["b"]
    camera = b.publish("camera", "video")
    layers = tuple(Layer(rid) for rid in "qhf")
    b.perform(b.rooms.receive(Layers(Port(camera, Mid("0")), layers)))
    world.run()
    who = dial(a, policy=Policy(max_layer=1))
    accepts_all(a, who)
    assert [*b.core.chosen.values()] == [{"h"}]


def test_what_is_too_much_for_it_is_held_back_and_comes_again() -> None:
    world = World("a", "b")
    world.link("a", "b")
    a, b = world["a"], world["b"]
    camera, sound = (own(b, b.publish(kind, kind)) for kind in KINDS)
    world.run()
    other, who = dial(a), dial(a, "other:8081", Policy(max_kbps=1_000))
    assert a.rooms.limited
    has(a, other, "T")
    world.wait(SURE)
    accepts_all(a, who)
    assert shown(a, who) == names([camera, sound])
    weigh(world, *((second * 110_000, second * 50_000) for second in range(3)))
    # Nobody else wants the picture, so that it does not cross the trunk either.
    assert (shown(a, who), world.copies("a")) == ([sound], [sound])
    weigh(world, *([(220_000, 100_000)] * 8))
    assert shown(a, who) == names([camera, sound])
    assert world.copies("a") == names([camera, sound])


def weigh(world: World, *counts: tuple[int, int]) -> None:
    """A second goes by for each of these: bytes of picture and sound that were sent until then."""
    site = world["a"]
    for count in counts:
        world.now += 1
        lines = [downlink(site, one) for one in site.told if one.startswith("a-")]
        report = Counted(1, tuple(sending(line, *count) for line in lines), 0)
        site.perform(site.rooms.weigh(report, world.now))
        world.run()


def sending(transport: TransportId, picture: int, sound: int) -> Traffic:
    """The first medium is the silent one."""
    counts: tuple[tuple[Kind, int], ...] = (("audio", 0), ("video", picture), ("audio", sound))
    media = tuple(
        Outgoing(Mid(str(index)), kind, None, 0, count, 0, 0, 0, None, None)
        for index, (kind, count) in enumerate(counts)
    )
    return Traffic(transport, True, None, 0, 0, (), media)


def test_a_private_room_is_entered_only_where_the_policy_names_it() -> None:
    world = World("a")
    world["a"].rooms = type(world["a"].rooms)(rules={HALL: Rule(passphrase="sesame")})
    with pytest.raises(Refusal, match="name it in this trunk's rooms"):
        dial(world["a"])
    with pytest.raises(Refusal, match="name it in this trunk's rooms"):
        dial(world["a"], policy=Policy(rooms=frozenset({RoomName("studio")})))
    assert dial(world["a"], policy=Policy(rooms=frozenset({HALL})))


def test_what_it_has_is_known_at_every_relay_and_all_is_wanted_for_it() -> None:
    world = World("a", "b")
    world.link("a", "b")
    a, b = world["a"], world["b"]
    who = dial(a)
    has(a, who, "T")
    camera = b.publish("camera", "video")
    world.run()
    (remote,) = (one for room in b.rooms.everywhere() for one in room.remotes)
    assert (remote.role, remote.describe().role) == ("relay", "relay")
    assert offered(a, who) == [own(b, camera)]
    a.hear(who, signal.Accept(((TrackId(own(b, camera)), Wish()),)))
    world.run()
    assert world.copies("a") == [own(b, camera)]


def test_two_links_to_one_share_what_it_is_sent() -> None:
    world = World("a")
    a = world["a"]
    camera = a.publish("camera", "video")
    first, second = dial(a), dial(a)
    has(a, first, "T")
    has(a, second, "T")
    assert (holds(a, first), holds(a, second)) == ({"T"}, set())
    assert (offered(a, first), offered(a, second)) == ([own(a, camera)], [])
    a.leave(first)
    assert (holds(a, second), offered(a, second)) == ({"T"}, [own(a, camera)])


@pytest.mark.parametrize("other", [PLACE, "10.0.0.1:8081"])
def test_two_relays_that_dial_one_send_it_everything_once(other: str) -> None:
    world = World("a", "b", "c")
    for one, next_one in (("a", "b"), ("b", "c")):
        world.link(one, next_one)
    a, b = world["a"], world["b"]
    cameras = {site: own(site, site.publish("camera", "video")) for site in world.sites.values()}
    world.run()
    here = dial(a)
    has(a, here, "T")
    sends(a, here, "T")
    world.run()
    there = dial(b, other)
    has(b, there, "T")
    world.run()
    if other == PLACE:
        assert offered(a, here) == [cameras[a], cameras[world["c"]]]
        assert offered(b, there) == [cameras[b]]
    else:
        # Only one of both can tell, by its tracks. It waits, and sees what is there.
        assert names(offered(a, here)) == names(cameras.values())
        assert offered(b, there) == []
        has(b, there, "T", *cameras.values())
        sends(b, there, "T", *cameras.values())
        world.wait(SURE)
        assert offered(b, there) == []
        later = own(b, b.publish("screen", "video"))
        world.run()
        assert offered(b, there) == [later]
        assert later not in offered(a, here)
    assert holds(b, there) == set()


@pytest.mark.parametrize("same", [True, False])
def test_who_may_be_the_same_has_the_time_to_say_what_it_has(*, same: bool) -> None:
    world = World("a")
    a = world["a"]
    camera = own(a, a.publish("camera", "video"))
    first, second = dial(a), dial(a, "10.0.0.1:8081")
    # The first had it before there was another.
    assert (offered(a, first), offered(a, second)) == ([camera], [])
    world.wait(PATIENCE / 2)
    if same:
        has(a, second, camera)
        sends(a, second, camera)
    world.wait(SURE)
    assert offered(a, second) == ([] if same else [camera])
    # Later ones go to one at once.
    screen = own(a, a.publish("screen", "video"))
    assert (offered(a, first), offered(a, second)) == (
        [camera, screen],
        [] if same else [camera],
    )
    if same:
        has(a, second, camera, screen)
        sends(a, second, camera, screen)
    world.wait(SURE)
    assert offered(a, second) == ([] if same else [camera, screen])
    a.leave(first)
    if same:
        sends(a, second)
    assert offered(a, second) == [camera, screen]


def test_one_that_is_sent_nothing_leaves_it_to_the_others() -> None:
    world = World("a")
    a = world["a"]
    camera = own(a, a.publish("camera", "video"))
    closed, second = dial(a, policy=Policy(send=False)), dial(a)
    assert (offered(a, closed), offered(a, second)) == ([], [camera])


def test_whose_a_track_is_has_it_before_an_original_that_passes_it_on() -> None:
    world = World("a", "b")
    a, b = world["a"], world["b"]
    camera = own(a, a.publish("camera", "video"))
    who = dial(b)
    has(b, who, camera)
    sends(b, who, camera)
    assert holds(b, who) == {camera}
    world.link("a", "b")
    assert holds(b, who) == set()
    (remote,) = (one for room in b.rooms.everywhere() for one in room.remotes)
    assert {*remote.tracks} == {camera}


def test_what_another_leaves_is_inherited() -> None:
    world = World("a", "b")
    a, b = world["a"], world["b"]
    first = dial(b)
    has(b, first, "T")
    there = dial(a, "other:8081")
    has(a, there, "T")
    for site, one in ((a, there), (b, first)):
        sends(site, one, "T")
    world.link("a", "b")
    # Each takes its own way to it.
    assert (holds(a, there), holds(b, first)) == ({"T"}, {"T"})
    b.leave(first)
    world.wait(1)
    (remote,) = (one for room in b.rooms.everywhere() for one in room.remotes)
    assert {*remote.tracks} == {"T"}


def test_what_it_stops_to_send_has_ended_until_it_sends_it_again() -> None:
    world = World("a")
    a = world["a"]
    who = dial(a)
    has(a, who, "T", "U")
    sends(a, who, "T", "U")
    assert holds(a, who) == {"T", "U"}
    sends(a, who, "T")
    assert holds(a, who) == {"T"}
    sends(a, who, "T", "U")
    assert holds(a, who) == {"T", "U"}


def test_what_it_never_sends_is_given_up() -> None:
    world = World("a")
    a = world["a"]
    who = dial(a)
    has(a, who, "T", "U")
    sends(a, who, "T")
    a.perform(a.rooms.guests.pass_time(1.0))
    a.perform(a.rooms.guests.pass_time(0.9 + SEND_TIME))
    assert holds(a, who) == {"T", "U"}
    a.perform(a.rooms.guests.pass_time(1.0 + SEND_TIME))
    assert holds(a, who) == {"T"}
    a.perform(a.rooms.guests.pass_time(2.0 + SEND_TIME))
    sends(a, who, "T", "U")
    assert holds(a, who) == {"T", "U"}


def test_one_whose_conversation_breaks_off_is_gone_at_once() -> None:
    world = World("a")
    a = world["a"]
    who = dial(a)
    a.perform(a.rooms.guests.lose(who, 0.0))
    assert [*a.rooms.everywhere()] == []
