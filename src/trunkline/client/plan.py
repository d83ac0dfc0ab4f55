"""Which media a connection has, and what is sent and received on each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from trunkline.client.connection import Connection
from trunkline.client.input import Input, make
from trunkline.client.output import Output
from trunkline.errors import NegotiationError
from trunkline.model import link
from trunkline.model.media import Kind, Label
from trunkline.protocol import sdp

T = TypeVar("T")

STREAM = "trunkline"
_ALL: dict[Kind, tuple[str, ...]] = {
    "video": ("VP8", "H264", "VP9", "AV1", "H265"),
    "audio": ("opus", "PCMU", "PCMA", "G722"),
}


@dataclass(slots=True)
class _Medium:
    """One m-line to be."""

    kind: Kind
    output: Output | None = None
    source: Input | None = None

    @property
    def direction(self) -> link.Direction:
        if self.output and self.source:
            return "sendrecv"
        return "sendonly" if self.output else "recvonly"


@dataclass(slots=True)
class Plan:
    """Outputs and inputs, and the m-lines that they make.

    What is sent and what is received share one of their kind.
    """

    media: list[_Medium] = field(default_factory=list)

    def add_output(self, output: Output) -> None:
        """Send this, too."""
        free = next((m for m in self.media if m.kind == output.kind and not m.output), None)
        if free:
            free.output = output
        else:
            self.media.append(_Medium(output.kind, output))

    def add_input(self, source: Input) -> None:
        """Receive this, too."""
        free = next((m for m in self.media if m.kind == source.kind and not m.source), None)
        if free:
            free.source = source
        else:
            self.media.append(_Medium(source.kind, source=source))

    @property
    def outputs(self) -> list[Output]:
        """All that is sent."""
        return [one.output for one in self.media if one.output]

    @property
    def inputs(self) -> list[Input]:
        """All that is received."""
        return [one.source for one in self.media if one.source]

    def codecs(self) -> list[str]:
        """Those to agree on: of a kind that is sent its own, since no other could be sent."""
        sent = list(dict.fromkeys(codec for one in self.outputs for codec in one.codecs))
        kinds = {one.kind for one in self.outputs}
        return sent + [codec for kind in _ALL if kind not in kinds for codec in _ALL[kind]]

    def described(self) -> list[tuple[Kind, link.Direction, Label | None]]:
        """As an endpoint takes it."""
        return [
            (one.kind, one.direction, Label(STREAM, f"{STREAM}-{number}"))
            for number, one in enumerate(self.media)
        ]

    def labels(self, offer: str) -> list[Label | None]:
        """What is sent in each m-line of a remote's offer.

        Raises:
            ProtocolError: it is no SDP.
        """
        left = list(self.outputs)
        labels: list[Label | None] = []
        for section in sdp.parse(offer.encode()).sections:
            if section.kind in ("audio", "video"):
                output = _pull(left, section.kind)
                labels.append(Label(STREAM, f"{STREAM}-{len(labels)}") if output else None)
        return labels

    def join(
        self,
        connection: Connection,
        agreed: Sequence[link.Transceiver],
        *,
        offered: bool,
        wanted: bool = True,
    ) -> None:
        """Let frames flow as agreed; inputs are made for what comes and was not expected.

        Args:
            connection: which they flow on.
            agreed: all media.
            offered: whether the offer was ours: then all of it was asked for.
            wanted: whether the other end must want something of what is sent.

        Raises:
            NegotiationError: the other end does not take what is sent.
        """
        outputs, inputs = list(self.outputs), list(self.inputs)
        for medium in agreed:
            if medium.direction in ("sendrecv", "sendonly"):
                output = _pull(outputs, medium.kind)
                if output:
                    _check_codec(output, medium)
                    connection.send(medium.mid, output)
            if medium.direction in ("sendrecv", "recvonly"):
                source = _pull(inputs, medium.kind)
                if source is None:
                    source = make(medium.kind)
                    self.add_input(source)
                connection.receive(medium.mid, source)
        if outputs and (offered or (wanted and len(outputs) == len(self.outputs))):
            kinds = " and ".join(sorted({one.kind for one in outputs}))
            raise NegotiationError(f"The other end does not take {kinds}.")


def _pull(left: list[T], kind: str) -> T | None:
    """The first of a kind, which is left no more."""
    for index, one in enumerate(left):
        if getattr(one, "kind", None) == kind:
            return left.pop(index)
    return None


def _check_codec(output: Output, medium: link.Transceiver) -> None:
    if not output.agree(medium.codecs):
        taken = ", ".join(medium.codecs) or "nothing"
        raise NegotiationError(
            f"The other end takes {taken}, not {output.codec}: choose another codec in the settings"
            f" of this {output.kind}."
        )
