"""Fingerprints of relays, as people compare them: SHA-256 of the key in a certificate, "AB:CD:…".

Of the key and not of the certificate, because a relay renews its own certificate with the same key
whenever it gets another address. That of the whole certificate is taken as well.
"""

import hashlib
import re

_HEX = re.compile(r"[0-9A-F]{64}")
_VERSION = 0xA0
_LONG = 0x80


def fingerprint(certificate: bytes) -> str:
    """That of a certificate in DER form.

    Raises:
        ValueError: it is none.
    """
    return written(hashlib.sha256(public_key(certificate)).digest())


def matches(certificate: bytes, wanted: bytes) -> bool:
    """Whether a certificate has this digest, or its key has.

    Raises:
        ValueError: it is none.
    """
    known = (public_key(certificate), certificate)
    return any(hashlib.sha256(each).digest() == wanted for each in known)


def written(digest: bytes) -> str:
    """As it is shown."""
    return digest.hex(":").upper()


def digest(text: str) -> bytes:
    """The 32 bytes of a fingerprint, with colons or without.

    Raises:
        ValueError: it is none.
    """
    plain = re.sub(r"^SHA-?256[ :=]", "", text.strip().upper()).replace(":", "").replace(" ", "")
    if not _HEX.fullmatch(plain):
        raise ValueError("a fingerprint is a SHA-256: 64 hexadecimal digits")
    return bytes.fromhex(plain)


def public_key(certificate: bytes) -> bytes:
    """Its SubjectPublicKeyInfo (RFC 5280 section 4.1), in DER form.

    Raises:
        ValueError: it is no certificate.
    """
    # Certificate, and in it TBSCertificate, whose first field may be left out.
    place = _element(certificate, _element(certificate, 0)[1])[1]
    before = 6 if certificate[place : place + 1] == bytes([_VERSION]) else 5
    for _ in range(before):
        place = _element(certificate, place)[2]
    start, _, end = _element(certificate, place)
    return certificate[start:end]


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Where an element begins, where what is in it begins, and where it ends (X.690)."""
    head = der[at : at + 2]
    if len(head) < 2:
        raise ValueError("that is no certificate")
    size, inside = head[1], at + 2
    if size & _LONG:
        inside += size & ~_LONG
        size = int.from_bytes(der[at + 2 : inside], "big")
    if inside + size > len(der):
        raise ValueError("that is no certificate")
    return at, inside, inside + size
