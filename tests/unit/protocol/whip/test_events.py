"""What a viewer may ask to be told, and how it is told."""

import json

import pytest

from trunkline.errors import ProtocolError, Refusal
from trunkline.model.notice import Active, Inactive, Notice, Reconnect, ViewerCount
from trunkline.protocol.whip.events import KINDS, read_kinds, write


def test_without_a_body_all_is_told() -> None:
    assert read_kinds(None, b"") == set(KINDS)


def test_a_subset_can_be_asked_for() -> None:
    assert read_kinds("application/json; charset=utf-8", b'["active"]') == {"active"}


@pytest.mark.parametrize(
    "body",
    [b'["active", "layers"]', b'"active"', b"{", b'[["active"]]', b"[1]", b"\xff", b"[" * 60000],
)
def test_what_cannot_be_told_is_an_error(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_kinds("application/json", body)


def test_another_type_is_refused() -> None:
    with pytest.raises(Refusal):
        read_kinds("text/plain", b'["active"]')


@pytest.mark.parametrize(
    ("notice", "name", "data"),
    [
        (Active(), "active", {}),
        (Inactive(), "inactive", {}),
        (Reconnect(), "reconnect", {}),
        (ViewerCount(3), "viewercount", {"viewercount": 3}),
    ],
)
def test_an_event_has_its_data_in_one_line(notice: Notice, name: str, data: object) -> None:
    first, second, *rest = write(notice).decode().split("\n")
    assert first == f"event: {name}"
    assert json.loads(second.removeprefix("data: ")) == data
    assert rest == ["", ""]
