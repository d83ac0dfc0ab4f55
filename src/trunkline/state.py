"""What survives a restart: small files in one folder that only this user may read."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from trunkline.errors import StartupError


@dataclass(frozen=True, slots=True)
class Store:
    """The state folder; a file in it is always whole, the old one or the new one."""

    directory: Path

    @classmethod
    def open(cls, directory: Path) -> "Store":
        """Make the folder (mode 0700) where it is missing.

        Raises:
            StartupError: it cannot be made or written to.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(directory, error) from error
        return cls(directory)

    def read(self, name: str) -> bytes | None:
        """Read a file; None when there is none.

        Raises:
            StartupError: it is there, but cannot be read.
        """
        try:
            return (self.directory / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.directory / name, error) from error

    def write(self, name: str, content: bytes) -> Path:
        """Replace a file (mode 0600) so that a crash leaves the old one or the new one.

        Raises:
            StartupError: it cannot be written.
        """
        path = self.directory / name
        try:
            # mkstemp gives mode 0600; in the same folder, so that the rename is atomic.
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=self.directory)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
        except OSError as error:
            raise _unusable(path, error) from error
        return path


def _unusable(path: Path, error: OSError) -> StartupError:
    return StartupError(
        f"{path} cannot be used: {error.strerror}.",
        "Make it readable and writable for this user, or choose another folder with --state-dir.",
    )
