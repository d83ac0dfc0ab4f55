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
            workers: threads that forward media, 1 to 64.
            silence: seconds without any datagram after which a transport is closed.

        Raises:
            OSError: an address cannot be bound; `errno` and `filename` ("udp ADDRESS:PORT" or
                "tcp …") tell.
            ValueError: an argument is out of its range.
        """
    @property
    def port(self) -> int:
        """The number of the port bound: the same for every address, for UDP and TCP."""
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
        """Take a new offer for the same media on a live transport, as for an ICE restart.

        `Answered` or `Refused` follows for the same transport. The media flow on meanwhile. An
        offer that is no SDP changes nothing; validate the rest first: nothing can be undone.
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
        `Unplayable` follows when the codecs do not fit.
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
    """One medium (m-line) of an answered offer."""

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
class Refused:
    """The offer was not taken; the transport does not exist."""

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
    def datagrams_unsent(self) -> int:
        """Datagrams that were to leave and had to go: too many waited for the network."""

CoreEvent = Answered | Refused | Connected | Started | Unplayable | Closed | Died | Statistics
