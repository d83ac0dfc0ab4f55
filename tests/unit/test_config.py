from pathlib import Path

import pytest

from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.loading import load
from trunkline.model.ice_server import IceServer


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_flags_are_stronger_than_the_environment_and_that_than_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "t.toml", "port = 1\nmedia_port = 2\nworkers = 3\n")
    environment = {"TRUNKLINE_PORT": "11", "TRUNKLINE_MEDIA_PORT": "12"}
    settings = load({"port": 21, "media_port": None}, file, environment)
    assert (settings.port, settings.media_port, settings.workers) == (21, 12, 3)


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "t.toml", "demo = true\n")
    assert load({}, environment={"TRUNKLINE_CONFIG": str(file)}).demo


def test_other_variables_are_none_of_our_business() -> None:
    assert load({}, environment={"PORT": "1", "PATH": "/bin"}) == Settings()


def test_the_environment_takes_lists_and_switches() -> None:
    environment = {
        "TRUNKLINE_ANNOUNCE": "203.0.113.7, 2001:DB8::7",
        "TRUNKLINE_OPEN": "yes",
        "TRUNKLINE_DEMO": "0",
    }
    settings = load({}, environment=environment)
    assert settings.announce == ("203.0.113.7", "2001:db8::7")
    assert settings.open
    assert not settings.demo


def test_keys_of_the_file_may_be_written_like_the_options(tmp_path: Path) -> None:
    file = write(tmp_path / "t.toml", 'media-port = 5\nannounce = ["203.0.113.7"]\n')
    settings = load({}, file, {})
    assert (settings.media_port, settings.announce) == (5, ("203.0.113.7",))


def test_ice_servers_are_urls_or_tables(tmp_path: Path) -> None:
    turn = '{url = "turn:b:3478?transport=udp", username = "u", credential = "c"}'
    file = write(tmp_path / "t.toml", f'ice_servers = ["stun:a:3478", {turn}]')
    servers = (IceServer("stun:a:3478"), IceServer("turn:b:3478?transport=udp", "u", "c"))
    assert load({}, file, {}).ice_servers == servers
    environment = {"TRUNKLINE_ICE_SERVERS": "stun:a, stun:[2001:db8::1]:3478"}
    assert [server.url for server in load({}, environment=environment).ice_servers] == [
        "stun:a",
        "stun:[2001:db8::1]:3478",
    ]


@pytest.mark.parametrize(
    "table",
    [
        'url = "stun:a", username = "u", credential = "c"',
        'url = "turn:a", username = "u"',
        'url = "turn:a", username = "u", credential = "c\\r\\nSet-Cookie: x"',
        'url = "turn:a>; rel=x", username = "u", credential = "c"',
        'url = "stun:a", other = "x"',
    ],
)
def test_ice_servers_that_cannot_be_told_are_refused(tmp_path: Path, table: str) -> None:
    file = write(tmp_path / "t.toml", f"ice_servers = [{{{table}}}]")
    with pytest.raises(StartupError, match="ice_servers"):
        load({}, file, {})


SECRET = "hunter2"


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (f'[{{url = "turn:a", credential = "{SECRET}"}}]', "number 1 .* turn:a needs both"),
        (f'["stun:a", {{url = "turn:b", credential = "{SECRET}"}}]', "number 2 .* turn:b needs"),
        (
            f'[{{url = "stun:a", password = "{SECRET}"}}]',
            "password of number 1 of ice_servers is not",
        ),
        (f'[{{url = ["{SECRET}"]}}]', "number 1"),
        (f'["turn:me:{SECRET}@a"]', "number 1 .* like stun:"),
        (f'["{SECRET}"]', "number 1 .* like stun:"),
        (f'"stun:a,credential={SECRET}"', "number 2 .* like stun:"),
        (f'{{credential = "{SECRET}"}}', "is not valid"),
    ],
)
def test_no_credential_is_shown(tmp_path: Path, given: str, cause: str) -> None:
    file = write(tmp_path / "t.toml", f"ice_servers = {given}")
    with pytest.raises(StartupError, match=cause) as caught:
        load({}, file, {})
    assert SECRET not in caught.value.cause + caught.value.remedy
    assert SECRET not in repr(IceServer("turn:a", "me", SECRET))


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path) -> None:
    file = write(tmp_path / "t.toml", 'certificate = "c.pem"\nstate_dir = "/var/x"\n')
    settings = load({}, file, {})
    assert settings.certificate == tmp_path / "c.pem"
    assert settings.state_dir == Path("/var/x")


