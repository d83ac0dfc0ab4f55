"""Frames that Python and TypeScript must read and write alike."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from trunkline.model import signal
from trunkline.model.id import RoomName
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.room import client
from trunkline.protocol.room.server import Server

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[4] / "vectors" / "room" / "frames.json").read_text("utf-8")
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['from']}: {row['name']}")
def test_a_frame_is_read_and_written_as_it_stands(row: dict[str, Any]) -> None:
    frame = bytes.fromhex(row["frame"])
    assert json_format.MessageToDict(pb.RemoteNodeMessage.FromString(frame)) == row["message"]
    if row["from"] == "client":
        server = Server()
        if row["name"] != "hello":
            server.receive(client.write(signal.Hello(RoomName("studio"))), now=0)
        heard = server.receive(frame, now=0)
        assert heard is not None
        assert client.write(heard) == frame
    else:
        told = client.read(frame)
        assert told is not None
        assert Server().send(told) == frame
