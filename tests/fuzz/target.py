"""What is fuzzed of the parsers in Python, and of routing, as functions of bytes.

`make fuzz` calls them with whatever reaches new branches; an ordinary test calls them with what
once broke something (`vectors/fuzz`). They raise nothing but what a parser promises to raise.
"""

from collections.abc import Callable
from contextlib import suppress

from support.offer import FFMPEG, offer
from support.routing_chaos import Chaos
from trunkline.errors import ProtocolError, Refusal
from trunkline.model import trunk
from trunkline.model.event import Role
from trunkline.model.id import RelayId, SessionId
from trunkline.model.signal import Hello
from trunkline.model.view import Session
from trunkline.protocol import name as names
from trunkline.protocol import sdp, stun
from trunkline.protocol.room import client
from trunkline.protocol.room.server import Server
from trunkline.protocol.trunk.half import Half
from trunkline.protocol.whip import answer as answers
from trunkline.protocol.whip import events as streams
from trunkline.protocol.whip import exchange
from trunkline.protocol.whip.offer import SDP_TYPE, read_offer
from trunkline.protocol.whip.patch import FRAGMENT_TYPE, read_patch

ROLES: tuple[Role, ...] = ("publisher", "viewer")
PASSWORD = "0123456789012345678901"
SESSIONS: tuple[tuple[Session, Role], ...] = tuple(
    (Session(SessionId("s"), "tag", read_offer(SDP_TYPE, text.encode(), role)), role)
    for text, role in (
        (offer(), ROLES[0]),
        (offer("recvonly"), ROLES[1]),
        (FFMPEG, ROLES[0]),
    )
)


def answerable(error: ProtocolError | Refusal) -> None:
    """Every error has an answer in HTTP."""
    assert exchange.problem(error).status >= 400


def offers(data: bytes) -> None:
    """What is taken is taken again, and has one way and one or two media."""
    for role in ROLES:
        try:
            taken = read_offer(SDP_TYPE, data, role)
        except (ProtocolError, Refusal) as error:
            answerable(error)
            continue
        assert read_offer(SDP_TYPE, taken.sdp.encode(), role) == taken
        assert 1 <= len(sdp.parse(taken.sdp.encode()).sections) <= 2


def patch(data: bytes) -> None:
    """An ICE restart that is taken makes an offer that would be taken, too."""
    session, role = SESSIONS[data[0] % len(SESSIONS) if data else 0]
    for tag in ("*", '"tag"', None):
        try:
            restart = read_patch(session, FRAGMENT_TYPE, tag, data[1:])
        except (ProtocolError, Refusal) as error:
            answerable(error)
            continue
        if restart is not None:
            assert tag == "*"
            assert restart.ufrag != session.offer.ufrag
            assert read_offer(SDP_TYPE, restart.sdp.encode(), role).ufrag == restart.ufrag


def answer(data: bytes) -> None:
    """Any text can be tidied: it ends every line as SDP does."""
    tidy = answers.finish_answer(data.decode(errors="replace"))
    assert "\n" not in tidy.replace("\r\n", "")


def messages(data: bytes) -> None:
    """A STUN message is read to its end, or refused."""
    try:
        message = stun.decode(data)
    except ProtocolError:
        return
    stun.is_authentic(data, PASSWORD)
    stun.error_code(message)
    stun.mapped_address(message)
    marks = (stun.MESSAGE_INTEGRITY, stun.FINGERPRINT)
    kept = tuple(one for one in message.attributes if one[0] not in marks)
    signed = stun.encode(stun.Message(message.kind, message.transaction, kept), PASSWORD)
    assert stun.is_authentic(signed, PASSWORD)
    assert stun.decode(signed).attributes[: len(kept)] == kept


def events(data: bytes) -> None:
    """Which events are wanted: of those that there are."""
    with suppress(ProtocolError, Refusal):
        assert streams.read_kinds("application/json", data) <= frozenset(streams.KINDS)


def name(data: bytes) -> None:
    """A name that is taken can be shown, and is the same when it is read again."""
    with suppress(ProtocolError):
        taken = names.room_name(data.decode(errors="surrogateescape"))
        assert taken.replace("\u200c", "").replace("\u200d", "").isprintable()
        assert names.room_name(taken) == taken


def frames(data: bytes) -> None:
    """A frame is a message or an error, for both kinds of client; what is heard can be written."""
    for like_umbrella in (False, True):
        server = Server(like_umbrella=like_umbrella)
        if not like_umbrella:
            server.receive(client.write(Hello(names.room_name("room"))), now=0)
        with suppress(ProtocolError):
            heard = server.receive(data, now=0)
            if heard is not None:
                assert isinstance(client.write(heard), bytes)
    with suppress(ProtocolError):
        told = client.read(data)
        if told is not None:
            assert client.read(Server().send(told) or b"") is not None


def words(data: bytes) -> None:
    """A frame of another relay is a word or an error; what is heard can be said on."""
    half = Half()
    half.receive(half.send(trunk.Hello(RelayId("relay0001"), "fuzz")))
    with suppress(ProtocolError):
        word = half.receive(data)
        if word is not None:
            again = Half()
            again.receive(half.send(trunk.Hello(RelayId("relay0001"), "fuzz")))
            assert type(again.receive(half.send(word))) is type(word)


def routes(data: bytes) -> None:
    """Neighbours say anything: after every word all that has to hold holds."""
    Chaos(data).run()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "offer": offers,
    "patch": patch,
    "answer": answer,
    "stun": messages,
    "events": events,
    "name": name,
    "message": frames,
    "trunk": words,
    "routing": routes,
}
"""By the folders of their vectors; that of offers is the core's, too."""
