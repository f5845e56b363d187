"""A shop service asks which features are switched on."""

import json
import threading
from collections.abc import Iterator

import pytest

from infrastructure.lab.shop import wire
from infrastructure.lab.shop.flags import Flags
from infrastructure.lab.shop.records import Log


@pytest.fixture
def told() -> Iterator[tuple[str, dict[str, bool]]]:
    switched: dict[str, bool] = {}
    server = wire.Server(
        "127.0.0.1", 0, lambda _: wire.Response(200, json.dumps(switched).encode())
    )
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/flags/a", switched
    server.stop()
    thread.join(5)


def test_a_switch_is_heard_of_and_told(
    told: tuple[str, dict[str, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    url, switched = told
    flags = Flags(url, Log("flags", service="a"))
    switched["fast"] = False
    flags.ask()
    assert not flags.is_on("fast")

    switched["fast"] = True
    flags.ask()

    assert flags.is_on("fast")
    record = json.loads(capsys.readouterr().out)
    assert (record["msg"], record["flags"]) == ("flags changed", {"fast": True})


def test_what_was_heard_holds_while_nobody_answers(told: tuple[str, dict[str, bool]]) -> None:
    url, switched = told
    flags = Flags(url, Log("flags"))
    switched["fast"] = True
    flags.ask()

    flags._target = flags._target and flags._target._replace(netloc="127.0.0.1:1")
    flags.ask()

    assert flags.is_on("fast")


def test_without_a_place_to_ask_every_feature_is_off() -> None:
    flags = Flags(None, Log("flags"))

    flags.start()

    assert not flags.is_on("fast")
