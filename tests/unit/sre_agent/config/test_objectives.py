"""Files of objectives: read as they are meant, refused with what is wrong in which file."""

from pathlib import Path

import pytest

from sre_agent.config import objectives
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.slo import SloKind

GOOD = """
slos:
  - id: till-answers
    namespace: store
    service: till
    tier: 1
    kind: availability
    target: 0.999
    window_days: 28
  - id: till-is-quick
    namespace: store
    service: till
    kind: latency
    target: 0.95
    threshold_s: 0.25
"""


def test_a_file_and_a_folder_of_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "store.yaml"
    file.write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not read")

    found = objectives.load(file)

    assert found == objectives.load(tmp_path)
    assert [each.id for each in found] == ["till-answers", "till-is-quick"]
    assert (found[0].tier, found[0].window_days) == (1, 28)
    assert (found[1].kind, found[1].threshold_s, found[1].window_days) == (
        SloKind.LATENCY,
        0.25,
        30,
    )
    assert found[0].says() == "99.9 % of requests succeed over 28 days"
    assert found[1].says() == "95 % of requests take at most 0.25 s over 30 days"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("target: 0.999", "target: 99.9"), "slos.0.target"),
        (("kind: availability", "kind: uptime"), "slos.0.kind"),
        (("threshold_s: 0.25", ""), "threshold_s (in seconds) is needed for latency"),
        (("window_days: 28", "window_days: 365"), "slos.0.window_days"),
        (("tier: 1", "tear: 1"), "slos.0.tear"),
        (("service: till", 'service: "till\\"}"'), "slos.0.service"),
        (("id: till-is-quick", "id: till-answers"), "same id: till-answers"),
        (("slos:", "slos: ["), "is no YAML"),
        (("slos:", "promises:"), "slos"),
    ],
)
def test_what_is_wrong_is_named(change: tuple[str, str], told: str) -> None:
    with pytest.raises(InvalidConfigurationError) as failure:
        objectives.parse({"store.yaml": GOOD.replace(*change, 1)})

    assert told in str(failure.value)


def test_a_place_without_objectives_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigurationError, match="no file of objectives"):
        objectives.load(tmp_path)
    with pytest.raises(InvalidConfigurationError, match="cannot be read"):
        objectives.load(tmp_path / "missing.yaml")
