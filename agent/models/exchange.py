"""One request and its reply; what may go away by itself is waited out. The only retry there is."""

import time
from collections import Counter
from collections.abc import Callable

from tenacity import Retrying

from agent.models.failure import TRANSIENT, EndpointError
from agent.models.patience import Patience, Tell
from agent.models.reply import Accumulator
from agent.models.wire import Wire
from transcripts.events import Json, Reply


class Exchange:
    """Requests over one wire. `tell` says on screen what is being waited for; without `patient` nothing is retried.

    `failures` counts the requests that did not go through, by kind.
    """

    def __init__(
        self, wire: Wire, tell: Tell, sleep: Callable[[float], None] = time.sleep, *, patient: bool = True
    ) -> None:
        self.wire = wire
        self.tell = tell
        self._sleep = sleep
        self._patient = patient
        self.failures = Counter[str]()
        self.watch: Callable[[str], None] | None = None  # sees the text of a turn grow

    def send(self, body: Json) -> tuple[Reply, Json]:
        """The reply to a request, and what it used. Raises EndpointError when none can be had."""
        if not self._patient:
            return self._counted(body)
        patience = Patience(self.tell, answered=self.wire.answered)
        retrying = Retrying(
            retry=patience.again, wait=patience.wait, stop=patience.stop, before_sleep=patience.show,
            sleep=self._sleep, reraise=True,
        )  # fmt: skip
        return retrying(self._counted, body)

    def _counted(self, body: Json) -> tuple[Reply, Json]:
        try:
            return self._once(body)
        except EndpointError as error:
            self.failures[error.kind] += error.kind in TRANSIENT
            raise

    def _once(self, body: Json) -> tuple[Reply, Json]:
        """One request, from open to last byte."""
        self.tell("wait.model")
        turn = Accumulator()
        with self.wire.chat(body) as chunks:
            for chunk in chunks:
                turn.add(chunk)
                if self.watch:
                    self.watch(turn.content)
                if turn.rambling:
                    break
        if not turn.answered:
            raise EndpointError("no_response", "200 without an answer")
        if turn.cut_off:
            raise EndpointError("cut", "the reply ended in the middle")
        self.wire.answered = True
        return turn.reply(), turn.usage or {}
