"""The file beside the database's switch: while it exists, servers that write write nothing.

The switch stops new grants; the file also stops a grant that was minted before.
"""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import tenancy
from sre_agent.domain.errors import PermanentError


class HaltFileError(PermanentError):
    """The file could not be made to say what the switch says."""


async def follow_switch(engine: AsyncEngine, org_id: str, file: Path | None) -> None:
    """Make the file exist while the organization is halted, and not otherwise.

    Raises:
        HaltFileError: It cannot be written or removed.
    """
    await _follow(engine, org_id, file, may_remove=True)


async def restore(engine: AsyncEngine, org_id: str, file: Path | None) -> None:
    """Make the file exist if the organization is halted; one that a person made is left alone.

    Raises:
        HaltFileError: It cannot be written.
    """
    await _follow(engine, org_id, file, may_remove=False)


async def _follow(engine: AsyncEngine, org_id: str, file: Path | None, *, may_remove: bool) -> None:
    if file is None:
        return
    async with engine.begin() as connection:
        # One at a time: a resumption that is late must not undo the halt after it.
        await tenancy.lock(connection, org_id)
        halt = await tenancy.find_halt(connection, org_id)
        try:
            if halt is not None:
                _write(file, f"halted by {halt.actor}: {halt.reason}\n")
            elif may_remove:
                _remove(file)
        except OSError as error:
            raise HaltFileError(f"{file} cannot be changed: {error.strerror}") from error


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
