"""The keys of the player and its line at the bottom. Pure: keys come as names, the line goes out as text."""

from math import inf

from agent.terminal.card import Line, score_text, wrap
from agent.terminal.playhead import Playhead
from prompts import say

NUMBER_WAIT = 1.0  # seconds in which one more digit may follow
MOST_DIGITS = 6

# As prompt-toolkit names them. The Russian letters are those on the same keys: nobody should have to switch layouts.
KEYS = {
    " ": "pause", "c-m": "step", "c-j": "step", "right": "step", "n": "step", "т": "step",
    "left": "back", "p": "back", "з": "back", "]": "next", "ъ": "next", "[": "previous", "х": "previous",
    "+": "faster", "=": "faster", "-": "slower", "_": "slower", "g": "number", "п": "number",
    "?": "help", "h": "help", "р": "help", "c-l": "redraw", "q": "leave", "й": "leave", "c-d": "leave",
    "c-c": "interrupt",
}  # fmt: skip


class Controls:
    """What the keys do to a playhead, beside what they do to the line at the bottom."""

    def __init__(self, head: Playhead) -> None:
        self.head = head
        self.left = False  # before the end
        self.interrupted = False
        self.helping = False
        self.number: str | None = None  # the digits of a question that is being named
        self._until_enter = False  # it was begun with g, so that only Enter ends it
        self.missing: int | None = None  # a number was named that no question has

    @property
    def over(self) -> bool:
        """Whether the player is to close."""
        return self.left or self.head.over

    @property
    def wait(self) -> float | None:
        """Seconds until `tick` is due; None: not before a key is pressed."""
        if self.number is not None:
            return None if self._until_enter else NUMBER_WAIT
        return None if self.helping else self.head.hold

    @property
    def state(self) -> object:
        """Changes whenever the time for what is shown begins anew."""
        return self.head.place, self.head.paused, self.helping, self.number

    def tick(self) -> None:
        """The time is up."""
        self.missing = None
        if self.number is not None:
            self._jump()
        else:
            self.head.tick()

    def press(self, key: str) -> None:
        """Do what a key asks for; unknown keys do nothing, but close what was open."""
        self.missing = None
        if key.isascii() and key.isdigit():
            self._digit(key)
            return
        named, self.number = self.number, None
        was_helping, self.helping = self.helping, False
        action = KEYS.get(key, "")
        if named and action == "step":
            self.number = named
            self._jump()
        elif action == "number":
            self.number, self._until_enter = "", True
        elif action == "help":
            self.helping = not was_helping
        else:
            self._do(action)

    def _digit(self, key: str) -> None:
        """One more digit. Without g the number ends by itself, as soon as no question has one that begins so."""
        if self.number is None:
            self.number, self._until_enter = "", False
        self.helping, self.number = False, (self.number + key)[:MOST_DIGITS]
        last = self.head.questions
        if not self._until_enter and (int(self.number) * 10 > last or len(self.number) >= len(str(last))):
            self._jump()

    def _jump(self) -> None:
        number, self.number = int(self.number or 0), None
        if not self.head.jump(number):
            self.missing = number

    def _do(self, action: str) -> None:
        head = self.head
        match action:
            case "pause":
                head.paused = not head.paused
            case "step":
                head.step()
            case "back":
                head.back()
            case "next":
                head.jump(head.question + 1)
            case "previous":
                head.jump(head.question - 1 or head.question)
            case "faster" | "slower":
                head.change_speed(faster=action == "faster")
            case "redraw":
                head.redraw()
            case "leave" | "interrupt":
                self.left, self.interrupted = True, action == "interrupt"


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
