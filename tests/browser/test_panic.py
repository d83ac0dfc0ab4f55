"""A bug in the code of one transport ends that transport, and nothing else."""

from collections.abc import Sequence

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import all_moving, client, publishing, shows_moving_picture
from support.waiting import until
from trunkline import Relay, Settings
from trunkline.media.native import NativeCore
from trunkline.model.command import Accept, Command
from trunkline.model.id import TransportId

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), ONE_LOOP]


class FragileCore(NativeCore):
    """The real core, and a way to make it panic."""

    def __init__(
        self,
        listen: Sequence[tuple[str, int]],
        candidates: Sequence[str],
        workers: int,
        silence: float,
    ) -> None:
        super().__init__(listen, candidates, workers, silence)
        self.transports: list[TransportId] = []

    def submit(self, command: Command) -> None:
        if isinstance(command, Accept):
            self.transports.append(command.transport)
        super().submit(command)

    def panic(self, number: int) -> None:
        self._core.provoke_panic(self.transports[number])


async def test_others_go_on(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    cores: list[FragileCore] = []

    def fragile(
        listen: Sequence[tuple[str, int]], candidates: Sequence[str], workers: int, silence: float
    ) -> FragileCore:
        cores.append(FragileCore(listen, candidates, workers, silence))
        return cores[0]

    settings = Settings(host="127.0.0.1", port=0, media_port=0, tls="off")
    caplog.set_level("INFO")
    async with (
        Relay(settings, core=fragile) as relay,
        client(browser, relay.url) as publisher,
        client(browser, relay.url) as unlucky,
        client(browser, relay.url) as lucky,
    ):
        room, whip = f"{relay.url}/whep/room", f"{relay.url}/whip/room?name="
        assert (await publisher.publish(whip + "ann", codec="VP8"))["status"] == 201
        await publishing(publisher)
        for viewer in (unlucky, lucky):
            assert (await viewer.watch(room))["status"] == 201
        await all_moving(unlucky, lucky)

        async def viewers() -> int:
            return relay.rooms[0].viewers

        cores[0].panic(1)
        await until(viewers, lambda count: count == 1, within=5, what="the viewer is gone")
        await shows_moving_picture(lucky)
        assert "provoked by a test" in caplog.text

        # The publisher's too: who watched waits for the next one, in the same session.
        cores[0].panic(0)

        async def publishers() -> int:
            return len(relay.rooms[0].participants)

        await until(publishers, lambda count: count == 0, within=5, what="the publisher is gone")
        async with client(browser, relay.url) as second:
            assert (await second.publish(whip + "bob", codec="VP8"))["status"] == 201
            await shows_moving_picture(lucky)
        statistics = await relay.statistics()
        assert len(statistics.participants) == 2
