"""The supervisor sends whoever can look at something, and says why."""

import pytest

from sre_agent.agents import supervisor
from sre_agent.config import permissions
from sre_agent.testing.world import World


def test_every_available_specialist_is_sent_with_a_reason() -> None:
    chosen = supervisor.select(World(1).incident("core"), ["logs", "kubernetes", "metrics"])

    assert [item.specialist for item in chosen] == ["kubernetes", "metrics", "logs"]
    assert all(item.reason for item in chosen)


def test_a_specialist_without_a_server_is_not_sent() -> None:
    chosen = supervisor.select(World(1).incident("core"), {"metrics": "any mapping will do"})

    assert [item.specialist for item in chosen] == ["metrics"]


def test_without_a_namespace_only_metrics_have_something_to_look_at() -> None:
    incident = World(1).incident("core").model_copy(update={"namespace": ""})

    chosen = supervisor.select(incident, ["kubernetes", "metrics", "logs"])

    assert [item.specialist for item in chosen] == ["metrics"]


def test_runbooks_are_looked_for_without_a_namespace_too() -> None:
    incident = World(1).incident("core").model_copy(update={"namespace": ""})

    chosen = supervisor.select(incident, ["kubernetes", "runbooks"])

    assert [item.specialist for item in chosen] == ["runbooks"]


@pytest.mark.parametrize(
    ("servers", "unsent"),
    [
        (("kubernetes", "prometheus", "loki", "jaeger", "runbooks", "github"), set()),
        (("kubernetes", "prometheus", "loki", "jaeger"), {"github"}),
        ((), {"traces", "github"}),
    ],
)
def test_nobody_is_sent_who_could_only_say_that_there_is_none_of_what_many_do_not_have(
    servers: tuple[str, ...], unsent: set[str]
) -> None:
    shipped = permissions.load_allow_list()

    allowed = supervisor.served_by(servers, shipped)

    assert {*shipped.specialists} - {*allowed.specialists} == unsent
    assert allowed.writes == shipped.writes