@pytest.mark.parametrize(
    ("environment", "cause", "remedy"),
    [
        ({"TRUNKLINE_PROT": "1"}, "'TRUNKLINE_PROT'", "Did you mean 'TRUNKLINE_PORT'?"),
        ({"TRUNKLINE_QQQQQ": "1"}, "'TRUNKLINE_QQQQQ'", "The settings are: host, port"),
        ({"TRUNKLINE_PORT": "99999"}, "TRUNKLINE_PORT is '99999'", "port: HTTP port"),
        ({"TRUNKLINE_PORT": "tcp://10.0.0.1:80"}, "TRUNKLINE_PORT is", "port: HTTP port"),
        ({"TRUNKLINE_TLS": "on"}, "'auto' or 'off'", "tls:"),
        ({"TRUNKLINE_ANNOUNCE": "example"}, "'example' is not an IP address", "announce:"),
        ({"TRUNKLINE_ANNOUNCE": "0.0.0.0"}, "clients cannot send to 0.0.0.0", "announce:"),
        ({"TRUNKLINE_ICE_SERVERS": "http://a"}, "'http://a' is not like stun:", "ice_servers:"),
        ({"TRUNKLINE_ICE_SERVERS": "turn:a"}, "turn:a needs both", "ice_servers:"),
        ({"TRUNKLINE_WORKERS": "0"}, "TRUNKLINE_WORKERS is '0'", "workers:"),
        ({"TRUNKLINE_KEY": "k"}, "key is set, but certificate is not", "Change"),
        (
            {"TRUNKLINE_PLAIN_PORT": "8443"},
            "plain_port and port are both 8443",
            "Change",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(
    environment: dict[str, str], cause: str, remedy: str
) -> None:
    with pytest.raises(StartupError) as caught:
        load({}, environment=environment)
    assert cause in caught.value.cause
    assert remedy in caught.value.remedy


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "t.toml", "meda-port = 1\n")
    with pytest.raises(StartupError) as caught:
        load({}, file, {})
    assert "'meda-port'" in caught.value.cause
    assert str(file) in caught.value.cause
    assert caught.value.remedy == "Did you mean 'media_port'?"


@pytest.mark.parametrize("content", [b"port 8443", b"host = '\xff'"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.toml").write_bytes(content)
    with pytest.raises(StartupError, match="is not valid TOML"):
        load({}, tmp_path / "t.toml", {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="cannot be read: No such file"):
        load({}, tmp_path / "none.toml", {})


def test_the_port_depends_on_tls() -> None:
    assert Settings().http_port == 8443
    assert Settings(tls="off").http_port == 8080
    assert Settings(port=0).http_port == 0


def test_any_free_port_may_be_asked_for_twice() -> None:
    assert Settings(port=0, plain_port=0).plain_port == 0


def test_the_state_folder_follows_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert Settings().state_dir == Path("/var/state/trunkline")
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    assert Settings().state_dir == Path.home() / ".local/state/trunkline"


def test_the_keys_of_a_program_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="prot"):
        Settings.of({"prot": 1})


def test_a_wrong_rule_is_named_without_its_passphrase(tmp_path: Path) -> None:
    file = tmp_path / "relay.toml"
    file.write_text('[rooms."team"]\npassphrase = "sesame"\nparticipant = 3\n')
    with pytest.raises(StartupError) as error:
        load({}, file, {})
    assert "participant of room 'team'" in str(error.value)
    assert "sesame" not in str(error.value)


@pytest.mark.parametrize("token", ["short", "with a space in it", "ünsäglich-lang-genug"])
def test_a_wrong_token_is_not_shown(token: str) -> None:
    with pytest.raises(StartupError) as error:
        load({}, None, {"TRUNKLINE_OPERATOR_TOKEN": token})
    assert "TRUNKLINE_OPERATOR_TOKEN is not valid" in str(error.value)
    assert token not in str(error.value)
    assert token not in repr(Settings(operator_token="a-good-token-indeed"))


def test_bounds_of_signalling_are_a_table(tmp_path: Path) -> None:
    file = tmp_path / "trunkline.toml"
    file.write_text("[signalling]\nmessage = 2048\nkeepalive = 5\n")
    bounds = load({}, file, {}).signalling
    assert (bounds.message, bounds.keepalive, bounds.peers) == (2048, 5, 5_000)
    file.write_text("[signalling]\nmessage = 1\n")
    with pytest.raises(StartupError, match="message of signalling is not valid"):
        load({}, file, {})
    file.write_text("[signalling]\nmesage = 1\n")
    with pytest.raises(StartupError, match="mesage of signalling is not valid"):
        load({}, file, {})


def test_trunks_are_urls_or_tables(tmp_path: Path) -> None:
    text = 'trunk_secret = "sesame-sesame"\n[[trunks]]\nurl = "a.example"\nrooms = ["studio"]\n'
    settings = load({}, write(tmp_path / "t.toml", text), {})
    assert [(one.url, one.rooms) for one in settings.trunks] == [("a.example", ("studio",))]
    assert "sesame" not in repr(settings)
    environment = {"TRUNKLINE_TRUNKS": "a.example, https://b.example"}
    assert [one.url for one in load({}, environment=environment).trunks] == [
        "a.example",
        "https://b.example",
    ]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('{url = "a.example", secret = "sésame-sésame"}', "secret of number 1 of trunks is not"),
        ('{url = "https://me:sésame@a.example"}', "an address has no user and password"),
        ('{url = "a.example", key = "sésame"}', "key of number 1 of trunks is not"),
    ],
)
def test_a_trunk_that_cannot_be_is_named_without_its_secret(
    tmp_path: Path, table: str, words: str
) -> None:
    file = write(tmp_path / "t.toml", f"trunks = [{table}]")
    with pytest.raises(StartupError, match=words) as error:
        load({}, file, {})
    assert "sésame" not in str(error.value)
