"""Messages leave the outbox signed, once, and with patience."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.db import transitions
from backend.db.outbox import PostgresOutbox
from backend.notify import dispatcher
from backend.notify.retry import RetryPolicy
from backend.notify.webhook import WebhookChannel
from sre_agent.domain.errors import TransientError
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]
SECRET = "a secret shared with the receiver"  # noqa: S105 - of the tests
POLICY = RetryPolicy(first_wait_s=2, longest_wait_s=300, max_attempts=3)


class Receiver:
    """A receiver that answers what it is told to, and remembers."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.requests: list[httpx.Request] = []
        self.called = asyncio.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.called.set()
        return httpx.Response(self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def channel(receiver: Receiver, clock: Any) -> AsyncIterator[WebhookChannel]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(receiver)) as client:
        yield WebhookChannel(client, clock, "https://hooks.test/x", SecretStr(SECRET))


@pytest.fixture
def outbox(engine: AsyncEngine, clock: Any) -> PostgresOutbox:
    return PostgresOutbox(engine, clock, lease_s=60)


@pytest.fixture
async def escalated(engine: AsyncEngine, clock: Any, make_incident: MakeIncident) -> IncidentId:
    id_ = await make_incident()
    async with engine.begin() as connection:
        await transitions.escalate(
            connection, id_, reason="nobody decided", step_key="escalated", now=clock.now()
        )
    return id_


async def stored(engine: AsyncEngine) -> tuple[Any, ...]:
    query = sa.text("SELECT status, attempts, last_error FROM outbox")
    async with engine.connect() as connection:
        return tuple((await connection.execute(query)).one())


async def test_a_message_arrives_signed_and_says_what_happened(
    escalated: IncidentId,
    outbox: PostgresOutbox,
    channel: WebhookChannel,
    receiver: Receiver,
    engine: AsyncEngine,
    clock: Any,
) -> None:
    await dispatcher.dispatch_due(outbox, channel, POLICY)
    again = await dispatcher.dispatch_due(outbox, channel, POLICY)

    [request] = receiver.requests
    body = json.loads(request.content)
    timestamp = request.headers["X-SRE-Agent-Timestamp"]
    expected = hmac.new(
        SECRET.encode(), timestamp.encode() + b"." + request.content, hashlib.sha256
    )
    assert again == 0
    assert request.headers["X-SRE-Agent-Signature"] == f"sha256={expected.hexdigest()}"
    assert timestamp == str(int(clock.now().timestamp()))
    assert request.headers["X-SRE-Agent-Delivery"] == body["delivery_id"]
    assert (body["kind"], body["incident_id"]) == ("escalated", escalated)
    assert (body["reason"], body["service"]) == ("nobody decided", "web")
    assert await stored(engine) == ("delivered", 1, None)


async def test_a_failed_delivery_is_tried_again_later_with_the_same_identity(
    escalated: IncidentId,
    outbox: PostgresOutbox,
    channel: WebhookChannel,
    receiver: Receiver,
    engine: AsyncEngine,
    clock: Any,
) -> None:
    receiver.answers = [500]
    await dispatcher.dispatch_due(outbox, channel, POLICY)
    failed = await stored(engine)
    await clock.sleep(1.9)
    early = await dispatcher.dispatch_due(outbox, channel, POLICY)
    await clock.sleep(0.2)
    await dispatcher.dispatch_due(outbox, channel, POLICY)

    ids = {request.headers["X-SRE-Agent-Delivery"] for request in receiver.requests}
    assert failed == ("pending", 1, "the receiver answered 500")
    assert early == 0
    assert len(receiver.requests) == 2
    assert len(ids) == 1
    assert await stored(engine) == ("delivered", 2, None)


async def test_a_message_that_never_arrives_is_given_up_loudly(
    escalated: IncidentId,
    outbox: PostgresOutbox,
    channel: WebhookChannel,
    receiver: Receiver,
    engine: AsyncEngine,
    clock: Any,
) -> None:
    receiver.answers = [404] * 10
    for _ in range(10):
        await dispatcher.dispatch_due(outbox, channel, POLICY)
        await clock.sleep(400)

    assert len(receiver.requests) == 3
    assert await stored(engine) == ("dead", 3, "the receiver answered 404")


async def test_without_a_channel_the_message_says_so(
    escalated: IncidentId, outbox: PostgresOutbox, engine: AsyncEngine
) -> None:
    await dispatcher.dispatch_due(outbox, None, POLICY)

    assert await stored(engine) == ("no_channel", 0, None)


async def test_two_dispatchers_do_not_deliver_twice(
    escalated: IncidentId, outbox: PostgresOutbox, channel: WebhookChannel, receiver: Receiver
) -> None:
    await asyncio.gather(*(dispatcher.dispatch_due(outbox, channel, POLICY) for _ in range(8)))

    assert len(receiver.requests) == 1


async def test_what_a_dead_dispatcher_had_taken_comes_back(
    escalated: IncidentId,
    outbox: PostgresOutbox,
    channel: WebhookChannel,
    receiver: Receiver,
    clock: Any,
) -> None:
    taken = await outbox.take_due(10)
    meanwhile = await dispatcher.dispatch_due(outbox, channel, POLICY)
    await clock.sleep(61)

    await dispatcher.dispatch_due(outbox, channel, POLICY)

    assert (len(taken), meanwhile) == (1, 0)
    assert len(receiver.requests) == 1


async def test_an_address_that_is_none_is_a_failed_delivery(
    escalated: IncidentId, outbox: PostgresOutbox, engine: AsyncEngine, clock: Any
) -> None:
    async with httpx.AsyncClient() as client:
        channel = WebhookChannel(client, clock, "https://hooks.test:port/x", SecretStr(SECRET))
        await dispatcher.dispatch_due(outbox, channel, POLICY)

    status, attempts, error = await stored(engine)
    assert (status, attempts) == ("pending", 1)
    assert "InvalidURL" in error


@pytest.mark.usefixtures("escalated")
@pytest.mark.parametrize("failure", [TransientError("gone"), RuntimeError("a mistake")])
async def test_the_dispatcher_outlives_a_database_that_goes_away_and_a_mistake(
    failure: Exception,
    outbox: PostgresOutbox,
    channel: WebhookChannel,
    receiver: Receiver,
    engine: AsyncEngine,
    clock: Any,
) -> None:
    class Broken(PostgresOutbox):
        failures = 2

        @override
        async def take_due(self, limit: int) -> Any:
            if self.failures:
                self.failures -= 1
                raise failure
            return await super().take_due(limit)

    task = asyncio.create_task(
        dispatcher.run(Broken(engine, clock), channel, _Yielding(clock), policy=POLICY)
    )
    async with asyncio.timeout(5):
        await receiver.called.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert len(receiver.requests) == 1


class _Yielding:
    """A clock whose sleep lets others run."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def now(self) -> Any:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.01)
