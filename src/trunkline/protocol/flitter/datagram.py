"""What `!broadcast` sends: offers and answers in sealed datagrams. See docs/protocols/flitter.md.

A datagram is a Fernet token (github.com/fernet/spec) without its base64.
"""

import hashlib
import zlib
from typing import assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from trunkline.errors import ProtocolError
from trunkline.model.flitter import Answer, Datagram, Offer
from trunkline.protocol.json_text import read_object, write

LIMIT = 1500
"""Bytes of a datagram; the original reads no more."""
MAX_TEXT = 64 << 10
"""Bytes of the text inside, however well it was compressed."""
MAX_AGE = 10
"""Seconds after which a datagram counts no more."""
MAX_AHEAD = 60
"""Seconds that the sender's clock may be ahead of ours."""
REMEMBERED = 1_000
"""Datagrams that are known again when they come twice."""

_VERSION = b"\x80"
_ITERATIONS = 480_000
_IV, _BLOCK, _MAC = 16, 16, 32
_HEAD = 1 + 8 + _IV


def derive_key(secret: str, name: str) -> bytes:
    """The key of a connection; this takes a twentieth of a second of computing.

    Args:
        secret: what both ends know.
        name: of the connection, which both ends give, too.
    """
    salt = hashlib.sha256(name.encode()).digest()[:16]
    return hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, _ITERATIONS, 32)


class Post:
    """Seals what is said under one key, and opens what comes; what came before is not opened."""

    def __init__(self, key: bytes) -> None:
        self._signing, self._encrypting = key[:16], key[16:]
        self._seen: dict[bytes, int] = {}  # signature -> when it is too old anyway

    def write(self, message: Datagram, now: int, iv: bytes) -> bytes:
        """The datagram that says it.

        Args:
            message: an offer or an answer.
            now: seconds since 1970.
            iv: 16 bytes that nobody can guess, new ones for each.
        """
        packed = zlib.compress(_text(message), 9)
        padder = padding.PKCS7(8 * _BLOCK).padder()
        encryptor = self._cipher(iv).encryptor()
        body = encryptor.update(padder.update(packed) + padder.finalize()) + encryptor.finalize()
        signed = _VERSION + now.to_bytes(8, "big") + iv + body
        return signed + self._signature(signed).finalize()

    def read(self, datagram: bytes, now: int) -> Datagram:
        """What a datagram says.

        Raises:
            ProtocolError: it is not for us, or not of now, or makes no sense.
        """
        packed = self._open(datagram, now)
        unpacker = zlib.decompressobj()
        try:
            text = unpacker.decompress(packed, MAX_TEXT).decode()
        except (zlib.error, UnicodeDecodeError):
            raise ProtocolError("it holds no compressed text") from None
        if unpacker.unconsumed_tail:
            raise ProtocolError(f"it holds more than {MAX_TEXT} bytes")
        match read_object(text):
            case {"offer": str(sdp)}:
                return Offer(sdp)
            case {"answer": str(sdp)}:
                return Answer(sdp)
            case _:
                raise ProtocolError("it is neither an offer nor an answer")

    def _open(self, datagram: bytes, now: int) -> bytes:
        signed, signature = datagram[:-_MAC], datagram[-_MAC:]
        if len(datagram) > LIMIT:
            raise ProtocolError(f"it is longer than {LIMIT} bytes")
        if len(signed) <= _HEAD or not signed.startswith(_VERSION):
            raise ProtocolError("it is no token of Fernet")
        self._verify(signed, signature)
        made = int.from_bytes(signed[1:9], "big")
        if not made - MAX_AHEAD <= now <= made + MAX_AGE:
            raise ProtocolError("it is not of now: do the clocks of both machines agree?")
        self._remember(signature, made + MAX_AGE, now)
        decryptor = self._cipher(signed[9:_HEAD]).decryptor()
        unpadder = padding.PKCS7(8 * _BLOCK).unpadder()
        try:
            body = decryptor.update(signed[_HEAD:]) + decryptor.finalize()
            return unpadder.update(body) + unpadder.finalize()
        except ValueError:
            raise ProtocolError("it is no token of Fernet") from None

    def _verify(self, signed: bytes, signature: bytes) -> None:
        try:
            self._signature(signed).verify(signature)
        except InvalidSignature:
            raise ProtocolError("it is not for us, or has another secret") from None

    def _remember(self, signature: bytes, until: int, now: int) -> None:
        if signature in self._seen:
            raise ProtocolError("it came before")
        self._seen = {one: end for one, end in self._seen.items() if end >= now}
        if len(self._seen) >= REMEMBERED:
            # Only who has the key gets here: the oldest is the least harm.
            del self._seen[next(iter(self._seen))]
        self._seen[signature] = until

    def _signature(self, signed: bytes) -> hmac.HMAC:
        signature = hmac.HMAC(self._signing, hashes.SHA256())
        signature.update(signed)
        return signature

    def _cipher(self, iv: bytes) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._encrypting), modes.CBC(iv))


def fits(message: Datagram) -> bool:
    """Whether it goes into one datagram."""
    packed = len(zlib.compress(_text(message), 9))
    padded = packed + _BLOCK - packed % _BLOCK
    return _HEAD + padded + _MAC <= LIMIT


def _text(message: Datagram) -> bytes:
    match message:
        case Offer(sdp):
            return write({"offer": sdp}).encode()
        case Answer(sdp):
            return write({"answer": sdp}).encode()
        case _:
            assert_never(message)
