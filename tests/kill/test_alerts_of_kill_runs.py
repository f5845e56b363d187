"""What a kill run tells to fire is told to end as the same alert, or the platform looks at it for ever."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import httpx
import kill_story
import pytest
from kill_cluster import Workload
from kill_story import Kind, Story
from kill_target import Target


def test_the_alert_that_ends_is_the_one_that_fired(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    seconds = count()

    def made(name: str, **about: Any) -> Workload:
        begun = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(seconds))
        return Workload(name, begun=begun, **about)

    stage: Any = SimpleNamespace(
        deaths=[],
        target=Target(),
        settings=SimpleNamespace(api_url="http://platform.example", tokens={"hook": "h"}),
    )

    def take(request: httpx.Request) -> httpx.Response:
        told.append(json.loads(request.content)["alerts"][0])
        return httpx.Response(202)

    client = httpx.Client(transport=httpx.MockTransport(take))

    def post(url: str, **options: Any) -> httpx.Response:
        del options["trust_env"]
        return client.post(url, **options)

    monkeypatch.setattr(httpx, "post", post)
    monkeypatch.setattr(kill_story, "Workload", made)
    story = Story(stage, "team", Kind.HEALS)
    story._alert("firing")
    story.calm()

    assert [alert.pop("status") for alert in told] == ["firing", "resolved"]
    assert told[0] == told[1]
    assert stage.target.workloads == {}
