"""Fingerprints of certificates, as people compare them: SHA-256, "AB:CD:…"."""

import hashlib
import re

_HEX = re.compile(r"[0-9A-F]{64}")


def fingerprint(certificate: bytes) -> str:
    """That of a certificate in DER form."""
    return written(hashlib.sha256(certificate).digest())


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
        raise ValueError("a fingerprint is the SHA-256 of a certificate: 64 hexadecimal digits")
    return bytes.fromhex(plain)
