"""Network namespaces that a test makes and removes, and what happens to packets inside them."""

import ctypes
import itertools
import json
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

import pytest

T = TypeVar("T")

CLONE_NEWNET = 0x40000000
_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network of its own, with nothing but what was put into it."""

    name: str

    @property
    def inside(self) -> tuple[str, ...]:
        """The command that runs another one in here."""
        return ("nsenter", f"--net={self._path}")

    @property
    def _path(self) -> str:
        return f"/run/netns/{self.name}"

    def call(self, function: Callable[[], T]) -> T:
        """Call a function, in a thread whose sockets are made in here."""
        result: list[T] = []
        failure: list[Exception] = []

        def enter() -> None:
            try:
                _set_namespace(self._path)
                result.append(function())
            except Exception as error:
                failure.append(error)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if failure:
            raise failure[0]
        return result[0]

    def run(self, *command: str) -> str:
        """Run a command in here to its end; its output."""
        return _run(*self.inside, *command)

    def lose(self, percent: int, rule: str) -> None:
        """Drop arriving UDP datagrams at random.

        Args:
            percent: how many of a hundred.
            rule: which, in the words of nftables; "ip saddr 10.0.0.1" for example.
        """
        self.run("nft", "add table inet loss")
        hook = "{ type filter hook prerouting priority -300 ; }"
        self.run("nft", f"add chain inet loss arriving {hook}")
        draw = f"numgen random mod 100 < {percent}" if percent < 100 else ""
        self.run("nft", f"add rule inet loss arriving {rule} meta l4proto udp {draw} counter drop")

    def rules(self, *lines: str) -> None:
        """Load rules of nftables."""
        for line in lines:
            self.run("nft", line)

    def drop(self, *matches: str) -> None:
        """Drop what arrives here, in place of what was dropped before.

        Args:
            matches: which packets, in the words of nftables; none: nothing more.
        """
        hook = "{ type filter hook input priority 0 ; }"
        self.rules("add table inet wall", f"add chain inet wall arriving {hook}")
        self.rules("flush chain inet wall arriving")
        self.rules(*(f"add rule inet wall arriving {match} drop" for match in matches))

    def count(self, match: str) -> None:
        """Count packets that arrive here for a program: `counted` tells how many."""
        self.rules(
            "add table inet tally",
            "add chain inet tally arriving { type filter hook input priority -10 ; }",
            f"add rule inet tally arriving {match} counter",
        )

    def counted(self) -> int:
        """How many packets `count` has counted."""
        return self._packets("list chain inet tally arriving")

    def forget_connections(self) -> None:
        """Empty the table of tracked connections: address translation starts anew."""
        self.call(_flush_conntrack)

    def lost(self) -> int:
        """How many datagrams `lose` has dropped."""
        return self._packets("list chain inet loss arriving")

    def _packets(self, listing: str) -> int:
        words = self.run("nft", listing).split()
        return int(words[words.index("packets") + 1])


@dataclass(frozen=True, slots=True)
class Star:
    """A relay's namespace with a link of its own to each client's; all can reach all."""

    hub: Namespace
    clients: tuple[Namespace, ...]
    addresses: tuple[str, ...]
    """The clients' addresses."""
    hub_addresses: tuple[str, ...]
    """The hub's address on each client's link."""


def need_namespaces() -> None:
    """Skip the test where namespaces cannot be made."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to make network namespaces")
    for program, package in (("ip", "iproute2"), ("nft", "nftables"), ("nsenter", "util-linux")):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}: apt-get install {package}")


@contextmanager
def namespace(*addresses: str) -> Iterator[Namespace]:
    """A namespace with a loopback interface that has more addresses ("10.0.0.1/32")."""
    need_namespaces()
    made = Namespace(f"trunkline-{os.getpid()}-{next(_serial)}")
    _run("ip", "netns", "add", made.name)
    try:
        made.run("ip", "link", "set", "lo", "up")
        for address in addresses:
            made.run("ip", "address", "add", address, "dev", "lo")
        yield made
    finally:
        _run("ip", "netns", "delete", made.name)


@contextmanager
def star(clients: int, *, version: Literal[4, 6] = 4) -> Iterator[Star]:
    """A hub and its clients, joined by links that carry single datagrams (no segmentation).

    Args:
        clients: how many.
        version: of IP; no address of the other one is there but for loopback.
    """
    network = "10.203.{}." if version == 4 else "fd00:203:{}::"
    with ExitStack() as stack:
        hub = stack.enter_context(namespace())
        spokes = tuple(stack.enter_context(namespace()) for _ in range(clients))
        for number, spoke in enumerate(spokes, 1):
            _join(hub, f"client{number}", spoke, network.format(number))
        hub.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        yield Star(
            hub,
            spokes,
            tuple(f"{network.format(number)}2" for number in range(1, clients + 1)),
            tuple(f"{network.format(number)}1" for number in range(1, clients + 1)),
        )


def wall(net: Star) -> None:
    """Let nothing through between the clients."""
    net.hub.rules(
        "add table inet wall",
        "add chain inet wall through { type filter hook forward priority 0 ; policy drop ; }",
    )


@dataclass(frozen=True, slots=True)
class Homes:
    """Networks of one machine each, all with the same addresses, behind routers that translate."""

    hub: Namespace
    """What all of them reach."""
    hub_addresses: tuple[str, ...]
    """The hub's address on each router's link."""
    places: tuple[Namespace, ...]
    outside: tuple[str, ...]
    """The routers' outer addresses."""


