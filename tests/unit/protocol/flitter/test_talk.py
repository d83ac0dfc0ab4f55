"""How two come to a call over a server."""

import pytest

from trunkline.errors import ProtocolError
from trunkline.model.flitter import Event, Failed, Forward, Forwarded, Members
from trunkline.protocol.flitter import talk
from trunkline.protocol.flitter.talk import Leave, MakeAnswer, MakeOffer, TakeAnswer, Talk


def said(sender: str, word: Forward) -> Forwarded:
    """A word as the server passes it on."""
    return Forwarded(sender, word.text)


def test_a_call_from_beginning_to_end() -> None:
    ann, bob = Talk("ann", "bob"), Talk("bob", None)
    assert ann.hear(Members(("ann",)), 0) is None
    assert bob.hear(Members(("ann", "bob")), 1) is None
    assert ann.hear(Members(("ann", "bob")), 1) == MakeOffer("bob")
    assert bob.hear(said("ann", talk.call("bob", "o")), 2) == MakeAnswer("ann", "o")
    assert ann.hear(said("bob", talk.answer("ann", "a")), 3) == TakeAnswer("bob", "a")
    assert bob.hear(said("ann", talk.finished("bob")), 4) == Leave()


def test_who_waits_for_its_callee_answers_others() -> None:
    ann = Talk("ann", "bob")
    assert ann.hear(said("cat", talk.call("ann", "o")), 0) == MakeAnswer("cat", "o")
    # It is in that call now.
    assert ann.hear(Members(("ann", "bob", "cat")), 1) is None
    assert ann.hear(said("bob", talk.call("ann", "o")), 1) is None
    assert ann.passed_over == "a call of bob, as there is one with cat"
    # Who was called is called anew when the caller began anew.
    assert ann.hear(said("cat", talk.call("ann", "p")), 2) == MakeAnswer("cat", "p")


def calling(name: str, callee: str) -> Talk:
    one = Talk(name, callee)
    assert one.hear(Members((name, callee)), 0) == MakeOffer(callee)
    return one


def test_of_two_who_call_each_other_the_greater_name_answers() -> None:
    ann, bob = calling("ann", "bob"), calling("bob", "ann")
    assert ann.hear(said("bob", talk.call("ann", "o")), 1) is None
    assert bob.hear(said("ann", talk.call("bob", "p")), 1) == MakeAnswer("ann", "p")
    assert ann.hear(said("bob", talk.answer("ann", "a")), 2) == TakeAnswer("bob", "a")
    assert bob.hear(said("ann", talk.finished("bob")), 3) == Leave()


def test_the_lesser_name_answers_one_that_never_does() -> None:
    ann = calling("ann", "bob")
    ann.hear(said("bob", talk.call("ann", "o")), 1)
    assert ann.wait(2.9) is None
    assert ann.wait(3) == MakeAnswer("bob", "o")
    assert ann.wait(17.9) is None
    with pytest.raises(ProtocolError, match="bob does not answer"):
        ann.wait(18)


def test_nobody_is_waited_for_before_there_is_somebody() -> None:
    assert Talk("ann", "bob").wait(1_000) is None


def test_nobody_calls_itself() -> None:
    assert Talk("ann", "ann").hear(Members(("ann",)), 0) is None


@pytest.mark.parametrize(
    ("event", "reason"),
    [(Members(("ann",)), "bob has left"), (Failed("User ID already taken"), "already taken")],
)
def test_there_is_no_call_this_way(event: Event, reason: str) -> None:
    ann = calling("ann", "bob")
    assert ann.hear(Members(("ann", "bob", "cat")), 1) is None
    with pytest.raises(ProtocolError, match=reason):
        ann.hear(event, 1)


@pytest.mark.parametrize(
    "event",
    [
        said("cat", talk.answer("ann", "a")),
        said("bob", talk.finished("ann")),
        said("cat", talk.finished("ann")),
        Forwarded("bob", '{"type":"candidate"}'),
        Forwarded("bob", '{"type":"answer","answer":1}'),
        Forwarded("bob", "nonsense"),
    ],
)
def test_what_does_not_belong_here_changes_nothing(event: Event) -> None:
    ann = calling("ann", "bob")
    assert ann.hear(event, 1) is None
    assert ann.hear(said("bob", talk.answer("ann", "a")), 2) == TakeAnswer("bob", "a")


def test_what_is_too_long_is_passed_over_and_told() -> None:
    ann = calling("ann", "bob")
    for word in (talk.answer("ann", "a" * 65_537), talk.call("ann", "a" * 65_537)):
        assert ann.hear(said("bob", word), 1) is None
        assert "more than 65536" in ann.passed_over
    assert ann.hear(Members(("ann", "bob")), 1) is None
    assert not ann.passed_over
