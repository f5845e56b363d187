"""Onsets: the first sample of a change, whether it is small or large, and none of an outlier."""

import numpy as np
import pytest

from sre_agent.diagnosis.metrics import onsets
from sre_agent.domain.telemetry import Floats

TIMES: Floats = np.arange(1_000.0, 1_060.0)
CALM: Floats = np.array([((7 * row) % 11 - 5) / 5.0 for row in range(len(TIMES))])


@pytest.mark.parametrize("size", [3.5, 40.0, -40.0])
def test_a_change_is_dated_by_its_first_sample(size: float) -> None:
    changed = CALM + np.where(TIMES >= 1_030.0, size, 0.0)

    found = onsets.onset(TIMES, changed)

    assert found == pytest.approx(1_030.0, abs=2.0)


def test_outliers_and_calm_are_no_change() -> None:
    spiked = CALM.copy()
    spiked[::9] = 500.0

    assert onsets.onset(TIMES, CALM) is None
    assert onsets.onset(TIMES, spiked) is None
    assert onsets.onset(TIMES[:0], CALM[:0]) is None


def test_gaps_are_no_samples() -> None:
    changed = CALM + np.where(TIMES >= 1_030.0, 20.0, 0.0)
    changed[::3] = np.nan

    assert onsets.onset(TIMES, changed) == pytest.approx(1_030.0, abs=3.0)
