"""A link between two namespaces that takes time and loses packets.

The kernel has no such link here, so that a thread carries the packets between two TUN devices.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from support.network import Namespace

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LARGEST = 1 << 16
MOST_WAITING = 10_000
"""Packets under way; further ones are lost, as in any router."""


@contextmanager
def long_link(
    ends: tuple[Namespace, Namespace], network: str, *, delay: float, loss: float, seed: int = 1
) -> Iterator[None]:
    """Join two namespaces for as long as the block runs.

    Args:
        ends: the first gets the address NETWORK.1, the second NETWORK.2.
        network: "10.205.1" for example.
        delay: seconds of each packet's way.
        loss: fraction of packets that are lost.
        seed: of the chance that loses them.
    """
    devices = [_open(end, f"long{host}", f"{network}.{host}") for host, end in enumerate(ends, 1)]
    ending = threading.Event()
    chance = random.Random(seed)
    carrier = threading.Thread(target=_carry, args=(devices, delay, loss, chance, ending))
    carrier.start()
    try:
        yield
    finally:
        ending.set()
        carrier.join()
        for device in devices:
            os.close(device)


def _open(place: Namespace, name: str, address: str) -> int:
    def make() -> int:
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
        return device

    device = place.call(make)
    place.run("ip", "address", "add", f"{address}/24", "dev", name)
    place.run("ip", "link", "set", "dev", name, "up")
    return device


def _carry(
    devices: list[int], delay: float, loss: float, chance: random.Random, ending: threading.Event
) -> None:
    waiting: list[tuple[float, int, int, bytes]] = []  # bounded by MOST_WAITING
    numbers = count()
    while not ending.is_set():
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, out, packet = heapq.heappop(waiting)
            # A device that is down takes nothing.
            try:
                os.write(out, packet)
            except OSError:
                continue
        rest = min(waiting[0][0] - now, 0.05) if waiting else 0.05
        ready, _, _ = select.select(devices, [], [], max(rest, 0))
        for device in ready:
            packet = os.read(device, LARGEST)
            if chance.random() >= loss and len(waiting) < MOST_WAITING:
                out = devices[1 - devices.index(device)]
                due = time.monotonic() + delay
                heapq.heappush(waiting, (due, next(numbers), out, packet))
