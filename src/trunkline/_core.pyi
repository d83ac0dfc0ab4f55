"""The media core as Python sees it: commands down, events up, no call blocks.

Ids are chosen by the caller. A transport is one ICE + DTLS connection to one remote; inside it a
medium is named by its SDP `mid` (RFC 5888). A medium that the remote sends is a producer, one that
the remote receives is a consumer.
"""

from collections.abc import Sequence
from typing import Literal, final

@final
class Core:
    """The media port and the worker threads behind it."""

    def __new__(
        cls,
        listen: Sequence[tuple[str, int]],
        candidates: Sequence[str],
        workers: int = 1,
        silence: float = 6.0,
    ) -> Core:
        """Bind the media port, for UDP and TCP, and start the workers.

        Args:
            listen: (IP address, port) to bind, at most one for each address family.
            candidates: IP addresses told to clients as ICE host candidates for UDP and, after
                these, for TCP, best first; the port is the one bound.
            workers: threads that forward media, 1 to 64; 0: one for each processor that this
                process may use.
            silence: seconds without any datagram after which a transport is closed.

        Raises:
            OSError: an address cannot be bound; `errno` and `filename` ("udp ADDRESS:PORT" or
                "tcp …") tell.
            ValueError: an argument is out of its range.
        """
    @property
    def port(self) -> int:
        """The number of the port bound: the same for every address, for UDP and TCP."""
    @property
    def workers(self) -> int:
        """How many threads forward media."""
    def fileno(self) -> int:
        """A descriptor that is readable while events wait."""
    def drain(self) -> list[CoreEvent]:
        """Take the waiting events, oldest first."""
    def accept_offer(self, transport: int, offer: str, sources: Sequence[tuple[int, str]]) -> None:
        """Make a transport from an SDP offer; `Answered` or `Refused` follows.

        Args:
            transport: a new id, never used before.
            offer: SDP (RFC 8866), all media bundled.
            sources: producers (transport, mid) that a viewer will be attached to: the offer is
                refused with code "codec" when it shares no codec with one of them of a kind that
                the offer wants to receive. Empty for a publisher.
        """
    def renegotiate(self, transport: int, offer: str) -> None:
        """Take a new offer on a transport that was made from one.

        `Answered` or `Refused` follows for the same transport, and tells of all media. Media may
        come, and end: turned the other way or inactive, or rejected for good (port 0). Whoever was
        attached to a producer that ended shows nothing. All other media flow on meanwhile. New ICE
        credentials restart ICE. A transport whose first offer took media and sent none cannot
        begin to send. An offer that is no SDP changes nothing; validate the rest first: nothing
        can be undone.
        """
    def offer(
        self,
        transport: int,
        media: Sequence[tuple[Literal["audio", "video"], tuple[str, str] | None]],
        data: bool,
        restart: bool,
    ) -> None:
        """Offer media to a remote; `Offered` or `Refused` follows.

        The first offer makes the transport, on which the core alone offers from then on, and sends
        alone. Later offers change it, and media flow on meanwhile. Until an offer is answered by
        `accept_answer`, another one is refused.

        Args:
            transport: an id: a new one for the first offer.
            media: (kind, label) of all m-lines, those offered before first, in their order and of
                their kind; 256 at most. A label is the stream and the track that the remote is
                told (RFC 8830: 1 to 64 characters each). Another label is another track in the
                same m-line. Without one nothing is sent: its consumer is gone with the offer.
            data: offer a data channel, too, after the first medium; once offered, it stays.
            restart: restart ICE; the transport learns the candidates of now.

        Raises:
            ValueError: a kind is none.
        """
    def accept_answer(self, transport: int, answer: str) -> None:
        """Take the answer to the last offer.

        `Agreed` follows. Or `Refused`: nothing has changed, the offer still waits and another
        answer may come. Or `Closed`, when a bad answer has left a transport that cannot go on.
        """
    def set_candidates(self, candidates: Sequence[str]) -> None:
        """Tell clients these IP addresses from now on, best first.

        Transports that live go on with what they were told till they restart ICE.

        Raises:
            ValueError: there is none, or one is no IP address.
        """
    def attach(self, transport: int, mid: str, source: int, source_mid: str) -> None:
        """Forward a producer to the consumer (transport, mid), replacing what it showed before.

        Video starts with the next keyframe, which is requested as soon as the viewer is connected;
        of a publisher that sends none when asked, with the last group of pictures that was kept.
        `Unplayable` follows when the codecs do not fit. A consumer that is offered can be attached
        at once: packets flow when it is agreed on. There is no effect on one that does not exist.
        """
    def limit(self, transport: int, mid: str, layer: int | None) -> None:
        """Send the consumer (transport, mid) nothing above this one of its source's encodings.

        0 is the lowest; None: the best that comes. What flows goes on until a keyframe of the other
        one comes, which is asked for. A limit stays over changes of the source.

        Raises:
            OverflowError: the number is negative or above 255.
        """
    def detach(self, transport: int, mid: str) -> None:
        """Stop forwarding to the consumer (transport, mid)."""
    def close(self, transport: int) -> None:
        """Close a transport properly (RTCP BYE, DTLS close_notify); no `Closed` follows."""
    def request_statistics(self, request: int) -> None:
        """Ask for `Statistics` with this request number."""
    def provoke_panic(self, transport: int) -> None:
        """Make the code of one transport panic; for tests of its containment."""
    def stop(self) -> None:
        """Close all transports and end the workers; returns within a second."""

