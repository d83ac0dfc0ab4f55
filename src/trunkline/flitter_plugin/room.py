"""`!room`: a participant of a relay's room."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from trunkline.client.guest import Guest
from trunkline.client.peer import Peer
from trunkline.errors import ConnectionLost
from trunkline.flitter_plugin.attribute import Node, text
from trunkline.flitter_plugin.call import Call
from trunkline.flitter_plugin.grid import MOST, Grid
from trunkline.model.link import LinkStatistics
from trunkline.model.view import Track

SPEAKER, GRID = "speaker", "grid"


@dataclass(frozen=True, slots=True)
class Room:
    """The attributes of the node."""

    url: str
    room: str
    name: str = ""
    token: str = ""
    show: str = SPEAKER
    """Who is seen: a name, who speaks, or all."""

    @classmethod
    def read(cls, node: Node) -> Self | None:
        """What a node says; without url it says too little."""
        url = text(node, "url")
        if not url:
            return None
        show = text(node, "show") or SPEAKER
        return cls(url, text(node, "room"), text(node, "name"), text(node, "token"), show)

    async def run(self, call: Call) -> None:
        """Be in the room, and again when sent away."""
        await call.keep(f"!room {self.room or self.url}", lambda: self._once(call))

    async def _once(self, call: Call) -> None:
        with call.attempt():
            call.state = "connecting"
            async with Peer.join(
                self.url,
                self.room or None,
                name=self.name or None,
                passphrase=self.token,
                network=await call.network(),
            ) as guest:
                with call.sends(await guest.send_video(call.options.video)):
                    async with call.connected(lambda: _statistics(guest)):
                        try:
                            await self._look(guest, call)
                        finally:
                            call.screen.clear()

    async def _look(self, guest: Guest, call: Call) -> None:
        """Show who is to be seen, until we are sent away."""
        events = guest.events()
        shown: list[Track] = []
        with ExitStack() as view:
            while True:
                wanted = self._wanted(guest, shown)
                if [one.id for one in wanted] != [one.id for one in shown]:
                    view.close()
                    for track in shown:
                        if track.id not in {one.id for one in wanted}:
                            await guest.forget(track)
                    await self._show(guest, call, wanted, view)
                    shown = wanted
                await anext(events)

    async def _show(
        self, guest: Guest, call: Call, wanted: Sequence[Track], view: ExitStack
    ) -> None:
        if not wanted:
            call.screen.clear()
        # Who was seen last is seen till a picture of the next one comes.
        if self.show != GRID:
            for track in wanted:
                view.enter_context(call.shows(await guest.watch(track), clears=False))
            return
        grid = Grid(call.screen, len(wanted), call.options.size) if wanted else None
        for number, track in enumerate(wanted):
            assert grid is not None
            source = await guest.watch(track)
            view.enter_context(call.shows(source, grid.cell(number), clears=False))

    def _wanted(self, guest: Guest, shown: Sequence[Track]) -> list[Track]:
        """Whose pictures are to be seen now."""
        pictures = [one for one in guest.tracks if one.kind == "video"]
        if self.show == GRID:
            return pictures[:MOST]
        if self.show != SPEAKER:
            ids = {one.id for one in guest.people if one.name == self.show}
            return [one for one in pictures if one.participant in ids][:1]
        of = {one.participant: one for one in reversed(pictures)}
        speaking = [of[one.id] for one in guest.speakers if one.id in of]
        # Whoever is seen stays, until another one speaks and nobody there does.
        staying = [of[one.participant] for one in shown if one.participant in of]
        return ([one for one in staying if one in speaking] or speaking or staying or pictures)[:1]


async def _statistics(guest: Guest) -> LinkStatistics:
    sent = await guest.sent()
    try:
        return await guest.received()
    except ConnectionLost:
        # Nobody is there to be seen.
        return sent
