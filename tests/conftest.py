"""What holds for all tests: the longest begin first, and a crash is told briefly."""

import gc
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = ["attack_counts"]

settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")  # a busy machine makes examples slow, and is no failure

HERE = Path(__file__).parent
LONGEST = (HERE / "e2e", HERE / "integration")
"""They mostly wait; begun first, the others run meanwhile."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; among each other they keep their random order."""
    items.sort(key=_rank)


def pytest_collection_finish() -> None:
    """Set what was loaded apart: looked through again and again, it costs a twentieth of the time."""
    gc.collect()
    gc.freeze()


def _rank(item: pytest.Item) -> int:
    for rank, place in enumerate(LONGEST):
        if item.path.is_relative_to(place):
            return rank
    return len(LONGEST)


@pytest.fixture(autouse=True, scope="session")
def _brief_logs() -> None:
    """Show plain tracebacks: with every frame's variables, one would take seconds to draw."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    shown = structlog.get_config()["processors"]
    structlog.configure(processors=[*shown[:-1], plain])
