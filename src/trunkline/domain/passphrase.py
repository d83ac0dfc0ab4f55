"""Passphrases that other relays can check, and cannot read."""

import hashlib
import hmac

from trunkline.model.id import RoomName
from trunkline.model.trunk import Hello, Verifier

# RFC 7914: 16 MiB and some 40 ms for each that is tried, also by whoever has stolen a verifier.
_COST, _BLOCK, _PARALLEL = 1 << 14, 8, 1
_SALT = 16
_KEY = 32


def verifier_of(passphrase: str, me: Hello, room: RoomName) -> Verifier:
    """What tells others whether somebody knows a passphrase of this relay."""
    # A salt need not be secret, only another one for each passphrase that there ever is.
    text = f"{me.relay} {me.instance} {room}"
    salt = hashlib.sha256(text.encode()).digest()[:_SALT]
    return Verifier(salt, _key(passphrase, salt))


def is_right(passphrase: str, verifier: Verifier) -> bool:
    """Whether it is the passphrase that was laid down elsewhere."""
    return hmac.compare_digest(_key(passphrase, verifier.salt), verifier.key)


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=_KEY
    )
