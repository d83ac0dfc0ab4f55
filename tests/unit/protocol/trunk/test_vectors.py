"""Frames of trunks, as they must stay."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from trunkline.model.id import RelayId
from trunkline.model.trunk import Hello
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.trunk.half import Half

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[4] / "vectors" / "trunk" / "frames.json").read_text("utf-8")
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["name"]))
def test_a_frame_is_read_and_written_as_it_stands(row: dict[str, Any]) -> None:
    frame = bytes.fromhex(row["frame"])
    assert json_format.MessageToDict(pb.RemoteNodeMessage.FromString(frame)) == row["message"]
    half = Half()
    if row["name"] != "hello":
        half.receive(half.send(Hello(RelayId("relay0001"), "garden")))
    word = half.receive(frame)
    assert word is not None
    assert half.send(word) == frame
