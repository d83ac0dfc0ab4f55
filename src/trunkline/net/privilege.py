"""Becoming another user, once that is possible."""

import os
from dataclasses import dataclass

from trunkline.errors import StartupError


@dataclass(frozen=True, slots=True)
class Who:
    """Numbers of a user and of a group; None stays as it is."""

    user: int | None
    group: int | None


def look_up(user: str | None, group: str | None) -> Who:
    """The numbers of names.

    Raises:
        StartupError: there is no such name.
    """
    # Only POSIX has them.
    import grp
    import pwd

    try:
        return Who(
            None if user is None else pwd.getpwnam(user).pw_uid,
            None if group is None else grp.getgrnam(group).gr_gid,
        )
    except KeyError as error:
        raise StartupError(
            f"This machine has no such user or group: {error.args[0]}.",
            "Give names that it has with --user and --group.",
        ) from error


def drop_privileges(who: Who) -> None:
    """Become somebody else, for good; the group first, since the user may not change it.

    Raises:
        StartupError: only root may do that.
    """
    try:
        if who.group is not None:
            os.setgroups([who.group])
            os.setgid(who.group)
        elif who.user is not None:
            os.setgroups([])
        if who.user is not None:
            os.setuid(who.user)
    except PermissionError as error:
        raise StartupError(
            "Only root may become another user or of another group.",
            "Start it as root, or leave out --user and --group.",
        ) from error
