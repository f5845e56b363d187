"""Past failures sharpen the ranking; they are never needed."""

import numpy as np
import pytest
from alert_scene import (
    ENTITIES,
    leak,
    line,
    metric,
    stream,
)

from sre_agent.diagnosis import alert_streams
from sre_agent.diagnosis.alert_streams import PastFailure, Stream
from sre_agent.domain.telemetry.alerts import SLOW

PAST = [leak(ENTITIES[seed % 6], seed) for seed in range(60)]


def test_what_past_failures_had_in_common_finds_the_next_culprit() -> None:
    model = alert_streams.fit(PAST)
    next_ones = [leak(ENTITIES[seed % 6], seed) for seed in range(100, 130)]

    found = [alert_streams.rank(item.stream, model)[0].entity for item in next_ones]

    right = sum(name == item.culprit for name, item in zip(found, next_ones, strict=True))
    assert right >= 27


def test_what_a_name_is_known_for_counts_where_numbers_say_nothing() -> None:
    past = [
        PastFailure(stream(line("front-0", f"t{seed % 2}"), metric("front-1", "cpu")), culprit)
        for seed, culprit in enumerate(["stock-0", "cart-1"] * 20)
    ]
    model = alert_streams.fit(past)

    first = alert_streams.rank(stream(line("front-0", "t0"), metric("front-1", "cpu")), model)
    second = alert_streams.rank(stream(line("front-0", "t1"), metric("front-1", "cpu")), model)

    assert (first[0].entity, second[0].entity) == ("stock-0", "cart-1")


def test_too_few_past_failures_teach_nothing() -> None:
    assert alert_streams.fit(PAST[:5]) is None


def test_a_past_failure_of_somebody_unknown_is_passed_over() -> None:
    strangers = [PastFailure(item.stream, "somebody-else") for item in PAST]

    assert alert_streams.fit(strangers) is None


def test_an_entity_that_no_past_failure_knew_is_ranked_too() -> None:
    model = alert_streams.fit(PAST)
    grown = Stream((*ENTITIES, "price-0"), (metric("price-0", "memory_rss"),))

    ranked = alert_streams.rank(grown, model)

    assert {item.entity for item in ranked} == set(grown.entities)
    assert sum(item.probability for item in ranked) == pytest.approx(1.0)


def test_learning_twice_gives_the_same_numbers() -> None:
    one, other = alert_streams.fit(PAST), alert_streams.fit(PAST)

    assert one
    assert other
    for item in PAST[:5]:
        np.testing.assert_array_equal(
            one.probabilities(item.stream), other.probabilities(item.stream)
        )


def test_renaming_every_instance_renames_the_answer_and_nothing_else() -> None:
    new = dict(zip(ENTITIES, ("a-0", "a-1", "b-0", "b-1", "c-0", "c-1"), strict=True))

    def renamed(item: PastFailure) -> PastFailure:
        signals = tuple(
            metric(new[s.entity], s.name, s.direction)
            if not s.caller
            else type(s)(
                kind=s.kind, entity=new[s.entity], caller=new[s.caller], name=s.name, direction=SLOW
            )
            for s in item.stream.signals
        )
        return PastFailure(
            Stream(tuple(new[n] for n in ENTITIES), signals, item.stream.edges), new[item.culprit]
        )

    before, after = alert_streams.fit(PAST), alert_streams.fit([renamed(item) for item in PAST])

    for item in PAST[:20]:
        one = alert_streams.rank(item.stream, before)[0].entity
        other = alert_streams.rank(renamed(item).stream, after)[0].entity
        assert new[one] == other
