"""Fingerprints, however people write them."""

import datetime
import hashlib
import ssl
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from support.certificates import make
from trunkline.listing.fingerprint import digest, fingerprint, matches, public_key, written
from trunkline.net.x509 import self_signed

# Of "abc": FIPS 180-2, appendix B.1.
KNOWN = (
    "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:"
    "B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
)


def der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode())


def spki(certificate: bytes) -> bytes:
    """The key, as a library of its own finds it."""
    return (
        x509.load_der_x509_certificate(certificate)
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )


def test_it_is_that_of_the_key() -> None:
    certificate = der(make()[0])
    assert public_key(certificate) == spki(certificate)
    assert fingerprint(certificate) == written(hashlib.sha256(spki(certificate)).digest())


def test_keys_of_all_sizes_are_found() -> None:
    now = datetime.datetime.now(datetime.UTC)
    certificate = der(self_signed(["relay.example"] * 60, now, rsa_key=True)[0])
    assert public_key(certificate) == spki(certificate)


def test_a_certificate_without_a_version_is_read() -> None:
    # Version 1 leaves the first field out: serial, algorithm, issuer, validity, subject, key.
    fields = bytes.fromhex("020101") + bytes.fromhex("3000") * 4 + bytes.fromhex("30030101ff")
    inside = bytes([0x30, len(fields)]) + fields
    assert public_key(bytes([0x30, len(inside)]) + inside).hex() == "30030101ff"


def test_the_key_or_the_whole_certificate_is_recognized() -> None:
    one, other = der(make()[0]), der(make()[0])
    assert matches(one, digest(fingerprint(one)))
    assert matches(one, hashlib.sha256(one).digest())
    assert not matches(other, digest(fingerprint(one)))


@given(st.binary(max_size=60))
def test_what_is_no_certificate_is_an_error_or_a_piece_of_it(data: bytes) -> None:
    with suppress(ValueError):
        assert public_key(data) in data


def test_a_certificate_that_is_cut_off_is_an_error() -> None:
    certificate = der(make()[0])
    for length in range(0, len(certificate), 7):
        with pytest.raises(ValueError, match="no certificate"):
            public_key(certificate[:length])


@pytest.mark.parametrize(
    "text",
    [KNOWN, KNOWN.lower(), KNOWN.replace(":", ""), f" SHA-256 {KNOWN} ", f"sha256:{KNOWN}"],
)
def test_all_ways_to_write_it_are_one(text: str) -> None:
    assert written(digest(text)) == KNOWN


@pytest.mark.parametrize("text", ["", "AB", KNOWN[:-1], KNOWN + ":00", "X" * 64])
def test_what_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        digest(text)
