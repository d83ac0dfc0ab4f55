"""What is laid down for one trunk that is to be dialled."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from trunkline.listing.address import targets
from trunkline.listing.fingerprint import digest, written
from trunkline.listing.reader import Fault
from trunkline.listing.secret import LONGEST, SHORTEST
from trunkline.listing.secret import secret as secret_text


def _url(url: str) -> str:
    targets(url.strip())
    return url.strip()


def _fingerprint(text: str) -> str:
    return written(digest(text))


Secret = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST), AfterValidator(secret_text)]


class TrunkSettings(BaseModel):
    """One trunk; valid by construction.

    Names are as in the settings file; the API writes them in camel case, by their aliases.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
    )

    url: Annotated[
        str,
        AfterValidator(_url),
        Field(description="wss://HOST/wsb, https://HOST, or a host name alone."),
    ]
    secret: Secret | None = Field(
        default=None, repr=False, description="What trunk_secret is at the other relay."
    )
    fingerprint: Annotated[str, AfterValidator(_fingerprint)] | None = Field(
        default=None,
        description="SHA-256 of the key in its certificate, or of all of it: it must be that one.",
    )
    insecure: bool = Field(default=False, description="Take any certificate.")
    rooms: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] | None,
        Field(min_length=1, max_length=500),
    ] = Field(default=None, description="Which may cross; null: all without a passphrase.")
    send: bool = Field(default=True, description="Whether anything is sent to the other relay.")
    receive: bool = Field(default=True, description="Whether anything is received from it.")
    max_kbps: int | None = Field(
        default=None, ge=50, le=100_000_000, description="Of what is sent; null: no limit."
    )
    max_layer: int | None = Field(
        default=None, ge=0, le=7, description="Of simulcast layers, 0 is the lowest; null: all."
    )

    @model_validator(mode="after")
    def _consistent(self) -> "TrunkSettings":
        if self.insecure and self.fingerprint is not None:
            raise ValueError("with a fingerprint, insecure has nothing to say: leave one out")
        if not self.send and not self.receive:
            raise ValueError("a trunk that neither sends nor receives is of no use")
        return self


def fault(error: ValidationError) -> str:
    """What is wrong, as a sentence that shows no secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    reason = _reason(first["msg"])
    place = ".".join(map(str, first["loc"]))
    if not place:
        return f"{reason[0].upper()}{reason[1:]}."
    return f"{place} is not valid: {reason}."


def _reason(message: str) -> str:
    reason = message.removeprefix("Value error, ")
    return f"{reason[0].lower()}{reason[1:]}"


def trunk(value: object) -> TrunkSettings:
    """See `listing.reader`: of the settings' table, or a URL alone."""
    if isinstance(value, TrunkSettings):
        return value
    try:
        return TrunkSettings.model_validate({"url": value} if isinstance(value, str) else value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Fault(_reason(first["msg"]), first["loc"]) from None
