"""What may be laid down for a trunk."""

import pytest
from pydantic import ValidationError

from trunkline.listing.settings import TrunkSettings, fault


def test_a_url_is_enough() -> None:
    settings = TrunkSettings(url=" relay.example ")
    assert settings.url == "relay.example"
    assert (settings.send, settings.receive, settings.insecure) == (True, True, False)


def test_the_secret_is_not_in_its_text() -> None:
    assert "sesame" not in repr(TrunkSettings(url="relay.example", secret="sesame-sesame"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "url is not valid: field required."),
        ({"url": "a/b"}, "url is not valid: 'a/b' has a path and no scheme"),
        ({"url": "a", "secret": "short"}, "secret is not valid"),
        ({"url": "a", "secret": "sésame-sésame"}, "secret is not valid: a secret has ASCII"),
        ({"url": "a", "fingerprint": "AB"}, "fingerprint is not valid: a fingerprint is"),
        ({"url": "a", "rooms": []}, "rooms is not valid"),
        ({"url": "a", "rooms": [""]}, "rooms.0 is not valid"),
        ({"url": "a", "max_kbps": 1}, "max_kbps is not valid"),
        ({"url": "a", "max_layer": -1}, "max_layer is not valid"),
        ({"url": "a", "colour": "red"}, "colour is not valid"),
        ({"url": "a", "send": False, "receive": False}, "A trunk that neither sends nor receives"),
        ({"url": "a", "insecure": True, "fingerprint": "00" * 32}, "With a fingerprint, insecure"),
    ],
)
def test_what_is_not_valid_is_a_sentence(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as error:
        TrunkSettings.model_validate(given)
    sentence = fault(error.value)
    assert words in sentence
    assert sentence.endswith(".")
    assert "sésame" not in sentence
