"""When a lab counts as calm."""

import json
from pathlib import Path

from backend.cli import demo
from backend.cli.stack.layout import Layout


def test_a_lab_whose_prometheus_does_not_answer_is_not_taken_for_calm(tmp_path: Path) -> None:
    place = Layout(tmp_path)
    place.lab.mkdir(parents=True)
    record = {"prometheus": {"url": "http://127.0.0.1:9"}}  # where nobody listens
    (place.lab / "lab.json").write_text(json.dumps(record), encoding="utf-8")

    assert demo.firing(place) == ["Prometheus does not answer"]
