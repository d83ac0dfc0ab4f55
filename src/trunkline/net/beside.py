"""Something that runs beside a block, and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def beside(run: Coroutine[None, None, None], name: str) -> AsyncIterator[None]:
    """Run it while the block lasts; when it fails the block is left with its error."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(run, name=name)
            try:
                yield
            finally:
                task.cancel()
    except BaseExceptionGroup as errors:
        # The group is how we are built, not what happened.
        if len(errors.exceptions) > 1:
            raise
        raise errors.exceptions[0] from None
