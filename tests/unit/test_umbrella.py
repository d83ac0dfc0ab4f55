"""What was set for Umbrella."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.loading import load
from trunkline.umbrella import FILES, remarks


def given(folder: Path, *, file: Path | None = None, **environment: str) -> Settings:
    return load({}, file, environment, folder)


def test_its_environment_is_understood(tmp_path: Path) -> None:
    settings = given(
        tmp_path,
        UMBRELLA_CLOUD="1",
        UMBRELLA_HTTP_PREFIX="/umbrella/",
        UMBRELLA_HTTP_SERVE_ADDR="[::1]:9000",
        UMBRELLA_PUBLIC_IP="203.0.113.7",
        UMBRELLA_PUBLIC_HOST="relay.example",
        UMBRELLA_MIN_PORT="40000",
        UMBRELLA_MAX_PORT="60000",
    )
    assert (settings.host, settings.port) == ("::1", 9000)
    assert (settings.tls, settings.mdns) == ("off", False)
    assert settings.http_prefix == "/umbrella"
    assert settings.announce == ("203.0.113.7",)
    assert settings.media_port == 40000


def test_a_port_alone_listens_everywhere(tmp_path: Path) -> None:
    settings = given(tmp_path, UMBRELLA_HTTP_SERVE_ADDR=":8081", UMBRELLA_CLOUD="0")
    assert (settings.host, settings.port, settings.tls) == (None, 8081, "auto")


def test_everything_else_is_stronger(tmp_path: Path) -> None:
    file = tmp_path / "trunkline.toml"
    file.write_text("media_port = 1")
    assert given(tmp_path, file=file, UMBRELLA_MIN_PORT="2").media_port == 1
    assert given(tmp_path, TRUNKLINE_MEDIA_PORT="3", UMBRELLA_MIN_PORT="2").media_port == 3


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="UMBRELLA_MIN_PORT is 'many'"):
        given(tmp_path, UMBRELLA_MIN_PORT="many")


def test_its_certificate_is_used_where_nothing_else_is_said(tmp_path: Path) -> None:
    certificate, key = (tmp_path / name for name in FILES)
    certificate.touch()
    assert given(tmp_path).certificate is None, "without the key"
    key.touch()
    settings = given(tmp_path)
    assert (settings.certificate, settings.key) == (certificate, key)
    assert given(tmp_path, TRUNKLINE_TLS="off").certificate is None
    settings = given(tmp_path, TRUNKLINE_CERTIFICATE="mine.pem")
    assert (settings.certificate, settings.key) == (Path("mine.pem"), None)


def test_what_does_nothing_is_told() -> None:
    told = list(remarks({"UMBRELLA_MAX_PORT": "60000", "UMBRELLA_PUBLIC_HOST": "relay.example"}))
    assert [line.split()[0] for line in told] == ["UMBRELLA_MAX_PORT", "UMBRELLA_PUBLIC_HOST"]
    assert list(remarks({"UMBRELLA_MIN_PORT": "1"})) == []


@pytest.mark.parametrize(
    ("text", "prefix"), [("", ""), ("/", ""), ("/live/", "/live"), ("a/b-c.d~e", "/a/b-c.d~e")]
)
def test_a_prefix_begins_with_a_slash_and_ends_without(text: str, prefix: str) -> None:
    assert Settings(http_prefix=text).http_prefix == prefix


@pytest.mark.parametrize("text", ["/a//b", "/a b", "/ü", "/a?b", "https://site.example/live"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(StartupError, match="not like /live/relay"):
        load({"http_prefix": text}, None, {})


def test_proxies_are_addresses_or_networks() -> None:
    settings = load({}, None, {"TRUNKLINE_TRUSTED_PROXIES": "127.0.0.1, fd00::/8"})
    assert settings.trusted_proxies == (ip_network("127.0.0.1"), ip_network("fd00::/8"))
    assert settings.behind_proxy
    with pytest.raises(StartupError, match="TRUNKLINE_TRUSTED_PROXIES"):
        load({}, None, {"TRUNKLINE_TRUSTED_PROXIES": "site.example"})
