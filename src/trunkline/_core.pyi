"""The media core as Python sees it: commands down, events up, no call blocks.

Ids are chosen by the caller. A transport is one ICE + DTLS connection to one remote; inside it a
medium is named by its SDP `mid` (RFC 5888). A medium that the remote sends is a producer, one that
the remote receives is a consumer.

A program that takes or gives frames itself, encoded, has an `Endpoint` on the network, or a `Tap`
and a local transport (`Core.produce`) inside a core.
"""

from collections.abc import Sequence
from typing import Literal, final

from typing_extensions import Buffer

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
    def accept_offer(
        self, transport: int, offer: str, sources: Sequence[tuple[int, str]], dial: bool = False
    ) -> None:
        """Make a transport from an SDP offer; `Answered` or `Refused` follows.

        Args:
            transport: a new id, never used before.
            offer: SDP (RFC 8866), all media bundled.
            sources: producers (transport, mid) that a viewer will be attached to: the offer is
                refused with code "codec" when it shares no codec with one of them of a kind that
                the offer wants to receive. Empty for a publisher.
            dial: look for the remote, as the full agent of ICE (RFC 8445), over UDP and from
                sockets of the transport's own; else the remote finds the media port.
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
        media: Sequence[
            tuple[Literal["audio", "video"], tuple[str, str] | None, Sequence[str], bool]
        ],
        data: bool,
        restart: bool,
        dial: bool = False,
    ) -> None:
        """Offer media to a remote; `Offered` or `Refused` follows.

        The first offer makes the transport, on which the core alone offers from then on, and sends
        alone where that offer takes nothing. Later offers change it, and media flow on meanwhile.
        Until an offer is answered by `accept_answer`, another one is refused.

        Args:
            transport: an id: a new one for the first offer.
            media: (kind, label, rids, takes) of all m-lines, those offered before first, in their
                order and of their kind; 256 at most. A label is the stream and the track that the
                remote is told (RFC 8830: 1 to 64 characters each). Another label is another track
                in the same m-line. Without one nothing is sent: its consumer is gone with the
                offer. Rids name the encodings that a picture is sent in (RFC 8853): 4 at most, each
                of 1 to 8 letters, digits and _. They may be others in each offer. Without any it is
                sent once. Where a medium takes, the remote may send, too.
            data: offer a data channel, too, after the first medium; once offered, it stays.
            restart: restart ICE; the transport learns the candidates of now.
            dial: as for `accept_offer`; the first offer decides.

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
    def hand_over(self, transport: int, mid: str, source: int, source_mid: str) -> None:
        """The same where the producer is another way of the pictures that the consumer shows.

        They go on until its keyframe is here, and under numbers that go on.
        """
    def limit(self, transport: int, mid: str, layer: int | None) -> None:
        """Send the consumer (transport, mid) nothing above this one of its source's encodings.

        0 is the lowest; None: the best that comes. What flows goes on until a keyframe of the other
        one comes, which is asked for. A limit stays over changes of the source. There is no effect
        on a consumer with rids.

        Raises:
            OverflowError: the number is negative or above 255.
        """
    def select(self, transport: int, mid: str, rids: Sequence[str]) -> None:
        """Send the consumer (transport, mid) those of its source's encodings with these names.

        It is one that was offered with rids, and each encoding is sent for itself, under its name.
        What is not selected is not sent: at first nothing is. A source that is sent once goes under
        the first of the rids offered, if any is selected; so it does, as one stream, to a remote
        that knows no encodings. A selection stays over changes of the source.
        """
    def detach(self, transport: int, mid: str) -> None:
        """Stop forwarding to the consumer (transport, mid)."""
    def close(self, transport: int) -> None:
        """Close a transport properly (RTCP BYE, DTLS close_notify); no `Closed` follows."""
    def produce(
        self, transport: int, media: Sequence[tuple[str, Literal["audio", "video"]]]
    ) -> None:
        """Make a transport without a network, whose media `write` gives.

        Its media are producers as any other. `KeyframeRequested` asks for keyframes, `close` ends
        it.

        Args:
            transport: a new id, never used before.
            media: (mid, kind) of each; 16 at most.

        Raises:
            ValueError: a kind is none, or a mid none or there twice.
        """
    def write(
        self,
        transport: int,
        mid: str,
        codec: str,
        data: bytes,
        timestamp: int,
        captured: float | None = None,
        level: int | None = None,
    ) -> bool:
        """Give the next frame of a medium of a local transport: see `Endpoint.write`."""
    def tap(self, transport: int, mid: str) -> Tap:
        """Take the frames of a producer; its own retransmissions fill what was lost.

        Of a picture in several sizes it is the best. A producer that does not exist ends the tap
        with `TapEnded`.

        Raises:
            OSError: there are too many open files.
        """
    def request_statistics(self, request: int) -> None:
        """Ask for `Statistics` with this request number."""
    def provoke_panic(self, transport: int) -> None:
        """Make the code of one transport panic; for tests of its containment."""
    def stop(self) -> None:
        """Close all transports and end the workers; returns within a second."""

