"""Whatever neighbours say in whatever order, a router bears it and stays within its bounds."""

import hypothesis.strategies as st
from hypothesis import given, settings

from support.routing_chaos import Chaos


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=1_000))
def test_after_every_step_everything_holds(data: bytes) -> None:
    Chaos(data).run()
