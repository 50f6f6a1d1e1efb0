"""The keys of the player. Pure: they come as names."""

from agent.player.playhead import Playhead

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
