"""Whatever a server and the members of a room say, there is one next step, or an end."""

from hypothesis import given
from hypothesis import strategies as some

from trunkline.errors import ProtocolError
from trunkline.model.flitter import Event, Failed, Forwarded, Members
from trunkline.protocol.flitter import talk
from trunkline.protocol.flitter.talk import MakeAnswer, MakeOffer, TakeAnswer, Talk

names = some.sampled_from(["ann", "bob", "cat", "dan"])
texts = some.one_of(
    some.builds(lambda to, sdp: talk.call(to, sdp).text, names, some.text(max_size=3)),
    some.builds(lambda to, sdp: talk.answer(to, sdp).text, names, some.text(max_size=3)),
    some.builds(lambda to: talk.finished(to).text, names),
    some.text(max_size=20),
)
events = some.one_of(
    some.builds(Members, some.lists(names).map(tuple)),
    some.builds(Forwarded, names, texts),
    some.builds(Failed, some.text(max_size=5)),
    some.none(),
)


@given(names, some.one_of(names, some.none()), some.lists(events, max_size=30))
def test_steps_follow_each_other(name: str, callee: str | None, said: list[Event | None]) -> None:
    talking = Talk(name, callee)
    asked: str | None = None
    for now, event in enumerate(said):
        try:
            step = talking.wait(now) if event is None else talking.hear(event, now)
        except ProtocolError:
            return
        match step:
            case MakeOffer(to):
                assert to == callee != name
                asked = to
            case MakeAnswer(to):
                # Of two who call each other one answers, and its own offer is void.
                asked = None
            case TakeAnswer(to):
                assert to == asked
                return
            case _:
                pass
