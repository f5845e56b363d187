"""TVDiag's layout, on a small system of our own: alerts of each kind, and the instance behind them."""

import json
from pathlib import Path

import pytest

from backend.evals.folders import Folder, UnreadableSetError
from backend.evals.sockshop1 import SockShop1
from backend.evals.tvdiag import Tvdiag
from sre_agent.domain.telemetry.alerts import SLOW

NODES = ["door-0", "till-0", "till-1", "vault-0"]


def failure(culprit: str) -> dict[str, object]:
    """Return a failure whose culprit runs out of memory, so that the door waits for it."""
    return {
        "nodes": NODES,
        "edges": [["door-0", "till-0"], ["door-0", "till-1"], ["till-0", "vault-0"]],
        "metrics": [[culprit, "rack-7", "memory_used", "up"], [culprit, "rack-7", "heap", "up"]],
        "traces": [["door-0", culprit, "http://10.0.0.9:80/pay", "PD"]],
        "logs": [[culprit, "template 4"]],
        "answer": {"instance": culprit, "type": "memory"},
    }


def written(folder: Path, rows: object) -> Folder:
    (folder / "mill.json").write_text(json.dumps(rows))
    return Folder(folder)


def test_the_instance_whose_memory_rises_and_that_others_wait_for_is_first(tmp_path: Path) -> None:
    run = Tvdiag("mill").open(written(tmp_path, {"f1": failure("till-0")}), None)

    prediction = run.predict("f1")

    assert run.is_right(run.answer("f1"), prediction)
    assert sorted(prediction.answer) == NODES
    assert run.score({"f1": run.answer("f1")}, {"f1": prediction.answer})["HR@1"] == 1.0


def test_a_call_that_takes_too_long_is_told_in_words_of_no_set(tmp_path: Path) -> None:
    run = Tvdiag("mill").open(written(tmp_path, {"f1": failure("till-0")}), None)

    (past,) = run.labelled().values()

    assert SLOW in {signal.direction for signal in past.stream.signals if signal.caller}
    assert past.stream.hosts["till-0"] == "rack-7"


def test_services_and_hosts_are_what_may_be_renamed(tmp_path: Path) -> None:
    run = Tvdiag("mill").open(written(tmp_path, {"f1": failure("vault-0")}), None)

    assert run.vocabulary == {"door", "till", "vault", "rack-7"}


@pytest.mark.parametrize("rows", [[], {"f1": {"metrics": []}}])
def test_a_file_of_another_form_is_refused(tmp_path: Path, rows: object) -> None:
    with pytest.raises(UnreadableSetError, match=r"mill\.json"):
        Tvdiag("mill").open(written(tmp_path, rows), None)


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSetError, match="SERVICE-RESOURCE"):
        SockShop1().open(Folder(tmp_path), None)
