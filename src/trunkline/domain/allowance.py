"""How often somebody may ask: a token bucket for each."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Many at once, then some each second."""

    burst: int = 200
    per_second: float = 20.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Allowance:
    """The buckets of all who asked lately; time is an argument, in seconds.

    At most `limit` are remembered. Beyond it, who asked longest ago is forgotten, that is, has a
    full bucket again.
    """

    def __init__(self, rate: Rate | None = None, limit: int = 10_000) -> None:
        self._rate = rate or Rate()
        self._limit = limit
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, who: str, now: float) -> float:
        """Ask once; 0 if that is granted, else the seconds until it would be."""
        wait = self.wait(who, now)
        if wait == 0:
            self._buckets[who].tokens -= 1
        return wait

    def wait(self, who: str, now: float) -> float:
        """The seconds until asking would be granted, without asking."""
        bucket = self._buckets.setdefault(who, _Bucket(self._rate.burst, now))
        self._buckets.move_to_end(who)
        if len(self._buckets) > self._limit:
            self._buckets.popitem(last=False)
        gained = max(0.0, now - bucket.at) * self._rate.per_second
        bucket.tokens = min(self._rate.burst, bucket.tokens + gained)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate.per_second
        return 0.0
