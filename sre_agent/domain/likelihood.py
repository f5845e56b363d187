"""Probabilities for people: what is not certain is never called certain."""


def in_percent(probability: float) -> str:
    """Return a probability from 0 to 1 in whole percent; ">99%" and "<1%" where those would lie."""
    told = f"{probability:.0%}"
    if told == "100%" and probability < 1.0:
        return ">99%"
    return "<1%" if told == "0%" and probability > 0.0 else told
