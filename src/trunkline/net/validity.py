"""What a certificate of our own is good for, kept beside it.

To find it out anew takes a library of X.509, which would take ten megabytes for as long as a relay
runs.
"""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

RENEW_BEFORE = datetime.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Validity:
    """Of which file, for whom, and when."""

    file: str
    """SHA-256 of its content: of another we know nothing."""
    names: frozenset[str]
    begin: datetime.datetime
    end: datetime.datetime

    def suits(self, pem: bytes, names: Sequence[str], now: datetime.datetime) -> bool:
        """Whether it is this file that is good for all of these, and for a while."""
        known = self.file == digest(pem) and set(names) <= self.names
        return known and self.begin <= now < self.end - RENEW_BEFORE

    def written(self) -> bytes:
        """For a file."""
        fields = {"file": self.file, "names": sorted(self.names)}
        moments = {"begin": self.begin.isoformat(), "end": self.end.isoformat()}
        return json.dumps(fields | moments).encode()

    @classmethod
    def read(cls, text: bytes) -> Self | None:
        """What was written; None of anything else."""
        try:
            fields = json.loads(text)
            begin, end = (
                datetime.datetime.fromisoformat(fields[name]).astimezone(datetime.UTC)
                for name in ("begin", "end")
            )
            return cls(str(fields["file"]), frozenset(map(str, fields["names"])), begin, end)
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
            return None


def digest(pem: bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(pem).hexdigest()