@final
class Media:
    """One medium (m-line) of an offer and its answer."""

    @property
    def mid(self) -> str: ...
    @property
    def kind(self) -> Literal["audio", "video"]: ...
    @property
    def direction(self) -> Literal["in", "out", "none"]:
        """As the core sees it: "in" is a producer, "out" a consumer."""
    @property
    def codecs(self) -> list[str]:
        """Names as in SDP: "opus", "PCMU", "VP8", "H264" …, preferred first."""

@final
class Answered:
    """The offer was taken; the answer holds all candidates."""

    @property
    def transport(self) -> int: ...
    @property
    def answer(self) -> str: ...
    @property
    def media(self) -> list[Media]: ...

@final
class Offered:
    """An offer was made, with all candidates; its answer is awaited."""

    @property
    def transport(self) -> int: ...
    @property
    def offer(self) -> str: ...
    @property
    def media(self) -> list[str]:
        """The `mid` of each medium, in the order of the command."""

@final
class Agreed:
    """The answer was taken; media that the remote turned down have the direction "none"."""

    @property
    def transport(self) -> int: ...
    @property
    def media(self) -> list[Media]:
        """All media, in the order of the command."""

@final
class Refused:
    """An offer or answer was not taken, or an offer cannot be made.

    A new transport does not exist, a live one goes on as it was.
    """

    @property
    def transport(self) -> int: ...
    @property
    def code(self) -> Literal["malformed", "unsupported", "codec", "limit"]: ...
    @property
    def reason(self) -> str:
        """A sentence for a person."""

@final
class Connected:
    """ICE and DTLS are up."""

    @property
    def transport(self) -> int: ...
    @property
    def remote(self) -> str:
        """The remote's "address:port"."""
    @property
    def protocol(self) -> Literal["udp", "tcp"]: ...

@final
class Started:
    """A producer sent its first packet, or changed its codec."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def codec(self) -> str: ...

@final
class Stalled:
    """Nothing has come from a producer that had begun for 1.5 s; or packets come again."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def still(self) -> bool:
        """Whether nothing comes."""

@final
class Speakers:
    """Who speaks, of the producers of one worker: it takes the place of its last list.

    It follows a change of who speaks, of their order, or of a level by much, 200 ms after the last
    one at the earliest. Only producers whose packets tell their level (RFC 6464) are heard.
    """

    @property
    def worker(self) -> int:
        """From 0."""
    @property
    def levels(self) -> list[tuple[int, str, int]]:
        """(transport, mid, level), loudest first; levels are dB below the loudest there is."""