@final
class Endpoint:
    """One connection of this program to a WebRTC peer, that takes and gives encoded frames.

    It does full ICE. All endpoints of a process live on one thread. Packets, loss, retransmission
    and congestion are its affair; audio and video come and go as whole frames.
    """

    def __new__(
        cls,
        transport: int,
        addresses: Sequence[str],
        *,
        servers: Sequence[tuple[str, str, str]] = ...,
        gathering: float = 2.0,
        codecs: Sequence[str] = ...,
        bandwidth: int = 1_000_000,
        silence: float = 15.0,
    ) -> Endpoint:
        """Bind a UDP port on each address, and begin to gather candidates.

        Args:
            transport: an id that all events tell; the endpoint does not look at it.
            addresses: local IP addresses, best first; 1 to 16.
            servers: STUN and TURN servers as (URL, user name, credential), 8 at most. URLs are
                "stun:HOST[:PORT]" and "turn:HOST[:PORT][?transport=udp]" (RFC 7064, RFC 7065) with
                HOST an IP address: names are looked up by the caller. Servers that are reached by
                TCP or TLS alone are passed over. None by default.
            gathering: seconds after which an offer or answer goes without candidates of servers
                that have not answered.
            codecs: those to agree on, preferred first: "opus", "PCMU", "PCMA", "G722", "VP8",
                "VP9", "AV1", "H264", "H265", and "H264/42e01f" for one profile-level-id alone.
                None, by default, stands for all.
            bandwidth: bits a second that may be sent before more is known, and `set_bandwidth` of
                the beginning.
            silence: seconds without any datagram after which the connection is closed.

        Raises:
            OSError: an address cannot be bound (`errno`, `filename`), or too many files are open.
            ValueError: an argument is out of its range.
        """
    def fileno(self) -> int:
        """A descriptor that is readable while events wait; it lives as long as the endpoint."""
    def drain(self) -> list[EndpointEvent]:
        """Take the waiting events, oldest first.

        Of frames 32 MiB and 1,000 wait at most: the oldest are dropped first, and the next one that
        is told says how many (`Frame.dropped`).
        """
    def offer(
        self,
        media: Sequence[
            tuple[
                Literal["audio", "video"],
                Literal["sendrecv", "sendonly", "recvonly", "inactive"],
                tuple[str, str] | None,
            ]
        ],
        restart: bool = False,
    ) -> None:
        """Make an offer; `Described` or `Refused` follows, once candidates are gathered.

        Args:
            media: (kind, direction, label) of all media, those agreed on before first, in their
                order and of their kind; 256 at most. A label is the stream and the track that the
                remote is told (RFC 8830: 1 to 64 characters each); None: made up.
            restart: restart ICE (RFC 8445 section 9).

        Raises:
            ValueError: a kind or direction is none.
        """
    def accept_offer(
        self, offer: str, labels: Sequence[tuple[str, str] | None] | None = None
    ) -> None:
        """Answer the remote's offer; `Described` or `Refused` follows.

        Of two offers that cross, the remote's wins: ours is void.

        Args:
            offer: SDP (RFC 8866), all media bundled.
            labels: for each m-line with media, in their order, what to send there is called, if it
                is asked for; where there is None, or no more labels, nothing is sent. Without any
                list, all is sent that is asked for, under names that are made up.
        """
    def accept_answer(self, answer: str) -> None:
        """Take the answer to the last offer; `Negotiated`, `Refused` or `Closed` follows."""
    def write(
        self,
        mid: str,
        codec: str,
        data: bytes,
        timestamp: int,
        captured: float | None = None,
        level: int | None = None,
    ) -> bool:
        """Give the next frame of a medium that is sent; false: it was dropped, too many wait.

        Frames written before `Connected`, and those of a medium that is not sent, go nowhere.

        Args:
            mid: which medium.
            codec: as in `Transceiver.codecs`; it may change from frame to frame.
            data: one encoded frame: Annex B for H.264 and H.265 with parameter sets before each
                keyframe, a temporal unit (OBU stream with sizes) for AV1, one packet for audio.
                4 MiB at most.
            timestamp: media time in the codec's clock rate (RFC 3551: 90 kHz for video, 48 kHz for
                Opus, 8 kHz for the others), counted on without a wrap.
            captured: when it was captured, in seconds since 1970; what has the same time is played
                at the same time. None: now.
            level: of sound: how loud it is, in dB below the loudest, 0 to 127 (RFC 6464).

        Raises:
            ValueError: a codec that is not known, or data or a level out of its range.
        """
    def request_keyframe(self, mid: str) -> None:
        """Ask the remote for a keyframe, at most once in 300 ms."""
    def set_bandwidth(self, bitrate: int) -> None:
        """Tell how many bits a second would be sent if there were no limit: so far is tested."""
    def request_statistics(self, request: int) -> None:
        """Ask for `EndpointStatistics` with this request number."""
    def close(self) -> None:
        """Close the connection properly (RTCP BYE, DTLS close_notify); no event follows.

        What is dropped without it is closed, too.
        """
    def provoke_panic(self) -> None:
        """Make the code of this endpoint panic; for tests of its containment."""

