"""What questions are taken to ask for: the right thing, or nothing at all."""

from datetime import UTC, datetime

import pytest

from sre_agent.ask import recognizing
from sre_agent.ask.asking import DAY_S, HOUR_S, MINUTE_S, Asked, Known, Place, Slots, Topic

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WEB, API = Place(namespace="prod", service="web"), Place(namespace="prod", service="api")
FAR = Place(namespace="east", service="api")
KNOWN = Known(places=(WEB, API, FAR), slos=("web-answers",))

QUESTIONS: list[tuple[str, Topic, Slots]] = [
    ("which incidents are open?", Topic.STATUS, Slots()),
    ("Is everything ok", Topic.STATUS, Slots()),
    ("status of web", Topic.STATUS, Slots(place=WEB)),
    ("how is prod/api?", Topic.STATUS, Slots(place=API)),
    ("what incidents were there in the last 2 days", Topic.STATUS, Slots(since_s=2 * DAY_S)),
    ("how does inc-4f2a stand?", Topic.INCIDENT, Slots(incident="inc-4f2a")),
    ("INC-4F2A", Topic.INCIDENT, Slots(incident="inc-4f2a")),
    ("what is the cause of inc-4f2a", Topic.INCIDENT, Slots(incident="inc-4f2a")),
    ("why does inc-4f2a wait?", Topic.WAITING, Slots(incident="inc-4f2a")),
    ("what waits for my approval?", Topic.WAITING, Slots()),
    ("what changed in the last 30 minutes?", Topic.CHANGES, Slots(since_s=30 * MINUTE_S)),
    ("what was deployed to web since 10:30", Topic.CHANGES, Slots(place=WEB, since_s=90 * 60)),
    ("changes of api in east in the past hour", Topic.CHANGES, Slots(place=FAR, since_s=HOUR_S)),
    ("how much error budget has web left", Topic.BUDGET, Slots(place=WEB)),
    ("budget of web-answers", Topic.BUDGET, Slots(slo="web-answers")),
    ("who owns web?", Topic.OWNER, Slots(place=WEB)),
    ("which past incidents are like inc-4f2a", Topic.SIMILAR, Slots(incident="inc-4f2a")),
    ("have we seen inc-4f2a before?", Topic.SIMILAR, Slots(incident="inc-4f2a")),
    ("who approved the plan of inc-4f2a?", Topic.DEEDS, Slots(incident="inc-4f2a")),
    ("what has been done in inc-4f2a", Topic.DEEDS, Slots(incident="inc-4f2a")),
    ("which runbook fits web", Topic.RUNBOOK, Slots(place=WEB)),
    ("evidence of inc-4f2a", Topic.EVIDENCE, Slots(incident="inc-4f2a")),
    (
        "show evidence k8s-1.2 of inc-4f2a",
        Topic.EVIDENCE,
        Slots(incident="inc-4f2a", evidence="k8s-1.2"),
    ),
]


@pytest.mark.parametrize(("text", "topic", "slots"), QUESTIONS, ids=[item[0] for item in QUESTIONS])
def test_a_question_asks_for_its_topic_and_names_its_slots(
    text: str, topic: Topic, slots: Slots
) -> None:
    asked = recognizing.recognize(text, KNOWN, NOW).asked

    assert asked is not None
    assert asked.topic is topic
    assert asked.slots.model_copy(update={"words": ""}) == slots


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("write me a poem", "I only read"),
        ("what is the meaning of life?", "I can answer"),
        ("¿qué pasa?", "I can answer"),
        ("", "I can answer"),
        ("how is api?", "Which one: prod/api or east/api?"),
        ("status of payments", "I know no service, namespace or objective 'payments'"),
        ("who owns it?", "Of which service?"),
        ("anything similar?", "Of which incident?"),
        ("compare inc-1 and inc-2: any changes?", "One incident at a time: inc-1 or inc-2?"),
    ],
)
def test_what_is_not_clear_is_not_guessed(text: str, said: str) -> None:
    understood = recognizing.recognize(text, KNOWN, NOW)

    assert understood.asked is None
    assert said in understood.reply


def test_what_cannot_be_answered_comes_with_all_that_can() -> None:
    reply = recognizing.recognize("what is the meaning of life?", KNOWN, NOW).reply

    assert reply.startswith("I cannot answer that without a language model. I can answer:")
    assert reply.count("\n- ") >= 8


@pytest.mark.parametrize(
    "order",
    [
        "restart web",
        "please roll back prod/web",
        "Can you approve inc-4f2a?",
        "  scale web to 0",
        "just delete everything",
        "could you please halt",
        "now, drain node-1",
    ],
)
def test_an_order_is_answered_with_who_acts_and_where(order: str) -> None:
    understood = recognizing.recognize(order, KNOWN, NOW)

    assert understood.is_order
    assert understood.asked is None
    assert "I only read" in understood.reply


def test_it_means_what_was_spoken_of_last_and_only_where_it_is_said() -> None:
    before = Asked(topic=Topic.INCIDENT, slots=Slots(incident="inc-4f2a"))

    def slots(text: str) -> Slots:
        asked = recognizing.recognize(text, KNOWN, NOW, before).asked
        assert asked is not None
        return asked.slots.model_copy(update={"words": ""})

    assert slots("why does it wait?") == Slots(incident="inc-4f2a")
    assert slots("why does web wait?") == Slots(place=WEB)
    assert slots("which incidents are open?") == Slots()


@pytest.mark.parametrize("text", ["a" * 2000, "of " * 600, "inc-" * 500, "\x1b[2J\u202e" * 100])
def test_hostile_questions_take_no_time(text: str) -> None:
    many = Known(places=tuple(Place(namespace="n", service=f"s{n}") for n in range(2000)))

    assert recognizing.recognize(text, many, NOW).asked is None
