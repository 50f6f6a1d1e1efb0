"""A paste at a terminal that does not say that it is one: its line breaks come as Enter, many at once."""

import select
import time

from prompt_toolkit.key_binding import KeyPressEvent
from prompt_toolkit.keys import Keys

WITHIN = 0.2  # seconds between what is read of one paste
FEWEST = 2  # line breaks still to come: a line typed ahead, and sent, has one


class Paste:
    """Tells at each Enter whether it belongs to a paste."""

    def __init__(self) -> None:
        self._last = float("-inf")  # when an Enter did

    def goes_on(self, event: KeyPressEvent) -> bool:
        """Whether this Enter is a line break in the midst of a paste."""
        keys = [press.key for press in event.app.key_processor.input_queue if press.key is not Keys.CPRResponse]
        breaks = sum(key in (Keys.ControlM, Keys.ControlJ) for key in keys)
        begun = time.monotonic() - self._last < WITHIN
        if breaks < FEWEST and not (begun and (keys or _is_more_to_read(event))):
            return False
        self._last = time.monotonic()
        return True


def _is_more_to_read(event: KeyPressEvent) -> bool:
    """Whether more has come; what the terminal answers to the question of where its cursor is was not typed."""
    try:
        return not event.app.renderer.waiting_for_cpr and bool(select.select([event.app.input.fileno()], [], [], 0)[0])
    except OSError:  # Windows knows this of sockets only
        return False
