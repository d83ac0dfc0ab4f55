"""Datagrams that no client would send, and the frames of a loopback interface."""

import random
import socket
import struct
import zlib

import pytest

ETHERNET, IP, UDP = 14, 20, 8
HEADERS = ETHERNET + IP + UDP
MAGIC_COOKIE = 0x2112A442


def garbage(count: int, seed: int) -> list[bytes]:
    """Random bytes of random lengths; the first byte leads to every kind of reader in turn."""
    chance = random.Random(seed)
    # RFC 7983: STUN, ZRTP, DTLS, TURN channel, RTP and RTCP are told apart by the first byte.
    firsts = (0, 1, 16, 20, 22, 23, 64, 128, 129, 144, 200, 255)
    return [
        bytes([firsts[number % len(firsts)]]) + chance.randbytes(chance.randrange(1400))
        for number in range(count)
    ]


def binding_request(username: str, transaction: bytes = b"trunklinetst") -> bytes:
    """A STUN binding request (RFC 8489) with a wrong integrity and a right fingerprint."""
    name = username.encode()
    body = _attribute(0x0006, name) + _attribute(0x0024, struct.pack("!I", 1))
    body += _attribute(0x8029, bytes(8)) + _attribute(0x0008, bytes(20))
    header = struct.pack("!HHI", 1, len(body) + 8, MAGIC_COOKIE) + transaction
    check = zlib.crc32(header + body) ^ 0x5354554E
    return header + body + _attribute(0x8028, struct.pack("!I", check))


def truncations(datagram: bytes) -> list[bytes]:
    """Every beginning of it, and each with a length field that claims more than there is."""
    beginnings = [datagram[:length] for length in range(1, len(datagram))]
    lying = [piece[:2] + b"\xff\xfc" + piece[4:] for piece in beginnings if len(piece) > 4]
    return beginnings + lying


def send(port: int, datagrams: list[bytes]) -> None:
    """Send to a port of the loopback interface, from one socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, ("127.0.0.1", port))


class Tap:
    """Sees and repeats the frames of the loopback interface: a thief on the wire."""

    def __init__(self) -> None:
        if not hasattr(socket, "AF_PACKET"):
            pytest.skip("needs packet sockets, which only Linux has")
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        except PermissionError:
            pytest.skip("needs root, to see frames")
        self._socket.bind(("lo", 0))
        self._socket.settimeout(5)

    def close(self) -> None:
        self._socket.close()

    def catch(self, port: int, count: int) -> list[bytes]:
        """The next frames with SRTP to a UDP port over IPv4."""
        caught: list[bytes] = []
        while len(caught) < count:
            frame = self._socket.recv(65536)
            if len(frame) > HEADERS + 12 and frame[12:14] == b"\x08\x00" and frame[23] == 17:
                (destination,) = struct.unpack_from("!H", frame, ETHERNET + IP + 2)
                is_rtp = frame[HEADERS] >> 6 == 2 and not 192 <= frame[HEADERS + 1] <= 223
                if destination == port and is_rtp:
                    caught.append(frame)
        return caught

    def repeat(self, frames: list[bytes]) -> None:
        """Send them again, with their senders' addresses."""
        for frame in frames:
            # Checksums are not computed on this interface; zero says that there is none.
            self._socket.send(frame[: HEADERS - 2] + b"\0\0" + frame[HEADERS:])


def with_ssrc(frame: bytes, ssrc: int) -> bytes:
    """The same frame as if it belonged to another stream."""
    return frame[: HEADERS + 8] + struct.pack("!I", ssrc) + frame[HEADERS + 12 :]


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
