"""The shapes of trunks in the API."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from trunkline.client.trunk.roster import Entry, Roster
from trunkline.listing.settings import TrunkSettings
from trunkline.model.id import LinkId, ParticipantId
from trunkline.model.trunk import Hello, Standing
from trunkline.net.links import Talk
from trunkline.web.api.shape import Shape

State = Literal["connecting", "up", "waiting", "refused"]


class TrunkBody(TrunkSettings):
    """What is laid down for a trunk that this relay dials."""

    model_config = ConfigDict(validate_by_name=False, validate_by_alias=True)


class Relay(Shape):
    """Who a relay says that it is."""

    id: str
    name: str

    @classmethod
    def of(cls, hello: Hello) -> "Relay":
        """From its hello."""
        return cls(id=hello.relay, name=hello.name)


class Trunk(Shape):
    """One trunk, dialled by this relay or by the other; its secret is never shown."""

    id: str
    url: Annotated[str | None, Field(description="Null where the other relay dialled.")]
    direction: Annotated[Literal["out", "in"], Field(description="out: this relay dials.")]
    state: Annotated[
        State,
        Field(
            description="waiting: tried again soon. refused: too, but something must be changed."
        ),
    ]
    error: Annotated[str | None, Field(description="Why it is not up: cause and remedy.")]
    since: Annotated[
        float, Field(description="Seconds since 1970: since when it is up, or is not.")
    ]
    original: Annotated[
        bool,
        Field(
            description="The other one is an original Umbrella relay, and takes part in the room "
            "default: it has no id and is not measured."
        ),
    ] = False
    relay: Annotated[Relay | None, Field(description="The other one; null while not up.")]
    rtt: Annotated[float | None, Field(description="Round-trip time in seconds, smoothed.")] = None
    silent: Annotated[
        bool,
        Field(description="It is up, but nothing is heard of the other one: its end is near."),
    ] = False
    held_back: Annotated[
        int,
        Field(description="Pictures of which less is sent than is wanted: maxKbps is too low."),
    ] = 0
    sent_kbps: float = 0.0
    received_kbps: float = 0.0
    tracks_sent: int = 0
    tracks_received: int = 0
    rooms: Annotated[list[str] | None, Field(description="Null: all without a passphrase.")]
    max_kbps: int | None
    max_layer: int | None
    send: bool
    receive: bool
    insecure: Annotated[bool, Field(description="Any certificate is taken.")]
    fingerprint: str | None


class Trunks(Shape):
    """All trunks, and which relay this is."""

    relay: Relay
    trunks: list[Trunk]

    @classmethod
    def of(
        cls,
        roster: Roster,
        bitrates: Mapping[LinkId, tuple[int, int]],
        guests: Mapping[ParticipantId, Mapping[str, float]],
    ) -> "Trunks":
        """As they are now.

        Args:
            roster: those that are dialled, and all that are up.
            bitrates: bits in a second, sent and received.
            guests: the same figures of guests, as they are told here.
        """
        trunking = roster.links.trunking
        standings = {standing.link: standing for standing in trunking.standings()}
        up = [talk for talk in roster.links.up if not talk.dialled]
        taken = [_taken(talk, standings) for talk in up]
        dialled = [dialled_one(entry, standings) for entry in roster.entries]
        talks = [*(entry.dialler.conversation for entry in roster.entries), *up]
        measured = [
            one.model_copy(update=_rates(talk, bitrates, guests))
            for one, talk in zip([*dialled, *taken], talks, strict=True)
        ]
        return cls(relay=Relay.of(trunking.me), trunks=measured)


def one(roster: Roster, entry: Entry) -> Trunk:
    """One that this relay dials."""
    standings = {standing.link: standing for standing in roster.links.trunking.standings()}
    return dialled_one(entry, standings)


def dialled_one(entry: Entry, standings: dict[LinkId, Standing]) -> Trunk:
    """The same, where the standings of all are known."""
    settings, dialler = entry.settings, entry.dialler
    talk = dialler.conversation
    standing = _standing(talk, standings)
    hello = talk.hello if talk else None
    is_up = talk is not None and talk.is_up
    since = talk.since if talk and is_up else dialler.since
    return Trunk(
        id=entry.id,
        url=settings.url,
        direction="out",
        state=dialler.state,
        error=None if is_up else dialler.error,
        since=since / 1000,
        original=talk is not None and talk.participant is not None,
        relay=Relay.of(hello) if hello else None,
        rooms=None if settings.rooms is None else list(settings.rooms),
        max_kbps=settings.max_kbps,
        max_layer=settings.max_layer,
        send=settings.send,
        receive=settings.receive,
        insecure=settings.insecure,
        fingerprint=settings.fingerprint,
        rtt=standing.rtt if standing else None,
        tracks_sent=len(standing.tracks_sent) if standing else 0,
        tracks_received=len(standing.tracks_received) if standing else 0,
        silent=standing is not None and standing.silent,
        held_back=standing.held_back if standing else 0,
    )


def _taken(talk: Talk, standings: dict[LinkId, Standing]) -> Trunk:
    policy, standing = talk.policy, _standing(talk, standings)
    return Trunk(
        id=f"link-{talk.link}",
        url=None,
        direction="in",
        state="up",
        error=None,
        since=talk.since / 1000,
        relay=Relay.of(talk.hello) if talk.hello else None,
        rooms=None if policy.rooms is None else sorted(policy.rooms),
        max_kbps=policy.max_kbps,
        max_layer=policy.max_layer,
        send=policy.send,
        receive=policy.receive,
        insecure=False,
        fingerprint=None,
        rtt=standing.rtt if standing else None,
        tracks_sent=len(standing.tracks_sent) if standing else 0,
        tracks_received=len(standing.tracks_received) if standing else 0,
        silent=standing is not None and standing.silent,
        held_back=standing.held_back if standing else 0,
    )


def _rates(
    talk: Talk | None,
    bitrates: Mapping[LinkId, tuple[int, int]],
    guests: Mapping[ParticipantId, Mapping[str, float]],
) -> Mapping[str, float]:
    if talk and talk.participant is not None:
        return guests.get(talk.participant, {})
    link = talk.link if talk else None
    sent, received = bitrates.get(link, (0, 0)) if link is not None else (0, 0)
    return {"sent_kbps": sent / 1000, "received_kbps": received / 1000}


def _standing(talk: Talk | None, standings: dict[LinkId, Standing]) -> Standing | None:
    return standings.get(talk.link) if talk and talk.link is not None else None