@final
class Tap:
    """The frames of one producer; it ends when it is dropped."""

    def fileno(self) -> int:
        """A descriptor that is readable while frames wait; it lives as long as the tap."""
    def drain(self) -> list[Frame | TapEnded]:
        """Take the waiting frames, oldest first; the bound is that of `Endpoint.drain`."""
    def request_keyframe(self) -> None:
        """Ask the producer for a keyframe; requests of all who watch are collapsed."""
    def close(self) -> None:
        """Take no more frames."""

@final
class Transceiver:
    """One medium (m-line) of an endpoint (W3C WebRTC section 5.4)."""

    @property
    def mid(self) -> str: ...
    @property
    def kind(self) -> Literal["audio", "video"]: ...
    @property
    def direction(self) -> Literal["sendrecv", "sendonly", "recvonly", "inactive"]:
        """As this side sees it: of an offer of ours what is asked for, else what is agreed on."""
    @property
    def codecs(self) -> list[str]:
        """Names as in SDP, preferred first; of an offer of ours those offered."""
    @property
    def label(self) -> tuple[str, str] | None:
        """The stream and track that the remote's SDP tells, once it has."""

@final
class Described:
    """An offer or answer of ours, with all candidates, for the remote."""

    @property
    def transport(self) -> int: ...
    @property
    def type(self) -> Literal["offer", "answer"]: ...
    @property
    def sdp(self) -> str: ...
    @property
    def media(self) -> list[Transceiver]:
        """In the order of the m-lines."""

@final
class Negotiated:
    """The answer to an offer of ours was taken."""

    @property
    def transport(self) -> int: ...
    @property
    def media(self) -> list[Transceiver]:
        """In the order of the m-lines."""

@final
class Frame:
    """One encoded frame."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def codec(self) -> str:
        """By its SDP name."""
    @property
    def data(self) -> bytes:
        """As `Endpoint.write` takes it."""
    @property
    def timestamp(self) -> int:
        """Media time in units of `clock_rate`, from anywhere, without a wrap."""
    @property
    def clock_rate(self) -> int: ...
    @property
    def keyframe(self) -> bool:
        """Whether decoding can begin here; true for audio."""
    @property
    def contiguous(self) -> bool:
        """Whether it follows the one before: otherwise something is lost between them."""
    @property
    def dropped(self) -> int:
        """Frames of this medium before this one that were dropped because too many waited."""
    @property
    def received(self) -> float:
        """When its first packet came, in seconds since 1970, by a clock that never steps."""
    @property
    def captured(self) -> float | None:
        """When it was captured, by the sender's clock, in seconds since 1970, once known.

        It is what the sender's reports (RFC 3550 section 6.4.1) tell: frames of all media of one
        sender that have the same time belong together.
        """
    @property
    def level(self) -> int | None:
        """How loud the sender says that it is, in dB below the loudest (RFC 6464)."""
    @property
    def color_space(self) -> bytes | None:
        """What a keyframe's numbers mean, where the sender tells it beside the stream.

        As in libwebrtc's RTP header extension: primaries, transfer and matrix (ITU-T H.273), range
        and siting; 4 bytes.
        """

@final
class KeyframeRequested:
    """The remote asks for a keyframe of a medium that we send, or somebody who watches does."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...

@final
class Bandwidth:
    """How much may be sent to the remote, all media together: an estimate."""

    @property
    def transport(self) -> int: ...
    @property
    def bitrate(self) -> int:
        """In bits a second."""

