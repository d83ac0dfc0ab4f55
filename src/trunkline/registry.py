"""Plugins, ours among them, as Python packages declare them: entry points."""

from importlib.metadata import entry_points

from trunkline.errors import StartupError


def names(group: str) -> list[str]:
    """Which there are, in their order."""
    return sorted({found.name for found in entry_points(group=group)})


def find(group: str, name: str) -> object:
    """The plugin by this name.

    Raises:
        StartupError: there is none, or it cannot be loaded.
    """
    for found in entry_points(group=group, name=name):
        try:
            return found.load()
        except (ImportError, AttributeError) as error:
            raise StartupError(
                f"The plugin {name!r} of {group} cannot be loaded: {error}.",
                "Install its package again, or remove it.",
            ) from error
    raise StartupError(
        f"There is no plugin {name!r} of {group}.", f"There are: {', '.join(names(group))}."
    )
