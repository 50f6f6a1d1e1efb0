"""How long to wait for what, when a request did not go through: the rules for tenacity, within one request."""

from collections.abc import Callable

from tenacity import RetryCallState

from agent.models.failure import TRANSIENT, EndpointError

ATTEMPTS = 5
FEWER = {"no_response": 2, "timeout": 2, "unreachable": 2}  # the latter only as long as the endpoint has never answered
LOADING = 180.0  # seconds to wait for a model that is being loaded
LOADING_STEP = 2.0
LONGEST_WAIT = 60.0  # seconds; a server that asks for more is not waited for
BACK_OFF, MOST_BACK_OFF = 0.5, 20.0

Tell = Callable[..., None]  # tell(key, **values): what is being waited for; tell("") when nothing is


class Patience:
    """For one request. `answered`: the endpoint has given a turn before, so it is worth more tries."""

    def __init__(self, tell: Tell, *, answered: bool) -> None:
        self._tell = tell
        self._answered = answered
        self._failures = 0

    def again(self, state: RetryCallState) -> bool:
        """Whether this failure may go away by itself. tenacity asks this first, so failures are counted here."""
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, EndpointError) or error.kind not in TRANSIENT:
            return False
        self._failures += error.kind != "loading"
        return True

    def stop(self, state: RetryCallState) -> bool:
        """Whether that was the last try."""
        error = _failure(state)
        if error.kind == "loading":
            return (state.seconds_since_start or 0) > LOADING
        fewer = error.kind in FEWER and not (error.kind == "unreachable" and self._answered)
        attempts = FEWER[error.kind] if fewer else ATTEMPTS
        return self._failures >= attempts or (error.retry_after or 0) > LONGEST_WAIT

    def wait(self, state: RetryCallState) -> float:
        """Seconds until the next try: as the server asks; none after a first broken connection; else 0.5·2ⁿ."""
        error = _failure(state)
        if error.kind == "loading":
            return LOADING_STEP
        if error.retry_after is not None:
            return error.retry_after
        if self._failures == 1 and error.kind in ("unreachable", "cut", "no_response"):
            return 0.0  # a kept-alive socket that the server has closed meanwhile
        return float(min(BACK_OFF * 2 ** (self._failures - 1), MOST_BACK_OFF))

    def show(self, state: RetryCallState) -> None:
        """Say what is waited for."""
        error = _failure(state)
        seconds = state.next_action.sleep if state.next_action else 0.0
        if seconds:
            self._tell(f"wait.{error.kind}", seconds=max(round(seconds), 1), detail=error.detail)


def _failure(state: RetryCallState) -> EndpointError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, EndpointError):
        raise TypeError(error)
    return error