@final
class TapEnded:
    """The producer of a tap is gone, or has never been; nothing follows."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def reason(self) -> str:
        """A sentence for a person."""

@final
class TransceiverStatistics:
    """Counters since the medium was made."""

    @property
    def mid(self) -> str: ...
    @property
    def kind(self) -> Literal["audio", "video"]: ...
    @property
    def packets_received(self) -> int: ...
    @property
    def bytes_received(self) -> int: ...
    @property
    def frames_received(self) -> int: ...
    @property
    def frames_unread(self) -> int:
        """Frames that were dropped because `drain` did not take them."""
    @property
    def nacks_sent(self) -> int: ...
    @property
    def loss_received(self) -> float | None:
        """Fraction lost of what the remote sends, 0 to 1, once known."""
    @property
    def packets_sent(self) -> int: ...
    @property
    def bytes_sent(self) -> int: ...
    @property
    def frames_sent(self) -> int: ...
    @property
    def frames_unsent(self) -> int:
        """Frames that were written and went nowhere: too many waited, or there was no way."""
    @property
    def nacks_received(self) -> int: ...
    @property
    def loss_sent(self) -> float | None:
        """Fraction lost of what we send, 0 to 1, as the remote reports it, once known."""
    @property
    def rtt(self) -> float | None:
        """Round-trip time in seconds, as reports tell, once known."""

@final
class EndpointStatistics:
    """The answer to `Endpoint.request_statistics`."""

    @property
    def request(self) -> int: ...
    @property
    def transport(self) -> int: ...
    @property
    def connected(self) -> bool: ...
    @property
    def remote(self) -> str | None:
        """The "address:port" that is sent to; of a relayed path the peer's, not the server's."""
    @property
    def relayed(self) -> bool:
        """Whether a TURN server of ours is in between."""
    @property
    def received(self) -> int:
        """Datagram bytes received."""
    @property
    def sent(self) -> int:
        """Datagram bytes sent."""
    @property
    def bandwidth(self) -> int | None:
        """The last estimate, in bits a second."""
    @property
    def media(self) -> list[TransceiverStatistics]: ...

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
class Resized:
    """The size of a producer's pictures is known, or another one; of several encodings not told."""

    @property
    def transport(self) -> int: ...
    @property
    def mid(self) -> str: ...
    @property
    def width(self) -> int:
        """In pixels."""
    @property
    def height(self) -> int: ...

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

def to_i420(
    pixels: Buffer,
    stride: int,
    size: tuple[int, int],
    planes: Sequence[tuple[Buffer, int]],
    *,
    depth: int = 3,
    bt709: bool = False,
    flipped: bool = False,
) -> None:
    """Convert full-range RGB to planar YCbCr of limited range, 4:2:0 (ITU-T H.273).

    A colour is the mean of its four pixels. The interpreter is held meanwhile: 1.5 ms for
    1280 × 720.

    Args:
        pixels: rows of red, green, blue, and of a fourth byte that means nothing.
        stride: bytes from one row to the next.
        size: (width, height) of what is converted, both even, 2 to 16,384.
        planes: Y, Cb and Cr with their strides; they are written to.
        depth: bytes of a pixel, 3 or 4.
        bt709: the matrix is that of BT.709, not of BT.601.
        flipped: the lowest row comes first.

    Raises:
        ValueError: an argument is out of its range, or a buffer is too small or has gaps.
        BufferError: a plane cannot be written.
    """

def from_i420(
    planes: Sequence[tuple[Buffer, int]],
    size: tuple[int, int],
    pixels: Buffer,
    stride: int,
    *,
    depth: int = 3,
    bt709: bool = False,
    full: bool = False,
    flipped: bool = False,
) -> None:
    """Convert planar YCbCr, 4:2:0, to full-range RGB (ITU-T H.273).

    Four pixels have one colour; what is blacker than black is black. The interpreter is held
    meanwhile: 0.5 ms for 1280 × 720.

    Args:
        planes: Y, Cb and Cr with their strides: bytes from one row to the next.
        size: (width, height), 2 to 16,384; odd ones have half a column or row of colours more.
        pixels: is written to: rows of red, green and blue, and of 255 as a fourth byte.
        stride: of the pixels.
        depth: bytes of a pixel, 3 or 4.
        bt709: the matrix is that of BT.709, not of BT.601.
        full: black is 0 and white 255, not 16 and 235.
        flipped: the lowest row comes first in the pixels.

    Raises:
        ValueError: an argument is out of its range, or a buffer is too small or has gaps.
        BufferError: the pixels cannot be written.
    """

Reported = (
    Answered
    | Offered
    | Agreed
    | Refused
    | Connected
    | Started
    | Stalled
    | Speakers
    | Layers
    | Resized
    | Forwarded
    | Unplayable
    | Closed
    | Died
    | Statistics
)

CoreEvent = Reported | KeyframeRequested

EndpointEvent = (
    Described
    | Negotiated
    | Refused
    | Connected
    | Frame
    | KeyframeRequested
    | Bandwidth
    | EndpointStatistics
    | Closed
)
