"""Tables of metrics: built from either form, cut by time, refused when they do not fit together."""

import numpy as np
import pytest

from sre_agent.domain.telemetry import MetricKey, MetricTable


def test_a_table_is_the_same_in_whatever_order_its_parts_come() -> None:
    columns = {("web", "latency"): [1.0, 2.0, 3.0], ("db", "latency"): [4.0, 5.0, 6.0]}

    one = MetricTable.build([10.0, 20.0, 30.0], columns)
    backwards = {key: columns[key][::-1] for key in reversed(columns)}
    other = MetricTable.build([30.0, 20.0, 10.0], backwards)

    assert one.keys == other.keys == (("db", "latency"), ("web", "latency"))
    assert one.values.tolist() == other.values.tolist()
    assert one.entities == ("db", "web")
    assert one.step_s == 10.0


def test_of_two_rows_of_one_time_the_last_counts() -> None:
    table = MetricTable.build([10.0, 20.0, 20.0], {("web", "up"): [1.0, 1.0, 0.0]})

    assert table.times.tolist() == [10.0, 20.0]
    assert table.column("web", "up").tolist() == [1.0, 0.0]


def test_series_with_clocks_of_their_own_have_gaps_in_common_time() -> None:
    table = MetricTable.from_samples({("a", "m"): [(1.0, 7.0)], ("b", "m"): [(2.0, 8.0)]})

    assert table.times.tolist() == [1.0, 2.0]
    assert np.isnan(table.column("a", "m")[1])
    assert table.column("b", "m")[1] == 8.0


def test_a_window_leaves_its_end_out() -> None:
    table = MetricTable.build([1.0, 2.0, 3.0], {("web", "up"): [1.0, 2.0, 3.0]})

    assert table.between(1.0, 3.0).times.tolist() == [1.0, 2.0]
    assert table.where(lambda key: key.entity == "db").values.shape == (3, 0)


def test_an_empty_table_is_a_table() -> None:
    table = MetricTable.build([], {})

    assert table.entities == ()
    assert table.step_s == 0.0


@pytest.mark.parametrize(
    ("times", "keys", "shape", "words"),
    [
        ([1.0, 2.0], [("a", "m")], (2, 2), "shape"),
        ([2.0, 1.0], [("a", "m")], (2, 1), "rise"),
        ([1.0, 2.0], [("a", "m"), ("a", "m")], (2, 2), "twice"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    times: list[float], keys: list[tuple[str, str]], shape: tuple[int, int], words: str
) -> None:
    names = tuple(MetricKey(*key) for key in keys)

    with pytest.raises(ValueError, match=words):
        MetricTable(np.array(times), names, np.zeros(shape))


def test_a_column_that_is_not_there_is_named() -> None:
    table = MetricTable.build([1.0], {("web", "up"): [1.0]})

    with pytest.raises(KeyError, match="web/errors"):
        table.column("web", "errors")
