"""The line at the bottom of the player, and above it the list of keys. Pure."""

from math import inf

from agent.player.controls import Controls
from agent.terminal.card import Line, score_text, wrap
from prompts import say


def footer(controls: Controls, lang: str, columns: int) -> list[Line]:
    """The line at the bottom, as much of it as fits in `columns`; above it the list of keys, if it is wanted."""
    parts = _parts(controls, lang)
    while len(" · ".join(parts)) > columns and len(parts) > 1:
        parts.pop()
    status: Line = [("dim", " · ".join(parts)[:columns])]
    keys = wrap(say("player.keys", lang), columns, indent="  ", style="dim") if controls.helping else []
    return [*([[]] if keys else []), *keys, status]


def _parts(controls: Controls, lang: str) -> list[str]:
    head = controls.head
    if controls.number is not None:
        return [say("player.number", lang, number=controls.number), say("player.count", lang, count=head.questions)]
    if controls.missing is not None:
        return [say("player.missing", lang, number=controls.missing), say("player.count", lang, count=head.questions)]
    place = say("player.question", lang, number=head.question, count=head.questions)
    go_on = "player.hint_play" if head.paused else "player.hint_pause"
    state = "player.end" if head.at_end else "player.paused" if head.paused else "player.playing"
    return [
        place if head.question else say("player.count", lang, count=head.questions),
        say(state, lang),
        say("player.speed", lang, speed="max" if head.speed == inf else score_text(head.speed, lang)),
        say("player.hint_keys", lang),
        say("player.hint_leave", lang),
        say(go_on, lang),
        say("player.hint_step", lang),
    ]
