"""Lines of pod logs are read as the container runtime writes them, and pods are named by folders."""

from pathlib import Path

import pytest

from infrastructure.lab.logs.podlabels import app_of, read_folder
from infrastructure.lab.logs.podlog import Joiner, PodLine, parse_line

SECOND_NS = 1_795_191_446 * 10**9


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (
            "2026-11-20T16:17:26.123456789Z stdout F hello world",
            PodLine(SECOND_NS + 123456789, "stdout", False, "hello world"),
        ),
        ("2026-11-20T16:17:26Z stderr P part", PodLine(SECOND_NS, "stderr", True, "part")),
        (
            "2026-11-20T17:17:26.5+01:00 stdout F ",
            PodLine(SECOND_NS + 5 * 10**8, "stdout", False, ""),
        ),
        ("2026-13-20T16:17:26Z stdout F no such month", None),
        ("hello", None),
        ("", None),
    ],
)
def test_a_line_is_read_or_known_not_to_be_one(line: str, record: PodLine | None) -> None:
    assert parse_line(line) == record


def test_parts_of_two_outputs_do_not_mix() -> None:
    joiner = Joiner()

    texts = [
        joiner.join(PodLine(1, "stdout", True, "a")),
        joiner.join(PodLine(2, "stderr", True, "x")),
        joiner.join(PodLine(3, "stdout", False, "b")),
        joiner.join(PodLine(4, "stderr", False, "y")),
        joiner.join(PodLine(5, "stdout", False, "c")),
    ]

    assert texts == [None, None, "ab", "xy", "c"]


@pytest.mark.parametrize(
    ("pod", "app"),
    [
        ("checkout-7d9f8c6b5d-x2x4z", "checkout"),
        ("order-api-bcdfghjkl-b7b9c", "order-api"),
        ("order-api-v2-5f6d7c8b9-zzzzz", "order-api-v2"),
        ("store-0", "store"),
        ("debug", "debug"),
        ("my-load-runner", "my-load-runner"),
    ],
)
def test_the_application_is_the_pod_name_without_what_was_generated(pod: str, app: str) -> None:
    assert app_of(pod) == app


@pytest.mark.parametrize("written", ["", "{", "[]", '{"app": 1}', '{"app": ""}', "{}"])
def test_a_labels_file_that_says_nothing_is_passed_over(tmp_path: Path, written: str) -> None:
    folder = tmp_path / "shop_cart-0_uid"
    folder.mkdir()
    (folder / "labels.json").write_text(written)

    found = read_folder(folder)

    assert found is not None
    assert (found.namespace, found.pod, found.app) == ("shop", "cart-0", "cart")


@pytest.mark.parametrize("name", ["lost+found", "a_b", "_b_c", "a__c"])
def test_a_folder_of_another_name_is_no_pods(tmp_path: Path, name: str) -> None:
    assert read_folder(tmp_path / name) is None
