"""The file beside the database's switch: while it exists, servers that write write nothing.

The switch stops new grants; the file also stops a grant that was minted before.
"""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import switch, tenancy
from backend.db.tenancy import Tenant
from sre_agent.domain.errors import PermanentError


class HaltFileError(PermanentError):
    """The file could not be made to say what the switch says."""


async def follow_switch(engine: AsyncEngine, tenant: Tenant, file: Path | None) -> None:
    """Make the file exist while writing to the own cluster is stopped, and not otherwise.

    Raises:
        HaltFileError: It cannot be written or removed.
    """
    await _follow(engine, tenant, file, may_remove=True)


async def restore(engine: AsyncEngine, tenant: Tenant, file: Path | None) -> None:
    """Make the file exist if writing to the own cluster is stopped; one that a person made is left alone.

    Its folder is made too: a server that cannot even look there writes nothing.

    Raises:
        HaltFileError: It cannot be written.
    """
    await _follow(engine, tenant, file, may_remove=False)


async def _follow(
    engine: AsyncEngine, tenant: Tenant, file: Path | None, *, may_remove: bool
) -> None:
    if file is None:
        return
    async with engine.begin() as connection:
        # One at a time: a resumption that is late must not undo the halt after it.
        await tenancy.lock(connection, tenant.org_id)
        halt = await switch.find_halt(connection, tenant.org_id, cluster_id=tenant.cluster_id)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if halt is not None:
                _write(file, f"{halt.told}\n")
            elif may_remove:
                _remove(file)
        except OSError as error:
            raise HaltFileError(f"{file} cannot be changed: {error.strerror}") from error


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
