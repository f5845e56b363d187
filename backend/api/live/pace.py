"""How often and how long, in seconds: what following live waits for."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The waits of all connections of a process."""

    ping_s: float = 20.0
    """How long a connection is silent at most."""

    send_s: float = 10.0
    """How long one frame may take until the other side is too slow."""

    farewell_s: float = 5.0
    """How long the other side may take to hear why it is left."""

    recheck_s: float = 5.0
    """How long a session or token that ended goes on being told, at most."""

    pulse_s: float = 1.0
    """How often the API that tells the others over Redis says that it is there."""

    silence_s: float = 3.0
    """After so long without a pulse nobody tells, and each API listens itself."""

    sweep_s: float = 5.0
    """How long a wake-up that was lost can go unnoticed by those who follow an incident."""

    feed_sweep_s: float = 15.0
    """The same for those who follow the feed."""

    feed_pause_s: float = 0.25
    """An incident that changes all the time is told of this often."""
