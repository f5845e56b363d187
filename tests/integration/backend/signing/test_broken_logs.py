"""A log that does not hold, or cannot be written, lets nothing be written to a cluster."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from signer_case import ACTION, ID, Case

from backend.db import switch
from backend.db.organization_log import Deed, append
from backend.db.tables.auditing import audit_breaks
from backend.db.tenancy import Tenant
from backend.halting import HaltFileError
from backend.jobs.proving import Prover
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from backend.signer.watch import Watch
from sre_agent import ports
from sre_agent.domain.errors import TransientError
from sre_agent.domain.events import EventKind

EDIT = "UPDATE organization_log SET actor = 'nobody' WHERE seq = 1"
REMOVE = "DELETE FROM organization_log WHERE seq = 2"
SHORTEN = "DELETE FROM organization_log WHERE seq = 3"
FORGET = "UPDATE organizations SET last_seq = 2"
ORG = "default"


async def sign_in(case: Case, times: int = 3) -> None:
    for _ in range(times):
        async with case.engine.begin() as connection:
            await append(
                connection,
                org_id=ORG,
                actor="ann",
                kind=Deed.SIGNED_IN,
                payload={},
                now=case.clock.now(),
            )


def prover(case: Case) -> Prover:
    return Prover(engine=case.engine, clock=case.clock, interval_s=60)


async def halt_of(case: Case) -> switch.Halt | None:
    async with case.engine.connect() as connection:
        return await switch.find_halt(connection, ORG)


async def resume(case: Case) -> None:
    async with case.engine.begin() as connection:
        wanted = switch.Throw(is_halted=False, actor="eve", reason="seen")
        await switch.throw(connection, ORG, wanted, now=case.clock.now())


@pytest.mark.attack("a log that was tampered with")
@pytest.mark.parametrize("change", [EDIT, REMOVE, SHORTEN, FORGET])
async def test_a_changed_log_of_the_organization_stops_every_grant(
    change: str, case: Case, signer: SignerClient
) -> None:
    await sign_in(case)
    await case.approve()
    await case.sql(change)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "organization's log was changed" in answer.reason


@pytest.mark.attack("a log that was tampered with")
@pytest.mark.parametrize("change", [REMOVE.replace("2", "4"), SHORTEN, FORGET])
async def test_what_changed_since_the_signer_last_looked_stops_the_next_grant(
    change: str, case: Case, signer: SignerClient
) -> None:
    await sign_in(case)
    await case.approve()
    first = await signer.mint(ID, ACTION)
    await sign_in(case)
    await case.sql(change)

    again = await signer.mint(ID, ACTION)

    assert isinstance(first, ports.Grant)
    assert isinstance(again, ports.GrantDenied)


async def test_the_signer_walks_only_what_is_new(case: Case, mint: Mint) -> None:
    """What is older is left to those who walk everything: here it is changed, and not looked at."""
    await sign_in(case)
    await case.approve()
    first = await mint.mint(ID, ACTION)
    await case.sql(EDIT)

    again = await mint.mint(ID, ACTION)

    assert again == first


async def test_walking_everything_names_the_link_and_halts_writing_once(
    case: Case, mint: Mint, clock: Any
) -> None:
    await sign_in(case)
    await case.approve()
    await case.sql(EDIT)

    await prover(case).go()
    halt = await halt_of(case)
    await resume(case)
    await clock.sleep(61)
    await prover(case).go()

    assert halt is not None
    assert halt.actor == "audit"
    assert "the organization's log does not hold at 1" in halt.reason
    assert await halt_of(case) is None, "a person has seen it and resumed"
    assert isinstance(await replace(mint, watch=Watch()).mint(ID, ACTION), ports.Grant)


async def test_a_second_change_after_a_person_resumed_halts_again(case: Case, clock: Any) -> None:
    await sign_in(case)
    await case.sql(EDIT)
    await prover(case).go()
    await resume(case)
    await sign_in(case)
    await case.sql("UPDATE organization_log SET actor = 'nobody' WHERE seq = 7")

    await clock.sleep(61)
    await prover(case).go()

    halt = await halt_of(case)
    assert halt is not None
    assert "at 7" in halt.reason


@pytest.mark.attack("a log that was tampered with")
async def test_a_changed_log_of_an_incident_halts_all_writing(case: Case) -> None:
    await case.approve()
    await case.sql("UPDATE events SET payload = '{}' WHERE seq = 2")

    await prover(case).go()

    halt = await halt_of(case)
    assert halt is not None
    assert f"the log of {ID} does not hold at 2" in halt.reason


@pytest.mark.attack("a log that was tampered with")
async def test_the_alarm_makes_the_file_that_stops_servers_that_write(
    case: Case, tmp_path: Path
) -> None:
    """A grant that was minted before is stopped by nothing else."""
    await case.approve()
    await case.sql("UPDATE events SET payload = '{}' WHERE seq = 2")
    file = tmp_path / "run" / "halted"
    watching = replace(prover(case), own=Tenant(ORG, "default"), halt=file)

    await watching.go()

    told = file.read_text()
    assert f"the log of {ID} does not hold at 2" in told


async def test_who_died_before_it_made_the_file_is_made_up_for(case: Case, tmp_path: Path) -> None:
    await case.sql("UPDATE organizations SET last_seq = 1")
    await prover(case).go()
    file = tmp_path / "halted"

    await replace(prover(case), own=Tenant(ORG, "default"), halt=file).go()

    assert "the organization's log does not hold" in file.read_text()


async def test_a_file_that_cannot_be_made_does_not_hide_the_other_logs(
    case: Case, tmp_path: Path
) -> None:
    await sign_in(case)
    await case.approve()
    await case.sql("UPDATE events SET payload = '{}' WHERE seq = 2")
    await case.sql(EDIT)
    (tmp_path / "file").touch()
    watching = replace(prover(case), own=Tenant(ORG, "default"), halt=tmp_path / "file" / "halted")

    with pytest.raises(HaltFileError, match="cannot be changed"):
        await watching.go()

    async with case.engine.connect() as connection:
        logs = await connection.execute(sa.select(audit_breaks.c.log))
        assert set(logs.scalars()) == {ID, ""}


async def test_a_round_is_walked_by_one_worker_and_in_its_time(case: Case, clock: Any) -> None:
    await prover(case).go()
    await sign_in(case)
    await case.sql(EDIT)

    await prover(case).go()
    too_early = await halt_of(case)
    await clock.sleep(60)
    await prover(case).go()

    assert too_early is None
    assert await halt_of(case) is not None


@pytest.mark.usefixtures("own_database")
async def test_when_the_log_cannot_be_written_there_is_no_grant(
    case: Case, signer: SignerClient
) -> None:
    await case.approve()
    async with case.engine.begin() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON events "
            "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()"
        )

    with pytest.raises(TransientError):
        await signer.mint(ID, ACTION)

    kinds = [event.kind for event in await case.incidents.events(ID)]
    assert EventKind.GRANT_MINTED not in kinds


@pytest.mark.attack("a log that was tampered with")
async def test_a_log_with_an_event_that_cannot_be_read_is_refused_as_broken(
    case: Case, signer: SignerClient
) -> None:
    await case.approve()
    await case.sql("UPDATE events SET kind = 'nothing_known' WHERE seq = 1")

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert answer.code == "log_broken"
