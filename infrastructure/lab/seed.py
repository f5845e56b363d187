"""Draw names from a seed: the same seed gives the same names on every machine."""

from collections.abc import Sequence
from random import Random

_NOUN_LIST = (
    "heron cedar lantern harbor falcon maple quartz juniper otter beacon cobalt willow comet "
    "saffron badger glacier thistle raven marble orchid tundra magnet pebble walnut cricket "
    "meadow copper lichen anchor sparrow canyon ginger velvet bramble hazel dolphin ember fjord "
    "garnet ivory jasmine kelp lotus mango nectar"
)

_ADJECTIVE_LIST = (
    "amber brisk calm dapper early fond gentle hardy ideal jolly keen lively merry noble open "
    "plain quiet rapid sturdy tidy urban vivid warm young"
)

NOUNS = tuple(_NOUN_LIST.split())
ADJECTIVES = tuple(_ADJECTIVE_LIST.split())


def nouns(seed: int, count: int) -> tuple[str, ...]:
    """Return distinct nouns; neighbouring seeds share none.

    The list is walked in steps of `count`, and the step is then shuffled, so that no noun stays
    with one role.
    """
    start = (seed * count) % len(NOUNS)
    drawn = [NOUNS[(start + offset) % len(NOUNS)] for offset in range(count)]
    Random(seed).shuffle(drawn)
    return tuple(drawn)


def pick(seed: int, salt: int, choices: Sequence[str]) -> str:
    """Return one of the choices; neighbouring seeds and different salts pick different ones."""
    return choices[(seed + 7 * salt) % len(choices)]
