"""Five faults with a model that reads its briefing, in one world: repaired as ever, its opinion shown."""

from collections.abc import Iterator
from dataclasses import dataclass

import fault_proof
import pytest
from fault_proof import Trial
from model_acts import Read
from model_beside import served
from model_dialects import Ollama
from reading_model import Model
from scene import OpenScene, Scene

pytestmark = pytest.mark.e2e

FAULTS = ("bad-release", "crash-loop", "oom", "dependency-down", "slow-dependency")
MAX_INPUT_TOKENS = 6_000
"""Of one question: what an incident is told in short must not grow with the world."""


@dataclass
class World:
    """A platform in its world, and the model it asks."""

    scene: Scene
    model: Model


@pytest.fixture(scope="module")
def world(open_shared_scene: OpenScene) -> Iterator[World]:
    model = Model()
    with served(Ollama(), Read(model.answer)) as server:
        scene = open_shared_scene(
            1, VERIFICATION_HOLD_SECONDS="5", LLM_PROVIDER="ollama", LLM_BASE_URL=server.url
        )
        yield World(scene, model)
        scene.platform.down()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_repaired_and_the_models_opinion_shown(world: World, fault: str) -> None:
    trial = fault_proof.inject(world.scene, fault)

    with fault_proof.kept_when_it_fails(trial, f"second-mind-{fault}"):
        fault_proof.is_repaired_by_its_own_plan(trial)
        _is_of_the_models_opinion(trial)


def _is_of_the_models_opinion(trial: Trial) -> None:
    """The model was heard of the right object, on facts that hold, and people see that."""
    scene = trial.scene
    for row in trial.incidents():
        repaired = trial.events(row["id"], "action_finished")
        if not repaired:
            continue
        said = trial.events(row["id"], "model_opinion")[-1]["payload"]["opinion"]
        assert said["note"] == ""
        assert said["struck_count"] == 0
        [cause] = said["causes"]
        assert cause["object"] in trial.causes, (cause, trial.truths)
        assert cause["claims"]
        assert cause["standing"] in {"agrees", "ranked", "new"}
        report = scene.report(row["id"])
        assert "Second opinion, of a language model:" in report
        assert cause["fault_class"] in report
        assert "Second opinion of ollama/llama3.2" in report
        [used] = scene.platform.incident(row["id"])["model_use"]
        asked = scene.platform.events(row["id"], "model_opinion")[0]["payload"]["heard"]
        question = asked["exchange"]["spent"][-1]["usage"]["input_tokens"]
        print(  # noqa: T201 - people watch this number
            f"{trial.truths[0]['class']}: {question} input tokens for the causes,"
            f" {used['input_tokens']} of the incident in {used['calls']} questions"
        )
        assert question < MAX_INPUT_TOKENS
