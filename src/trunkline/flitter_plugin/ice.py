"""What `ice=` says: STUN and TURN servers, and whether they are of any help."""

import asyncio
import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote

from trunkline.client.network import Network, located
from trunkline.errors import RelayError
from trunkline.media.endpoint import NativeEndpoint, Setup
from trunkline.model.ice_server import IceServer
from trunkline.model.link import Described, LinkEvent

log = logging.getLogger(__name__)

MOST = 8
"""Servers; the core takes no more."""
_PLACE = re.compile(r"(\[[\da-fA-F:.]+\]|[\w.-]+)(:(?P<port>\d{1,5}))?", re.ASCII)
_UDP = "?transport=udp"
_FORM = "Write 'stun:HOST:PORT' or 'turn:NAME:CREDENTIAL@HOST:PORT'."


def read(values: Iterable[object]) -> tuple[IceServer, ...]:
    """The servers that are meant; what cannot be used is told in the log and left out."""
    found = []
    for number, value in enumerate(values, 1):
        try:
            found.append(_server(str(value)))
        except ValueError as error:
            # Not by its text: that may hold a credential.
            log.warning("!webrtc leaves out server %d of ice=: %s %s", number, error, _FORM)
    if len(found) > MOST:
        log.warning("!webrtc uses only the first %d servers of ice=.", MOST)
    return tuple(found[:MOST])


def _server(value: str) -> IceServer:
    scheme, _, rest = value.partition(":")
    scheme = scheme.lower()
    who, at, place = rest.rpartition("@")
    place = place.removesuffix(_UDP)
    if scheme in ("stuns", "turns") or "?" in place:
        raise ValueError("it is not reached by plain UDP, and nothing else is supported.")
    if scheme not in ("stun", "turn"):
        raise ValueError("it is neither stun: nor turn:.")
    where = _PLACE.fullmatch(place)
    if where is None or not 0 < int(where["port"] or 1) < 1 << 16:
        raise ValueError("after its scheme there is no host, or no port.")
    url = f"{scheme}:{place}"
    if scheme == "stun":
        if at:
            raise ValueError("stun: takes no name and credential.")
        return IceServer(url)
    # A colon within a name is %3A, as in any URL: names that end by themselves have one.
    name, _, credential = who.partition(":")
    name, credential = unquote(name), unquote(credential)
    if not (name and credential):
        raise ValueError("turn: needs a name and a credential.")
    if not (name + credential).isascii() or not (name + credential).isprintable():
        raise ValueError("its name and credential must be printable ASCII.")
    return IceServer(url, name, credential)


class Helpers:
    """The servers of one node, for one connection after another; each fault is told once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._told: set[str] = set()

    @property
    def advice(self) -> str:
        """What to do when no connection came about."""
        if any(one.url.startswith("turn:") for one in self._network.ice_servers):
            return ""
        return " (ice= can name a TURN server, which carries pictures past that)"

    async def network(self) -> Network:
        """How the next connection reaches the other end: names are looked up anew."""
        named = self._network.ice_servers
        if not named:
            return self._network
        found = await asyncio.gather(*map(self._locate, named))
        servers = tuple(one for one in found if one is not None)
        return replace(self._network, ice_servers=servers, endpoint=self._open)

    async def _locate(self, server: IceServer) -> IceServer | None:
        try:
            return await asyncio.to_thread(located, server)
        except RelayError as error:
            self._tell(f"{error} It goes on without that server.")
            return None

    def _open(self, setup: Setup) -> NativeEndpoint:
        return _Endpoint(setup, self)

    def look(self, sdp: str) -> None:
        """Tell of servers that gave no candidate for a description of ours."""
        for scheme, kind, else_ in (
            ("turn", "relay", "or refuses the name and credential"),
            ("stun", "srflx", "or there is no address translation on the way to it"),
        ):
            urls = [one.url for one in self._network.ice_servers if one.url.startswith(scheme)]
            if urls and f" typ {kind}" not in sdp:
                self._tell(
                    f"{' and '.join(urls)} of ice= gave no address: it does not answer by UDP, "
                    f"{else_}."
                )

    def _tell(self, fault: str) -> None:
        if fault not in self._told:
            self._told.add(fault)
            log.warning("!webrtc: %s", fault)


class _Endpoint(NativeEndpoint):
    """One whose descriptions are looked at."""

    def __init__(self, setup: Setup, helpers: Helpers) -> None:
        super().__init__(setup)
        self._helpers = helpers

    def drain(self) -> Iterable[LinkEvent]:
        """Take the waiting events, oldest first."""
        for event in super().drain():
            if isinstance(event, Described):
                self._helpers.look(event.sdp)
            yield event
