"""Run the signer, or make its key: `python -m backend.signer [keygen --out FILE]`.

A stack of containers makes it with `ensure-key --out FILE --public FILE` at every start;
`keys list|rotate|retire` changes them while it serves.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
import uvicorn
from starlette.applications import Starlette

from backend import collecting
from backend.brakes.judging import Brakes
from backend.clock import SystemClock
from backend.db.engine import create_engine
from backend.db.past_runs import PastRuns
from backend.settings.signer import SignerSettings
from backend.signer import changing, keys, past_grants
from backend.signer.announcing import Announcer
from backend.signer.app import create_app
from backend.signer.exporting import Exporter
from backend.signer.keyring import Keyring
from backend.signer.mint import Mint
from backend.signer.renewal import Terms
from sre_agent.config import permissions
from sre_agent.domain.errors import PermanentError

_POOL_SIZE = 2

_log = structlog.get_logger()


def main() -> int:
    """Read the command line and do what it says; return the exit code."""
    parser = argparse.ArgumentParser(description="The only program that holds the signing key.")
    commands = parser.add_subparsers(dest="command")
    keygen = commands.add_parser("keygen", help="make a key and print its public half")
    keygen.add_argument("--out", type=Path, required=True, help="file of the private key")
    ensure = commands.add_parser("ensure-key", help="make a key unless there is one")
    ensure.add_argument("--out", type=Path, required=True, help="file of the private key")
    ensure.add_argument("--public", type=Path, required=True, help="file of its public half")
    changing.add_to(commands)
    arguments = parser.parse_args()
    # Standard output carries one line, the public key, for programs that read it.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        if arguments.command == "keygen":
            sys.stdout.write(f"{keys.generate(arguments.out).public_base64}\n")
        elif arguments.command == "ensure-key":
            Keyring(arguments.out).ensure(arguments.public)
        elif arguments.command == "keys":
            sys.stdout.write(changing.change(arguments, SystemClock().now()))
        else:
            serve(SignerSettings.load())
    except PermanentError as error:
        _log.error("signer_refused", reason=str(error))
        return 2
    return 0


def serve(settings: SignerSettings) -> None:
    """Serve until SIGTERM."""
    keyring = Keyring(settings.signing_key_file)
    keyring.signing(SystemClock().now())  # what is wrong with the keys is told at the start
    mint = Mint(
        engine=create_engine(settings.database_url, pool_size=_POOL_SIZE),
        clock=SystemClock(),
        key=keyring,
        policy=permissions.load_rules(settings.agent_config, settings.policy_dir),
        ttl_s=settings.grant_ttl_seconds,
        is_kill_switch_set=settings.kill_switch,
        past=PastRuns(past_grants.Reader(keyring.public_keys)),
        brakes=Brakes.of(settings),
        skew_max_s=settings.clock_skew_max_seconds,
        terms=Terms(settings.approval_use_seconds, settings.grant_renewals_max),
    )
    fault = mint.brakes.calendar.read().fault
    if fault is not None:
        _log.error("freezes_unreadable", reason=fault)
    if mint.policy.fault is not None:
        # It serves all the same: those who ask are told why they are refused.
        _log.error("policy_unloadable", reason=mint.policy.fault)
    announcer = Announcer(engine=mint.engine, clock=mint.clock, keyring=keyring, policy=mint.policy)

    exporter = Exporter(engine=mint.engine, clock=mint.clock, key=keyring)

    @asynccontextmanager
    async def going_on(_app: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            beside = (group.create_task(announcer.run()), group.create_task(exporter.run()))
            yield
            for task in beside:
                task.cancel()

    app = create_app(mint, settings.signer_token, going_on)
    collecting.spare_collector()
    uvicorn.run(
        app,
        host=settings.signer_host,
        port=settings.signer_port,
        log_level=settings.log_level,
        access_log=False,
    )


if __name__ == "__main__":
    sys.exit(main())
