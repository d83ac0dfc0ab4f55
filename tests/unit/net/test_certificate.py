import datetime
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.certificates import make, pem, shake
from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.net.certificate import (
    FILE,
    NOTE,
    own_certificate,
    own_names,
    server_context,
    shown_fingerprint,
)
from trunkline.net.interface import local_addresses
from trunkline.net.validity import Validity
from trunkline.state import Store

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
NAMES = ("localhost", "box", "box.local", "127.0.0.1", "::1", "192.0.2.7")


def names_in(path: Path) -> set[str]:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def serial(path: Path) -> int:
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def key_of(path: Path) -> bytes:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def test_it_is_valid_for_every_name_and_private(store: Store) -> None:
    path = own_certificate(store, NAMES, NOW)
    assert names_in(path) == set(NAMES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_kept_while_it_serves(store: Store) -> None:
    first = serial(own_certificate(store, NAMES, NOW))
    assert serial(own_certificate(store, NAMES, NOW + 30 * DAY)) == first
    assert serial(own_certificate(store, NAMES[:-1], NOW)) == first


def test_what_it_is_good_for_is_kept_beside_it(store: Store) -> None:
    path = own_certificate(store, NAMES, NOW)
    known = Validity.read((store.directory / NOTE).read_bytes())
    assert known is not None
    assert known.suits(path.read_bytes(), NAMES, NOW)
    assert not known.suits(path.read_bytes(), [*NAMES, "192.0.2.8"], NOW)
    assert not known.suits(path.read_bytes() + b"\n", NAMES, NOW)
    assert not known.suits(path.read_bytes(), NAMES, NOW + 750 * DAY)
    assert not known.suits(path.read_bytes(), NAMES, NOW - 2 * DAY)


@pytest.mark.parametrize("note", [b"", b"[]", b"{}", b'{"file": 1', b"\xff", b"[" * 100_000])
def test_a_damaged_note_is_written_anew(store: Store, note: bytes) -> None:
    first = serial(own_certificate(store, NAMES, NOW))
    written = (store.directory / NOTE).read_bytes()
    store.write(NOTE, note)
    assert serial(own_certificate(store, NAMES, NOW)) == first
    assert (store.directory / NOTE).read_bytes() == written


def test_a_note_of_another_file_is_not_believed(store: Store) -> None:
    path = own_certificate(store, NAMES, NOW)
    short = own_certificate(Store.open(store.directory / "other"), NAMES[:1], NOW)
    store.write(FILE, short.read_bytes())
    assert names_in(own_certificate(store, NAMES, NOW)) == set(NAMES)
    assert path.read_bytes() != short.read_bytes()


def test_a_new_address_renews_it_with_the_same_key(store: Store) -> None:
    path = own_certificate(store, NAMES, NOW)
    first, key = serial(path), key_of(path)
    settings = Settings(state_dir=store.directory)
    fingerprint = shown_fingerprint(settings)
    assert serial(own_certificate(store, [*NAMES, "192.0.2.8"], NOW)) != first
    assert shown_fingerprint(settings) == fingerprint
    assert "192.0.2.8" in names_in(path)
    assert key_of(path) == key


@pytest.mark.parametrize("days", [750, 900])
def test_its_end_renews_it(store: Store, days: int) -> None:
    first = serial(own_certificate(store, NAMES, NOW))
    assert serial(own_certificate(store, NAMES, NOW + days * DAY)) != first


def test_it_lives_no_longer_than_apple_accepts(store: Store) -> None:
    certificate = x509.load_pem_x509_certificate(own_certificate(store, NAMES, NOW).read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < 825 * DAY


@pytest.mark.parametrize("damage", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_damaged_one_is_made_anew(store: Store, damage: bytes) -> None:
    store.write(FILE, damage)
    assert names_in(own_certificate(store, NAMES, NOW)) == set(NAMES)


def test_this_machine_is_called_by_these_names() -> None:
    names = own_names(Settings(announce=("203.0.113.7",), host="relay.example"))
    assert {"localhost", "127.0.0.1", "::1", "203.0.113.7", "relay.example"} <= set(names)
    assert {str(address) for address in local_addresses()} <= set(names)
    assert any(name.endswith(".local") for name in names)


def test_a_client_that_trusts_it_connects(tmp_path: Path) -> None:
    server = server_context(Settings(state_dir=tmp_path), NAMES)
    trusting = ssl.create_default_context(cafile=tmp_path / FILE)
    for name in NAMES:
        shake(server, trusting, name)


def context(folder: Path, certificate: bytes, key: bytes | None = None) -> ssl.SSLContext:
    (folder / "c.pem").write_bytes(certificate)
    if key is None:
        return server_context(Settings(certificate=folder / "c.pem"))
    (folder / "k.pem").write_bytes(key)
    return server_context(Settings(certificate=folder / "c.pem", key=folder / "k.pem"))


def test_the_operators_certificate_is_used(tmp_path: Path) -> None:
    certificate, key = make()
    for server in (context(tmp_path, certificate, key), context(tmp_path, certificate + key)):
        trusting = ssl.create_default_context(cadata=certificate.decode())
        shake(server, trusting, "relay.example")


@pytest.mark.parametrize(
    ("begin", "end", "cause"), [(-9, -2, "expired on"), (2, 9, "is valid only from")]
)
def test_a_certificate_out_of_its_time_is_refused(
    tmp_path: Path, begin: int, end: int, cause: str
) -> None:
    with pytest.raises(StartupError, match=cause):
        context(tmp_path, *make(begin=begin, end=end))


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="does not belong"):
        context(tmp_path, make()[0], make()[1])


def test_a_file_without_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="holds no certificate"):
        context(tmp_path, b"hello", make()[1])


def test_a_file_without_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="holds no private key"):
        context(tmp_path, make()[0])


def test_a_key_with_a_password_is_refused(tmp_path: Path) -> None:
    locked = pem(ec.generate_private_key(ec.SECP256R1()), b"password")
    with pytest.raises(StartupError, match="protected by a password") as caught:
        context(tmp_path, make()[0], locked)
    assert "openssl pkey" in caught.value.remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="No such file") as caught:
        server_context(Settings(certificate=tmp_path / "none.pem"))
    assert "--certificate" in caught.value.remedy