@contextmanager
def homes(count: int) -> Iterator[Homes]:
    """So many; a router lets in only what answers, and keeps ports where it can."""
    with star(count) as net, ExitStack() as stack:
        places = tuple(stack.enter_context(namespace()) for _ in net.clients)
        for router, place in zip(net.clients, places, strict=True):
            _join(router, "home", place, "192.168.77.")
            router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
            router.rules(
                "add table ip router",
                "add chain ip router leaving { type nat hook postrouting priority 100 ; }",
                "add rule ip router leaving oifname uplink masquerade",
            )
            # A refusal would end the other's attempt, and what is taken would hold the port.
            router.drop("iifname uplink meta l4proto udp")
        yield Homes(net.hub, net.hub_addresses, places, net.addresses)


def _join(hub: Namespace, device: str, spoke: Namespace, network: str) -> None:
    link = ("ip", "link", "add", device, "type", "veth")
    hub.run(*link, "peer", "name", "uplink", "netns", spoke.name)
    for place, name, host in ((hub, device, 1), (spoke, "uplink", 2)):
        # A link-local address is there by itself, and IPv6 tries each address for a second.
        if "." in network:
            address = [f"{network}{host}/24"]
        else:
            address = [f"{network}{host}/64", "nodad"]
        place.run("ip", "address", "add", *address, "dev", name)
        # A run of datagrams handed over as one would be lost as one.
        place.run("ip", "link", "set", "dev", name, "gso_max_segs", "1", "up")
    # Chromium offers only the addresses of its default route.
    spoke.run("ip", "route", "add", "default", "via", f"{network}1")


@dataclass(frozen=True, slots=True)
class Web:
    """Namespaces of which some are joined, each pair by a link of its own; nothing is routed."""

    places: tuple[Namespace, ...]
    links: dict[tuple[int, int], int]
    """The number of the link between two places, the lower one first."""

    def address(self, of: int, seen_from: int) -> str:
        """A place's address on the link to another one."""
        pair = (min(of, seen_from), max(of, seen_from))
        return f"10.204.{self.links[pair]}.{1 if of < seen_from else 2}"

    @property
    def ends(self) -> tuple[Namespace, Namespace]:
        """The first two places."""
        return self.places[0], self.places[1]

    def cut(self, one: int, other: int) -> None:
        """Take a link down."""
        self.places[one].run("ip", "link", "set", "dev", f"to{other}", "down")

    def mend(self, one: int, other: int) -> None:
        """Take it up again."""
        self.places[one].run("ip", "link", "set", "dev", f"to{other}", "up")

    def carried(self, of: int, to: int) -> tuple[int, int]:
        """Bytes that a place has received and sent on a link, with the headers of IP."""
        (told,) = json.loads(
            self.places[of].run("ip", "-s", "-j", "link", "show", "dev", f"to{to}")
        )
        ways = (told["stats64"][way] for way in ("rx", "tx"))
        received, sent = (way["bytes"] - ETHERNET * way["packets"] for way in ways)
        return received, sent


ETHERNET = 14
"""Bytes of a frame's header."""


@contextmanager
def web(places: int, pairs: Iterable[tuple[int, int]]) -> Iterator[Web]:
    """So many namespaces, and links between these pairs of them."""
    with ExitStack() as stack:
        made = tuple(stack.enter_context(namespace()) for _ in range(places))
        links: dict[tuple[int, int], int] = {}
        for number, (one, other) in enumerate(pairs, 1):
            low, high = min(one, other), max(one, other)
            links[low, high] = number
            device = ("ip", "link", "add", f"to{high}", "type", "veth")
            made[low].run(*device, "peer", "name", f"to{low}", "netns", made[high].name)
            for place, name, host in ((made[low], f"to{high}", 1), (made[high], f"to{low}", 2)):
                place.run("ip", "address", "add", f"10.204.{number}.{host}/24", "dev", name)
                place.run("ip", "link", "set", "dev", name, "gso_max_segs", "1", "up")
        yield Web(made, links)


def _flush_conntrack() -> None:
    """Ask the kernel as `conntrack --flush` does: delete, and name nothing."""
    netlink_netfilter, delete, family_any = 12, 0x0102, b"\0\0\0\0"
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, netlink_netfilter) as kernel:
        request_and_acknowledge = 0x5
        header = struct.pack("=IHHII", 20, delete, request_and_acknowledge, 1, 0)
        kernel.send(header + family_any)
        (error,) = struct.unpack_from("=i", kernel.recv(4096), 16)
        if error:
            raise OSError(-error, "the table of connections cannot be emptied")


def _set_namespace(path: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns", path)
    finally:
        os.close(descriptor)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def prefix(place: Namespace | None) -> Sequence[str]:
    """The command that runs another one in a namespace, or as it is."""
    return () if place is None else place.inside
