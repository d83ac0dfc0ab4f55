"""Rooms in a test's own words: people enter under short names, media are "audio" and "video"."""

from typing import Literal

from trunkline.domain.room import Effect
from trunkline.domain.rooms import Limits, Rooms
from trunkline.model import view
from trunkline.model.command import (
    Accept,
    AcceptAnswer,
    Attach,
    Close,
    Command,
    Count,
    Detach,
    OfferMedia,
    Renegotiate,
    SetCandidates,
)
from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    SessionId,
    TransportId,
)
from trunkline.model.media import Kind, Medium, Offer, Port
from trunkline.model.report import Answered, Closed, Connected, Refused, Started, Unplayable
from trunkline.model.request import Enter, Publish, Watch

OFFER = Offer("v=0\r\n", "abcd")
BOTH: tuple[Kind, ...] = ("audio", "video")


class House:
    """Rooms, and what they show to whom; every call gives the effects as short texts."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.rooms = Rooms(limits)
        self.transports: dict[str, TransportId] = {}
        self._number = 0

    def reserve(self, who: str, request: Enter) -> list[str]:
        """A request whose answer is still on its way."""
        self._number += 1
        transport = TransportId(self._number)
        session = view.Session(SessionId(f"s-{who}"), "tag", request.offer)
        effects = self.rooms.enter(request, transport, ParticipantId(who), session)
        self.transports[who] = transport  # only now: a refused one stays as it was
        return self._tell(effects)

    def answer(
        self, who: str, direction: Literal["in", "out"], kinds: tuple[Kind, ...] = BOTH
    ) -> list[str]:
        media = tuple(Medium(Mid(kind), kind, direction, ("VP8",)) for kind in kinds)
        return self._tell(self.rooms.receive(Answered(self.transports[who], "answer", media)))

    def publish(
        self,
        who: str,
        room: str = "studio",
        name: str | None = None,
        kinds: tuple[Kind, ...] = BOTH,
    ) -> list[str]:
        """Enter, be answered, be connected."""
        wanted = ParticipantName(name) if name else None
        effects = self.reserve(who, Publish(RoomName(room), wanted, OFFER))
        effects += self.answer(who, "in", kinds)
        return effects + self.connect(who)

    def watch(
        self,
        who: str,
        room: str = "studio",
        publisher: str | None = None,
        kinds: tuple[Kind, ...] = BOTH,
    ) -> list[str]:
        """Enter and be answered."""
        wanted = ParticipantName(publisher) if publisher else None
        effects = self.reserve(who, Watch(RoomName(room), wanted, OFFER))
        return effects + self.answer(who, "out", kinds)

    def connect(self, who: str) -> list[str]:
        return self._tell(self.rooms.receive(Connected(self.transports[who], f"{who}:9")))

    def refuse(self, who: str) -> list[str]:
        return self._tell(self.rooms.receive(Refused(self.transports[who], "codec", "No.")))

    def start(self, who: str, mid: str = "video", codec: str = "VP8") -> list[str]:
        return self._tell(self.rooms.receive(Started(self._port(who, mid), codec)))

    def cannot_play(self, who: str, codec: str = "H264") -> list[str]:
        return self._tell(self.rooms.receive(Unplayable(self._port(who, "video"), codec)))

    def lose(self, who: str) -> list[str]:
        """The transport ends by itself."""
        return self._tell(self.rooms.receive(Closed(self.transports[who], "silent", "Silence.")))

    def leave(self, who: str) -> list[str]:
        return self._tell(self.rooms.leave(self.transports[who], "left", "Bye."))

    def _port(self, who: str, mid: str) -> Port:
        return Port(self.transports[who], Mid(mid))

    def _tell(self, effects: list[Effect]) -> list[str]:
        return [self._short(effect) for effect in effects]

    def _short(self, effect: Effect) -> str:
        match effect:
            case (
                Accept()
                | Renegotiate()
                | OfferMedia()
                | AcceptAnswer()
                | SetCandidates()
                | Attach()
                | Detach()
                | Close()
                | Count()
            ):
                return self._short_command(effect)
            case _:
                name = type(effect).__name__
                participant = getattr(effect, "participant", None)
                return f"{name} {participant or effect.room}"

    def _short_command(self, command: Command) -> str:
        match command:
            case Accept(transport, _, sources):
                shared = " ".join(map(self._name_port, sources))
                return f"accept {self._who(transport)} {shared}".rstrip()
            case Renegotiate(transport):
                return f"renegotiate {self._who(transport)}"
            case Attach(consumer, source):
                return f"{self._name_port(consumer)} shows {self._name_port(source)}"
            case Detach(consumer):
                return f"{self._name_port(consumer)} shows nothing"
            case Close(transport):
                return f"close {self._who(transport)}"
            case Count() | SetCandidates() | OfferMedia() | AcceptAnswer():
                raise AssertionError(f"rooms do not say {command}")

    def _name_port(self, port: Port) -> str:
        return f"{self._who(port.transport)}/{port.mid}"

    def _who(self, transport: TransportId) -> str:
        return next(who for who, one in self.transports.items() if one == transport)
