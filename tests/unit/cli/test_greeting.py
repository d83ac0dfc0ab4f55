from trunkline.cli.greeting import addresses, greeting, notes, token_note
from trunkline.config import Settings
from trunkline.net.interface import local_addresses


def test_a_relay_on_all_addresses_is_found_under_each() -> None:
    urls = addresses(Settings(), "https://127.0.0.1:9000")
    assert urls[0] == "https://localhost:9000"
    assert len(urls) == 1 + len(local_addresses())


def test_a_relay_on_one_address_is_found_there() -> None:
    assert addresses(Settings(host="::1"), "http://[::1]:80") == ["http://[::1]:80"]


def test_the_demonstration_is_what_to_open() -> None:
    urls = ["https://localhost:1", "https://192.0.2.7:1"]
    text = greeting(Settings(demo=True), urls, "http://127.0.0.1:2", 8444)
    assert "https://localhost:1/watch/demo" in text
    assert "https://192.0.2.7:1/watch/demo" in text
    assert "http://127.0.0.1:2" in text
    assert "UDP and TCP port 8444" in text


def test_it_says_what_clients_are_told() -> None:
    settings = Settings(announce=("203.0.113.7", "2001:db8::7"))
    text = greeting(settings, ["https://localhost:1"], None, 8444)
    assert "clients are told 203.0.113.7, 2001:db8::7" in text


def test_a_plain_relay_names_its_address_once() -> None:
    text = greeting(Settings(tls="off"), ["http://localhost:1"], "http://127.0.0.1:1", 2)
    assert "without TLS" not in text


def test_what_an_operator_should_know() -> None:
    assert any("browsers warn" in note for note in notes(Settings()))
    assert any("everybody" in note for note in notes(Settings(open=True)))
    assert not any("everybody" in note for note in notes(Settings()))
    assert any("camera" in note for note in notes(Settings(tls="off")))


def test_a_new_token_is_told_with_what_it_is_for() -> None:
    assert "the-token-itself" in token_note("the-token-itself")
    assert "not shown again" in token_note("the-token-itself")