@final
class Layer:
    """One encoding of a producer (RFC 8853)."""

    @property
    def rid(self) -> str: ...
    @property
    def width(self) -> int:
        """In pixels; 0 while not known."""
    @property
    def height(self) -> int: ...
    @property
    def bitrate(self) -> int:
        """In bits a second, over the last second; 0 while not known."""

@final
class Layers:
    """A producer sends several encodings; told when one begins, changes its size or stops."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def ladder(self) -> list[Layer]:
        """Those that come now, lowest first."""

@final
class Forwarded:
    """A consumer is sent this one of its source's encodings from now on."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def layer(self) -> int:
        """Its place in the last `Layers`."""

@final
class Unplayable:
    """A consumer cannot take its source's codec; nothing flows to it."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def codec(self) -> str: ...

@final
class Closed:
    """A transport ended by itself and is gone."""

    @property
    def transport(self) -> int: ...
    @property
    def code(self) -> Literal["peer", "silent", "never-connected", "failed", "panic"]: ...
    @property
    def reason(self) -> str:
        """A sentence for a person."""

@final
class Died:
    """A worker ended by a bug: the relay cannot go on."""

    @property
    def reason(self) -> str: ...

@final
class ProducerStatistics:
    """Counters since the producer was made."""

    @property
    def mid(self) -> str: ...
    @property
    def kind(self) -> Literal["audio", "video"]: ...
    @property
    def codec(self) -> str | None: ...
    @property
    def packets(self) -> int: ...
    @property
    def bytes(self) -> int:
        """RTP payload bytes."""
    @property
    def keyframes(self) -> int: ...
    @property
    def keyframe_requests(self) -> int:
        """PLI sent to the publisher."""
    @property
    def nacks(self) -> int:
        """Retransmission requests sent to the publisher."""
    @property
    def loss(self) -> float | None:
        """Fraction lost over the last second, 0 to 1, once known."""

@final
class ConsumerStatistics:
    """Counters since the consumer was made."""

    @property
    def mid(self) -> str: ...
    @property
    def kind(self) -> Literal["audio", "video"]: ...
    @property
    def source(self) -> tuple[int, str] | None:
        """The producer forwarded: (transport, mid)."""
    @property
    def packets(self) -> int: ...
    @property
    def bytes(self) -> int:
        """RTP payload bytes, retransmissions not counted."""
    @property
    def retransmitted(self) -> int:
        """Payload bytes sent again."""
    @property
    def nacks(self) -> int:
        """Retransmission requests received."""
    @property
    def keyframe_requests(self) -> int:
        """PLI and FIR received."""
    @property
    def loss(self) -> float | None:
        """Fraction lost as the receiver reports it, 0 to 1, once known."""
    @property
    def rtt(self) -> float | None:
        """Round-trip time in seconds from receiver reports, once known."""

@final
class TransportStatistics:
    """One transport."""

    @property
    def transport(self) -> int: ...
    @property
    def connected(self) -> bool: ...
    @property
    def remote(self) -> str | None:
        """The "address:port" that is sent to."""
    @property
    def protocol(self) -> Literal["udp", "tcp"] | None:
        """The same as `remote`'s."""
    @property
    def received(self) -> int:
        """Datagram bytes received."""
    @property
    def sent(self) -> int:
        """Datagram bytes sent."""
    @property
    def producers(self) -> list[ProducerStatistics]: ...
    @property
    def consumers(self) -> list[ConsumerStatistics]: ...

@final
class Statistics:
    """The answer to `request_statistics`."""

    @property
    def request(self) -> int: ...
    @property
    def transports(self) -> list[TransportStatistics]: ...
    @property
    def datagrams_dropped(self) -> int:
        """Datagrams received that belonged to no transport or were not valid."""
    @property
    def batches_dropped(self) -> int:
        """Batches of packets that one worker could not hand to another."""
    @property
    def datagrams_unsent(self) -> int:
        """Datagrams that were to leave and had to go: too many waited for the network."""

CoreEvent = (
    Answered
    | Offered
    | Agreed
    | Refused
    | Connected
    | Started
    | Stalled
    | Speakers
    | Layers
    | Forwarded
    | Unplayable
    | Closed
    | Died
    | Statistics
)
