"""Whose a pod, an alert or a series is."""

import re

import pytest

from mcp_servers.prometheus.ownership import PODS, is_about, is_in


def owns(service: str, pod: str) -> bool:
    pattern = next(each for each in PODS.of("n", service) if each.label == "pod").value
    return re.fullmatch(pattern, pod) is not None


@pytest.mark.parametrize("pod", ["cart-64578dbfcc-s4qjh", "cart-s4qjh", "cart-0", "cart-12"])
def test_a_workload_owns_pods_of_every_kind(pod: str) -> None:
    assert owns("cart", pod)


@pytest.mark.parametrize(
    "pod", ["cart-redis-0", "cart-redis-64578dbfcc-s4qjh", "cart-api-s4qjh", "my-cart-0", "cart"]
)
def test_a_workload_does_not_own_pods_of_one_with_a_longer_name(pod: str) -> None:
    assert not owns("cart", pod)


def test_a_name_is_taken_literally_and_not_as_a_pattern() -> None:
    assert not owns("c.rt", "cart-0")
    assert owns("c.rt", "c.rt-0")


@pytest.mark.parametrize(
    "labels",
    [
        {"service": "cart"},
        {"deployment": "cart"},
        {"job": "shop/cart"},
        {"statefulset": "cart"},
        {"pod": "cart-64578dbfcc-s4qjh"},
    ],
)
def test_an_alert_is_about_a_service_by_any_label_that_names_it(labels: dict[str, str]) -> None:
    assert is_about(labels, "cart")
    assert not is_about(labels, "car")


def test_a_namespace_goes_by_several_labels() -> None:
    assert is_in({"exported_namespace": "shop"}, "shop")
    assert is_in({"k8s_namespace_name": "shop"}, "shop")
    assert not is_in({"namespace": "other"}, "shop")
