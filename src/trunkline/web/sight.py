"""What whoever asks may see of the relay: rooms that are listed, or all, for its operator."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from aiohttp import web

from trunkline.engine import Engine
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.request import Measure
from trunkline.model.trunk import Charted
from trunkline.protocol.bearer import bearer
from trunkline.protocol.name import room_name
from trunkline.web.admin import Admin


class Sight:
    """How the relay looks to everybody.

    Where strangers are served (`everybody`), addresses of people are for the operator alone.
    """

    def __init__(self, engine: Engine, admin: Admin, *, everybody: bool) -> None:
        self._engine = engine
        self._admin = admin
        self._everybody = everybody

    def of(self, request: web.Request) -> "Look":
        """How it looks to one who asks.

        Raises:
            Refusal: too many wrong tokens came from that address.
        """
        token = bearer(request.headers.get("Authorization"))
        operates = self._admin.knows(request)
        refuse = partial(self._admin.refuse, request)
        addresses = operates or not self._everybody
        return Look(self._engine, token, refuse, operates=operates, addresses=addresses)


class Look:
    """How the relay looks to one who asks."""

    def __init__(
        self,
        engine: Engine,
        token: str,
        refuse: Callable[[str], Refusal],
        *,
        operates: bool,
        addresses: bool,
    ) -> None:
        self._engine = engine
        self._token = token
        self._refuse = refuse
        self.operates = operates
        """It is the operator's."""
        self.addresses = addresses
        """Addresses may be told."""

    def need_addresses(self) -> None:
        """Go on only if this one may hear of addresses.

        Raises:
            Refusal: it is a stranger.
        """
        if not self.addresses:
            sentence = "Addresses are told to this relay's operator only: send the token as bearer."
            raise (
                self._refuse(sentence) if self._token else Refusal(RefusalCode.PASSPHRASE, sentence)
            )

    def rooms(self) -> tuple[view.Room, ...]:
        """Rooms that this one may hear of, oldest first.

        Raises:
            Refusal: there is a token, and it is not the operator's.
        """
        if self._token and not self.operates:
            raise self._refuse(
                "That is not the operator's token of this relay: see operator_token in its "
                "settings. Without a token, the rooms that are listed can be seen."
            )
        seen = (room for room in self._engine.rooms() if room.listed or self.operates)
        return tuple(map(self._room, seen))

    def relays(self) -> tuple[Charted, ...]:
        """This relay and those that its trunks lead to, for those who may know of them."""
        return self._engine.crossroads.chart() if self.addresses else ()

    def room(self, name: str) -> view.Room:
        """The room by this name; knowing the name, or its passphrase if it has one, is enough.

        Raises:
            ProtocolError: it cannot be a name.
            Refusal: it has another passphrase, or nobody is in it.
        """
        known = room_name(name)
        if not self.operates and not self._engine.opens(known, self._token):
            sentence = (
                f"Room {known!r} has a passphrase: send it as bearer token, or the operator's."
            )
            raise (
                self._refuse(sentence) if self._token else Refusal(RefusalCode.PASSPHRASE, sentence)
            )
        for room in self._engine.rooms():
            if room.name == known:
                return self._room(room)
        raise Refusal(RefusalCode.UNKNOWN, f"There is no room {name!r} with anybody in it.")

    async def statistics(self) -> view.Statistics:
        """Counters of the rooms that this one may hear of.

        Raises:
            Refusal: as for `rooms`; or the media core did not answer.
        """
        names = {room.name for room in self.rooms()}
        statistics = await self._engine.ask(Measure())
        seen = tuple(self._link(one) for one in statistics.participants if one.room in names)
        trunks = statistics.trunks if self.addresses else ()
        return replace(statistics, participants=seen, trunks=trunks)

    def _room(self, room: view.Room) -> view.Room:
        if self.addresses:
            return room
        people = tuple(replace(one, address="") for one in room.participants)
        return replace(room, participants=people)

    def _link(self, link: view.ParticipantStatistics) -> view.ParticipantStatistics:
        if self.addresses:
            return link
        return replace(link, traffic=replace(link.traffic, remote=None))
