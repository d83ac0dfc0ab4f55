"""What a check found, as plain sentences."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from trunkline.errors import StartupError


class Grade(StrEnum):
    """How bad it is; only `WRONG` makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    grade: Grade
    subject: str
    """One or two words: "name", "certificate" …"""
    sentence: str
    """What is so."""
    remedy: str = ""
    """What to do, as a sentence; never empty unless all is well."""


def ok(subject: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(Grade.OK, subject, sentence)


def warning(subject: str, sentence: str, remedy: str) -> Finding:
    """It works, but not for everybody or not for long."""
    return Finding(Grade.WARNING, subject, sentence, remedy)


def wrong(subject: str, sentence: str, remedy: str) -> Finding:
    """It cannot work."""
    return Finding(Grade.WRONG, subject, sentence, remedy)


def has_wrong(findings: Iterable[Finding]) -> bool:
    """Whether anything cannot work."""
    return any(finding.grade is Grade.WRONG for finding in findings)


def tried(subject: str, attempt: Callable[[], str]) -> Finding:
    """Do what the relay does at its start: the sentence that this returns, or why it cannot be."""
    try:
        return ok(subject, attempt())
    except StartupError as error:
        return wrong(subject, error.cause, error.remedy)
