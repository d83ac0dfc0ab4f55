"""What routing costs, alone: `PYTHONPATH=tests python -m benchmarks.routing`.

Relays in one process, words by our codec, no sockets and no media; the time between words is not
lived through. CPU is that of the routers, without what it takes to write and read words.
"""

import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.relays import Site, World, muted, presence
from trunkline.domain.routing.effect import RoutingEffect
from trunkline.domain.routing.router import Router
from trunkline.model.id import LinkId, RelayId, TrackId
from trunkline.model.trunk import Hello, Routed, Word
from trunkline.protocol.trunk.half import Half

RELAYS = 5
PEOPLE = 1_000
IDLE_PEOPLE = 50
TRACKS = ("camera", "microphone")


class Timed(Router):
    """Adds up how long all of them work."""

    spent = 0.0

    def hear(self, link: LinkId, word: Routed, now: float) -> list[RoutingEffect]:
        with timing():
            return super().hear(link, word, now)

    def pass_time(self, now: float) -> list[RoutingEffect]:
        with timing():
            return super().pass_time(now)

    def disconnect(self, link: LinkId, now: float) -> list[RoutingEffect]:
        with timing():
            return super().disconnect(link, now)


@contextmanager
def timing() -> Iterator[None]:
    """Count what is done meanwhile."""
    started = time.thread_time()
    yield
    Timed.spent += time.thread_time() - started


class Measured(World):
    """Relays in a mesh, of which each has its part of the people."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.bytes = 0
        self._codec = half()
        for _ in range(RELAYS):
            self.site()
        for number, one in enumerate(self.sites):
            for other in self.sites[:number]:
                self.wire(one, other)
        self.run(10)
        self.people = people

    def router(self, relay: RelayId) -> Router:
        return Timed(relay, self._bounds)

    def carry(self, word: Word) -> Word:
        frame = self._codec.send(word)
        self.bytes += len(frame)
        heard = half().receive(frame)
        assert heard is not None
        return heard

    def join(self) -> None:
        for number in range(self.people):
            self.publish(self.sites[number % RELAYS], presence(f"p{number:012}", TRACKS))
        self.run(10)

    def cost(self, act: Callable[[], object], seconds: float = 20) -> dict[str, float]:
        """What an act costs all relays together."""
        self.words.clear()
        spent, count, began = Timed.spent, self.bytes, self.now
        act()
        self.run(seconds)
        return {
            "words": self.words.total(),
            "bytes": self.bytes - count,
            "cpu_ms": round((Timed.spent - spent) * 1e3, 2),
            "settled_s": round(max(self.last_word - began, 0.0), 2),
        }


def half() -> Half:
    """One end of the codec, after hello."""
    one = Half()
    one.receive(one.send(Hello(RelayId("relay0001"), "benchmark")))
    return one


def lose(world: World, site: Site) -> None:
    """A link dies; its ends notice that within 1.5 s."""
    world.cut(next(wire for wire in world.wires if site in wire.ends))


def memory() -> int:
    """KiB that everybody takes at one relay."""
    world = Measured(PEOPLE)
    gc.collect()
    tracemalloc.start()
    world.join()
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return round(taken / RELAYS / 1024)


def main() -> None:
    """Print a line of JSON for each question."""
    world = Measured(PEOPLE)
    joined = world.cost(world.join)
    each = {f"{key}_each": round(joined[key] / PEOPLE, 3) for key in ("words", "bytes", "cpu_ms")}
    kib = {"memory_kib_each_relay": memory()}
    print(json.dumps({"question": f"{PEOPLE} join, five relays in a mesh", **each, **kib}))
    first, last = world.sites[0], world.sites[-1]
    one = next(iter(first.own.values()))
    acts: dict[str, Callable[[], object]] = {
        "one mutes": lambda: world.publish(first, muted(one)),
        "one is watched by a relay": lambda: world.want(last, TrackId(f"{one.id}-camera")),
        "one leaves": lambda: world.withdraw(first, one.id),
        "a link dies": lambda: lose(world, first),
        "a relay dies": lambda: world.restart(first),
    }
    for question, act in acts.items():
        print(json.dumps({"question": f"{question}, of {PEOPLE}", **world.cost(act)}))
    idle = Measured(IDLE_PEOPLE)
    idle.join()
    cost = idle.cost(lambda: None, 60)
    micros = round(cost["cpu_ms"] * 1e3 / 60 / RELAYS, 1)
    question = f"{IDLE_PEOPLE * len(TRACKS)} idle tracks, one relay, a second"
    print(json.dumps({"question": question, "words": cost["words"], "cpu_us": micros}))


if __name__ == "__main__":
    main()
