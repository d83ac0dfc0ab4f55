"""`trunkline certificate`: what is in the files, and what it does not replace."""

import datetime
import ssl
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from trunkline.cli.certificate import certificate
from trunkline.errors import StartupError


@pytest.mark.parametrize("use_rsa", [False, True])
def test_a_pair_is_for_the_names_and_a_year(tmp_path: Path, use_rsa: bool) -> None:
    certificate(["relay.example", "192.0.2.7"], directory=tmp_path, rsa=use_rsa)
    made = x509.load_pem_x509_certificate((tmp_path / "cert.pem").read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["relay.example"]
    assert names.get_values_for_type(x509.IPAddress) == [ip_address("192.0.2.7")]
    now = datetime.datetime.now(datetime.UTC)
    left = made.not_valid_after_utc - now
    assert datetime.timedelta(days=364) < left <= datetime.timedelta(days=365)
    assert made.not_valid_before_utc < now
    key = made.public_key()
    if use_rsa:
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size == 4096
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")


def test_what_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    certificate(["one.example"], directory=tmp_path)
    before = (tmp_path / "cert.pem").read_bytes()
    with pytest.raises(StartupError, match="there already"):
        certificate(["two.example"], directory=tmp_path)
    assert (tmp_path / "cert.pem").read_bytes() == before
    certificate(["two.example"], directory=tmp_path, force=True)
    assert (tmp_path / "cert.pem").read_bytes() != before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="cannot be written") as error:
        certificate(["one.example"], directory=tmp_path / "nowhere")
    assert "--directory" in error.value.remedy
