"""Ids: distinct types, so that the checker sees one used for another."""

from typing import NewType

NAME_LIMIT = 64
"""Characters of a name of a room or participant."""

RoomName = NewType("RoomName", str)
"""1 to 64 printable characters (NFC), as `protocol.name` lets through."""

ParticipantName = NewType("ParticipantName", str)
"""As `RoomName`; unique among the publishers of one room."""

ParticipantId = NewType("ParticipantId", str)
"""Unique for the life of the relay; safe to show."""

TrackId = NewType("TrackId", str)
"""Unique for the life of the relay; safe to show."""

SessionId = NewType("SessionId", str)
"""Names a WHIP or WHEP session in its URL. Who knows it may end the session: never logged."""

StreamId = NewType("StreamId", str)
"""Names an event stream inside its session's URL; as secret as that."""

TransportId = NewType("TransportId", int)
"""Names a transport towards the core; never used twice."""

Mid = NewType("Mid", str)
"""Names a medium inside a transport (RFC 5888), at most 16 characters."""

RelayId = NewType("RelayId", str)
"""Names a relay, also after a restart: 8 to 64 letters and digits, safe to show."""

LinkId = NewType("LinkId", int)
"""Names a trunk while it is up; never used twice by one relay."""
