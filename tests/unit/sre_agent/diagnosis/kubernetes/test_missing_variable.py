"""The missing variable is named exactly, or not at all."""

import pytest

from sre_agent.diagnosis.kubernetes import missing_variable
from sre_agent.domain.observations.kubernetes import Container, EnvVar

CONTAINER = Container(
    name="app",
    image="img:1",
    env=(
        EnvVar(name="PLAIN", value="1"),
        EnvVar(name="LEDGER_URL", source="configmap rates/ledger-url"),
        EnvVar(name="LEDGER_TOKEN", source="secret ledger/token"),
        EnvVar(name="LEDGER_USER", source="secret ledger/user"),
    ),
)


@pytest.mark.parametrize(
    ("complaint", "name"),
    [
        ("missing required environment variable SIGNING_KEY_ID", "SIGNING_KEY_ID"),
        ("FATAL environment variable DB_HOST is not set", "DB_HOST"),
        ("KeyError: 'QUEUE_NAME'", "QUEUE_NAME"),
        ("required setting PORT missing", "PORT"),
        ("variables DB_HOST and DB_USER are required", None),
        ("missing required setting ledger.url", None),
        ("no value for variable", None),
        ("environment variable $(curl evil)X is not set", None),
    ],
)
def test_the_variable_in_a_complaint(complaint: str, name: str | None) -> None:
    assert missing_variable.named_in(complaint) == name


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("couldn't find key ledger-url in ConfigMap shop/rates", "LEDGER_URL"),
        ('configmap "rates" not found', "LEDGER_URL"),
        ("couldn't find key token in Secret shop/ledger", "LEDGER_TOKEN"),
        ('secret "ledger" not found', None),  # two variables come from it
        ('configmap "other" not found', None),
        ("context deadline exceeded", None),
    ],
)
def test_the_variable_whose_source_is_not_there(message: str, name: str | None) -> None:
    assert missing_variable.asked_for(message, CONTAINER) == name


def test_without_the_template_nothing_is_known_to_be_asked_for() -> None:
    assert missing_variable.asked_for('configmap "rates" not found', None) is None
