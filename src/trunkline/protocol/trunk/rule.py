"""What relays say of how rooms are entered."""

from trunkline.errors import ProtocolError
from trunkline.model.trunk import LAST, Lock, Ruled, Rules, Verifier
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.name import room_name
from trunkline.protocol.trunk.text import relay_id

SALT = 16
"""Bytes."""
KEY = 32
"""Bytes."""


def read_ruled(message: pb.TrunkRuled) -> Ruled:
    """What is said of a room.

    Raises:
        ProtocolError: it makes no sense.
    """
    rules = Rules(
        lock=_read_lock(message.lock) if message.HasField("lock") else None,
        verifier=_read_verifier(message.verifier) if message.HasField("verifier") else None,
        unlisted=message.unlisted,
    )
    return Ruled(relay_id(message.origin), _count(message.number), room_name(message.room), rules)


def write_ruled(ruled: Ruled) -> pb.TrunkRuled:
    """The other way round."""
    written = pb.TrunkRuled(origin=ruled.origin, number=ruled.number, room=ruled.room)
    lock, verifier = ruled.rules.lock, ruled.rules.verifier
    if lock is not None:
        told = pb.TrunkLock(stamp=lock.stamp, relay=lock.relay, locked=lock.locked)
        written.lock.CopyFrom(told)
    if verifier is not None:
        written.verifier.CopyFrom(pb.TrunkVerifier(salt=verifier.salt, key=verifier.key))
    written.unlisted = ruled.rules.unlisted
    return written


def _read_lock(lock: pb.TrunkLock) -> Lock:
    return Lock(_count(lock.stamp), relay_id(lock.relay), lock.locked)


def _read_verifier(verifier: pb.TrunkVerifier) -> Verifier:
    if len(verifier.salt) != SALT or len(verifier.key) != KEY:
        sizes = f"{len(verifier.salt)} and {len(verifier.key)}"
        raise ProtocolError(
            f"The verifier of a passphrase has {SALT} bytes of salt and {KEY} of key, not {sizes}."
        )
    return Verifier(verifier.salt, verifier.key)


def _count(number: int) -> int:
    if number > LAST:
        raise ProtocolError(f"What is said of a room is counted up to {LAST}, not {number}.")
    return number
