"""Typed steps: read strictly, and what is not one is told."""

import time

import pytest

from mcp_servers.runbooks import markdown
from mcp_servers.runbooks.steps import MAX_STEPS, read


def fenced(text: str, mark: str = "```") -> str:
    return f"Before.\n\n{mark}sre-action\n{text}\n{mark}\n"


def test_a_block_is_a_step_with_its_arguments_and_its_classes_of_fault() -> None:
    text = fenced(
        "action: set_env\n"
        "arguments: {container: app, variable: MODE, value: 'strict'}\n"
        "when: [missing_configuration, crash_loop]\n"
        "note: as everywhere"
    )

    found = read((), text)

    (step,) = found.usable
    assert found.problems == ()
    assert step.action == "set_env"
    assert step.arguments == {"container": "app", "variable": "MODE", "value": "strict"}
    assert step.when == ("missing_configuration", "crash_loop")
    assert step.note == "as everywhere"


def test_steps_of_the_front_matter_come_first_and_a_single_class_needs_no_list() -> None:
    front = [{"action": "scale_workload", "arguments": {"replicas": 3}, "when": "saturation"}]

    found = read(front, fenced("action: restart_rollout", mark="~~~~"))

    assert [step.action for step in found.usable] == ["scale_workload", "restart_rollout"]
    assert found.usable[0].when == ("saturation",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("action: drop_database", "no action is called 'drop_database'"),
        ("arguments: {}", "action: Field required"),
        ("action: rollback_rollout\nargumets: {}", "argumets"),
        ("action: rollback_rollout\narguments: {name: another}", "name: Extra inputs"),
        ("action: scale_workload\narguments: {replicas: 0}", "replicas"),
        ("action: scale_workload\narguments: {replicas: '3'}", "replicas"),
        ("action: set_env\narguments: {variable: MODE}", "value: Field required"),
        ("action: set_env\narguments: {variable: MODE, value: 1}", "value"),
        ("action: set_env\narguments: {variable: 'A B', value: x}", "variable"),
        ("action: set_env\narguments: {variable: DB_PASSWORD, value: x}", "looks like a secret"),
        ('action: set_env\narguments: {variable: A, value: "x\\ny"}', "line breaks"),
        ("action: set_resources\narguments: {container: app}", "neither a limit nor a request"),
        ("action: set_resources\narguments: {memory_limit: lots}", "memory_limit"),
        ("action: set_image\narguments: {image: 'a b'}", "image"),
        ("- action", "no mapping"),
        ("action: [", "no YAML"),
        ("action: !!bool perhaps", "no YAML"),
        ("action: !!timestamp soon", "no YAML"),
        ("action: " + "1:" * 300 + "1.5", "no YAML"),
    ],
)
def test_what_is_not_exactly_a_step_is_not_used_and_is_told(text: str, reason: str) -> None:
    found = read((), fenced(text))

    assert found.usable == ()
    assert found.problems[0].startswith("step in line 3: ")
    assert reason in found.problems[0]


def test_a_secret_in_a_refused_step_is_not_repeated() -> None:
    text = fenced("action: set_env\narguments: {variable: API_TOKEN, value: hunter2}")

    assert "hunter2" not in read((), text).problems[0]


def test_a_block_without_end_is_no_step() -> None:
    found = read((), "```sre-action\naction: restart_rollout\n")

    assert found.usable == ()
    assert "no end" in found.problems[0]


def test_other_blocks_and_examples_inside_of_blocks_are_no_steps() -> None:
    text = "```sh\nls\n```\n````markdown\n```sre-action\naction: restart_rollout\n```\n````\n"

    assert read((), text).usable == ()
    assert read((), text).problems == ()


def test_steps_beyond_a_number_are_told() -> None:
    found = read((), fenced("action: restart_rollout") * (MAX_STEPS + 2))

    assert len(found.usable) == MAX_STEPS
    assert "2 steps" in found.problems[0]


@pytest.mark.parametrize(
    ("line", "heading"),
    [("# A", "A"), ("## A ##", "A"), ("# C#", "C#"), ("#  ", ""), ("### #", "")],
)
def test_marks_that_close_a_heading_are_not_part_of_it(line: str, heading: str) -> None:
    assert markdown.sections(line)[0].heading == heading


def test_a_line_made_to_be_slow_is_not() -> None:
    started = time.process_time()

    markdown.sections("# " + " " * 200_000 + "x")
    markdown.sections("# " + "#" * 200_000 + "x")

    assert time.process_time() - started < 2


def test_headings_make_sections_and_comments_in_code_do_not() -> None:
    text = "Intro.\n# One\n```sh\n# not a heading\n```\n## Two ##\nText.\n"

    found = markdown.sections(text)

    assert [(item.heading, item.level) for item in found] == [("", 0), ("One", 1), ("Two", 2)]
    assert "# not a heading" in found[1].markdown
