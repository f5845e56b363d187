"""Live as long as the lab: hold its network, own its processes, end them all."""

import asyncio
import os
import signal
from contextlib import suppress

from infrastructure.lab import gate, ports, world
from infrastructure.lab.boot import Boot
from infrastructure.lab.family import Family
from infrastructure.lab.kube import Api
from infrastructure.lab.labdir import LabDir, write_json
from infrastructure.lab.observe import alertmanager, discovery, tools
from infrastructure.lab.parts import ForgeHook, targets_file

FIRST_TO_END = ("customers", "alertmanager")
"""Ended before the pods are, so that nobody is told of a shop that closes on purpose."""


async def run(
    lab: LabDir,
    seed: int,
    programs: tools.Tools,
    webhook: alertmanager.Webhook | None,
    *,
    gate_host: str | None = None,
    forge_hook: ForgeHook | None = None,
) -> None:
    """Bring the lab up and keep it until SIGTERM or SIGINT.

    Args:
        lab: the folder.
        seed: names everything.
        programs: what watches it.
        webhook: whom Alertmanager tells.
        gate_host: an address at which the lab shall also be reached from elsewhere.
        forge_hook: whom the forge tells.

    Raises:
        StartError: when it does not come up; all that was started is ended first.
    """
    told_to_end = _on_signals()
    network, claim = ports.claim_network()
    family = Family(lab)
    boot = Boot(lab, world.make(seed), programs, webhook, network, family, forge_hook)
    life = asyncio.create_task(_live(boot, gate_host))
    end = asyncio.create_task(told_to_end.wait())
    try:
        await asyncio.wait({life, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not life.done():
            life.cancel()
        with suppress(asyncio.CancelledError):
            await life
    finally:
        lab.record.unlink(missing_ok=True)
        await _end_all(family)
        claim.close()


async def _live(boot: Boot, gate_host: str | None) -> None:
    """Bring everything up, say so, and keep Prometheus told of the pods."""
    record = await boot.bring_up()
    write_json(boot.lab.record, {"pid": os.getpid(), **record})
    kubernetes = record["kubernetes"]
    async with (
        Api(kubernetes["url"], kubernetes["tokens"]["read"]) as api,
        gate.opened(gate_host, record),
    ):
        await discovery.follow(api, boot.place.namespace, targets_file(boot.lab))


async def _end_all(family: Family) -> None:
    await family.end_some(FIRST_TO_END)
    await family.end_all()


def _on_signals() -> asyncio.Event:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told
