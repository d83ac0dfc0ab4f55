"""When what a camera sends was captured, on our clock."""

CREDIBLE = 1.0
"""Seconds between what a camera's clock says and arrival, from which on its clock has jumped."""
WINDOW = 10.0
"""Seconds after which a clock that is slower than ours is followed."""
SMOOTH = 0.1
"""Seconds between the count of samples and the moment, from which on there is a gap."""


class Timeline:
    """Puts sound and picture of one connection on our clock, in step.

    FFmpeg gives both the times of one clock, the camera's. One shift moves it to ours, the one of
    the packet that came fastest, so that nothing is captured after it came. Where a clock jumps,
    its stream gets a shift anew, and the other one shares it if its clock has jumped the same way.
    """

    def __init__(self) -> None:
        self._shifts: dict[str, float] = {}
        self._slack = float("inf")
        self._since: float | None = None

    def place(self, stream: str, time: float | None, arrival: float) -> float:
        """When it was captured, never after its arrival.

        Args:
            stream: "video" or "audio".
            time: seconds by the camera; None: it does not say.
            arrival: seconds by us.
        """
        if time is None:
            return arrival
        shift = self._shift(stream, time, arrival)
        late = arrival - time - shift
        if late < 0:
            self._move(late)
            late = 0.0
        self._follow(late, arrival)
        return arrival - late

    def _shift(self, stream: str, time: float, arrival: float) -> float:
        known = self._shifts.get(stream)
        if known is None or abs(arrival - time - known) > CREDIBLE:
            fits = (one for one in self._shifts.values() if abs(arrival - time - one) <= CREDIBLE)
            known = self._shifts[stream] = next(fits, arrival - time)
            self._slack, self._since = float("inf"), arrival
        return known

    def _move(self, seconds: float) -> None:
        for stream in self._shifts:
            self._shifts[stream] += seconds

    def _follow(self, late: float, arrival: float) -> None:
        """If nothing came in time for a while, the camera's clock is slower than ours."""
        self._slack = min(self._slack, late)
        if self._since is None:
            self._since = arrival
        elif arrival - self._since >= WINDOW:
            self._move(self._slack)
            self._slack, self._since = float("inf"), arrival


class Stamps:
    """RTP timestamps of one stream: as even as the camera's own, and never far from the moment."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._last: tuple[float, int] | None = None

    def stamp(self, time: float | None, moment: float) -> int:
        """The timestamp of a packet.

        Args:
            time: seconds by the camera.
            moment: seconds by us.
        """
        due = round(moment * self._rate)
        if time is None:
            self._last = None
            return due
        stamp = due
        if self._last is not None:
            before, given = self._last
            even = given + round((time - before) * self._rate)
            if abs(even - due) <= SMOOTH * self._rate:
                stamp = even
        self._last = time, stamp
        return stamp
