"""The dispatcher: takes what is due, delivers it, records how that went, and starts over."""

import asyncio

import structlog

from backend.notify.message import Channel, Message, Outbox
from backend.notify.retry import RetryPolicy
from sre_agent import ports
from sre_agent.domain.errors import TransientError

_BATCH = 10
POLL_S = 1.0
"""How often the outbox is looked at, in seconds."""

_log = structlog.get_logger()


async def run(
    outbox: Outbox,
    channel: Channel | None,
    clock: ports.Clock,
    *,
    policy: RetryPolicy | None = None,
    poll_s: float = POLL_S,
) -> None:
    """Deliver until cancelled. Without a channel every message is marked so, and logged."""
    policy = policy or RetryPolicy()
    while True:
        try:
            found = await dispatch_due(outbox, channel, policy)
        except* TransientError as group:
            found = 0
            _log.warning("outbox_unreachable", reason=str(group.exceptions[0]))
        except* Exception as group:  # noqa: BLE001 - an outermost loop: the next message is served
            found = 0
            _log.error("dispatch_crashed", exc_info=group)
        if found == 0:
            await clock.sleep(poll_s)


async def dispatch_due(outbox: Outbox, channel: Channel | None, policy: RetryPolicy) -> int:
    """Try every message that is due once; return how many there were.

    Raises:
        TransientError: The outbox does not answer (or a group of such errors).
    """
    due = await outbox.take_due(_BATCH)
    async with asyncio.TaskGroup() as deliveries:
        for message in due:
            deliveries.create_task(_deliver(outbox, channel, policy, message))
    return len(due)


async def _deliver(
    outbox: Outbox, channel: Channel | None, policy: RetryPolicy, message: Message
) -> None:
    facts = {"incident_id": message.incident_id, "kind": message.kind}
    if channel is None:
        await outbox.no_channel(message.id)
        _log.warning("notice_without_channel", hint="set ESCALATION_WEBHOOK_URL", **facts)
        return
    try:
        await channel.send(message)
    except TransientError as error:
        wait_s = policy.next_wait_s(message.attempts + 1)
        if wait_s is None:
            await outbox.give_up(message.id, error=str(error))
            _log.error("notice_dead", attempts=message.attempts + 1, reason=str(error), **facts)
        else:
            await outbox.retry(message.id, wait_s=wait_s, error=str(error))
            _log.warning("notice_delayed", wait_s=wait_s, reason=str(error), **facts)
        return
    await outbox.delivered(message.id)
    _log.info("notice_delivered", **facts)
