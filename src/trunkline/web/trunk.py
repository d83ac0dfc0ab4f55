"""/wsb for other relays: who may have a trunk with this one."""

import hmac
import logging
import math
from collections.abc import Callable

from aiohttp import web

from trunkline.domain.allowance import Allowance, Rate
from trunkline.errors import Refusal, RefusalCode
from trunkline.model.id import RoomName
from trunkline.model.trunk import Policy
from trunkline.net.links import Links
from trunkline.protocol.bearer import bearer
from trunkline.protocol.trunk import MAX_MESSAGE, SUBPROTOCOL
from trunkline.web.access import is_near
from trunkline.web.rate import client_of

log = logging.getLogger(__name__)

ATTEMPTS = Rate(burst=60, per_second=2.0)
"""Of one address: more than any relay makes that is only unlucky, and too few to guess a secret."""

_FORWARDED = ("Forwarded", "X-Forwarded-For")


class Trunks:
    """Takes relays that dial this one.

    `secret` is what they must know; without one, only those on this machine and its private
    networks are taken. `also`: rooms with a passphrase that cross to those who know the secret.
    `clock` gives seconds, rising.
    """

    def __init__(
        self,
        links: Links,
        secret: str | None,
        also: frozenset[RoomName],
        clock: Callable[[], float],
    ) -> None:
        self._links = links
        self._secret = secret
        self._policy = Policy(also=also if secret is not None else frozenset())
        self._clock = clock
        self._attempts = Allowance(ATTEMPTS)

    async def talk(self, request: web.Request) -> web.StreamResponse:
        """One conversation, from the handshake to its end.

        Raises:
            Refusal: it is not taken.
        """
        # Imported where it is needed: protobuf takes six megabytes.
        from trunkline.net.trunk import CLOSE_TIME, Conversation

        self._admit(request)
        socket = web.WebSocketResponse(
            protocols=[SUBPROTOCOL], max_msg_size=MAX_MESSAGE, compress=False, timeout=CLOSE_TIME
        )
        await socket.prepare(request)

        def cut() -> None:
            if request.transport is not None:
                request.transport.abort()

        talk = Conversation(self._links, socket, cut, self._policy, dialled=False)
        ending = await self._links.converse(talk)
        if talk.hello is None:
            log.info("%s asked for a trunk and got none: %s", request.remote, ending.reason)
        return socket

    def _admit(self, request: web.Request) -> None:
        who = client_of(request.remote)
        wait = self._attempts.take(who or "", self._clock())
        if wait > 0:
            sentence = "Too many trunks were asked for from this address: ask again later."
            raise Refusal(RefusalCode.TOO_OFTEN, sentence, max(1, math.ceil(wait)))
        try:
            self._check(request)
        except Refusal as refusal:
            log.warning("A trunk from %s was refused: %s", request.remote, refusal.sentence)
            raise

    def _check(self, request: web.Request) -> None:
        given = bearer(request.headers.get("Authorization"))
        if self._secret is not None:
            if not hmac.compare_digest(self._secret.encode(), given.encode()):
                what = "another trunk secret" if given else "no trunk secret"
                raise Refusal(
                    RefusalCode.PASSPHRASE,
                    f"It came with {what}: give it the one that trunk_secret is here.",
                )
        elif not _is_near(request):
            raise Refusal(
                RefusalCode.FORBIDDEN,
                "Without a trunk secret only relays on this machine and its private networks are "
                "taken: set trunk_secret here, and give it to the relay that dials.",
            )
        if self._links.full:
            raise Refusal(RefusalCode.FULL, "There are too many trunks already.", 10)


def _is_near(request: web.Request) -> bool:
    """Whether it comes from a private address, and not through an unknown proxy on one."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    passed_on = any(name in request.headers for name in _FORWARDED)
    if request.remote is None or (passed_on and peer and peer[0] == request.remote):
        return False
    return is_near(request.remote)
