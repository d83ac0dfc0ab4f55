"""Values under keys that are laid down: a table of a file, or arguments of a program."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Self

from trunkline.listing.reader import Fault, Reader, within


def setting(
    read: Reader[Any],
    default: Any = MISSING,
    description: str = "",
    *,
    factory: Callable[[], Any] | None = None,
    shown: bool = True,
) -> Any:
    """A field of a table.

    Args:
        read: makes it of what was written.
        default: without one it must be given.
        description: for people who look for it.
        factory: makes the default.
        shown: False: it is a secret.
    """
    metadata = {"read": read, "description": description}
    if factory is not None:
        return field(default_factory=factory, repr=shown, metadata=metadata)
    return field(default=default, repr=shown, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Valid by construction, which raises `Fault`."""

    @classmethod
    def of(cls, values: object) -> Self:
        """Read a table; one that was read is itself.

        Raises:
            Fault: a key is unknown or missing, or a value cannot be.
        """
        if isinstance(values, cls):
            return values
        if not isinstance(values, Mapping):
            raise Fault("it should be a table")
        known = cls.descriptions()
        for key in values:
            if key not in known:
                raise Fault("there is no such key", (key,))
        for each in fields(cls):
            if each.default is each.default_factory is MISSING and each.name not in values:
                raise Fault("it must be given", (each.name,))
        return cls(**values)

    @classmethod
    def descriptions(cls) -> dict[str, str]:
        """Of all fields, in their order."""
        return {each.name: each.metadata["description"] for each in fields(cls)}

    def __post_init__(self) -> None:
        for each in fields(self):
            value = within(each.name, each.metadata["read"], getattr(self, each.name))
            object.__setattr__(self, each.name, value)
        try:
            self._check()
        except ValueError as error:
            raise Fault(str(error)) from None

    def _check(self) -> None:
        """Raise ValueError if fields contradict each other."""
