"""Participants that a relay announces."""

import math
from dataclasses import replace

from trunkline.errors import ProtocolError
from trunkline.model.signal import GUEST_ROLES
from trunkline.model.trunk import Announced, Presence
from trunkline.model.view import Track
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.name import participant_name, room_name
from trunkline.protocol.room.track import read_track, write_track
from trunkline.protocol.trunk.camera import read_camera, write_camera
from trunkline.protocol.trunk.text import participant_id, relay_id, rid, shown

MAX_PATH = 64
"""Relays on a path."""
MAX_TRACKS = 32
"""Of one participant."""
MAX_LAYERS = 8
"""Of one track."""
MAX_COST = 1e9
"""Milliseconds."""


def read_announced(message: pb.TrunkAnnounced) -> Announced:
    """What is announced.

    Raises:
        ProtocolError: it makes no sense, or is too much.
    """
    if not 1 <= len(message.path) <= MAX_PATH:
        raise ProtocolError(f"A path has 1 to {MAX_PATH} relays, not {len(message.path)}.")
    if not (math.isfinite(message.cost) and 0 <= message.cost <= MAX_COST):
        raise ProtocolError(f"The cost of a path is no number of milliseconds: {message.cost}.")
    path = tuple(map(relay_id, message.path))
    return Announced(_read_presence(message), path, message.cost)


def write_announced(announced: Announced) -> pb.TrunkAnnounced:
    """The other way round."""
    presence = announced.presence
    return pb.TrunkAnnounced(
        participantId=presence.id,
        room=presence.room,
        name=presence.name,
        role=presence.role,
        handRaised=presence.hand_raised,
        away=presence.away,
        tracks=map(_write_track, presence.tracks),
        camera=write_camera(presence.camera) if presence.camera else None,
        version=presence.version,
        path=announced.path,
        cost=announced.cost,
    )


def _read_presence(message: pb.TrunkAnnounced) -> Presence:
    if len(message.tracks) > MAX_TRACKS:
        raise ProtocolError(f"A participant has at most {MAX_TRACKS} tracks.")
    role = GUEST_ROLES.get(message.role)
    if role is None:
        raise ProtocolError(f"There is no role {message.role[:80]!r}.")
    who = participant_id(message.participantId)
    tracks = tuple(replace(_read_track(each), participant=who) for each in message.tracks)
    if len({track.id for track in tracks}) < len(tracks):
        raise ProtocolError(f"Participant {who} has two tracks of one id.")
    return Presence(
        id=who,
        room=room_name(message.room),
        name=participant_name(message.name),
        role=role,
        hand_raised=message.handRaised,
        away=message.away,
        tracks=tracks,
        camera=read_camera(message.camera) if message.HasField("camera") else None,
        version=message.version,
    )


def _read_track(description: pb.TrackDescriptor) -> Track:
    shown(description.codec, "The name of a codec")
    if len(description.layers) > MAX_LAYERS:
        raise ProtocolError(f"A track has at most {MAX_LAYERS} layers.")
    for layer in description.layers:
        rid(layer.rid)
    return read_track(description)


def _write_track(track: Track) -> pb.TrackDescriptor:
    written = write_track(track)
    # All are the participant's.
    written.ClearField("participantId")
    return written
