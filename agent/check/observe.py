"""From the events of an interview to the conduct of its model. Pure: no endpoint, no clock, no file."""

import json
import re
from collections.abc import Sequence

from agent.check.conduct import Conduct
from agent.check.giveaway import given_away
from agent.manners import says_again
from prompts import catalogue
from tools.interview import SPEECH, Interview, Step
from transcripts.events import (
    ErrorEvent,
    Event,
    GradeEvent,
    MessageEvent,
    ModelCallEvent,
    QuestionEvent,
    RepairEvent,
    SessionEvent,
    ToolCallEvent,
    ToolResultEvent,
)

LEAKS = ("announces_score", "judges", "tells_answer", "plays_candidate")  # of the faults that `manners` knows
_SAMPLED_AGAIN = ("nothing said", "bad_sample")  # problems of a turn that only came with another try
_READ_AS_CALL = "read as a call"
_IN_CANDIDATES_PLACE = "plays the candidate"  # cut out before the rest was looked at
_WHY = {  # texts of model.toml that refuse a call, and what they come to
    "arguments": ("tool.not_json", "tool.cut_off", "tool.bad_arguments", "grade.other_id", "reveal.other_id"),
    "unknown_tool": ("tool.unknown",),
    "repeated": ("tool.repeated",),
    "too_many": ("tool.turn_budget", "tool.budget"),
    "not_carried_out": ("tool.interrupted",),
}
_NOT_DUE = "not_due"  # every other refusal


def observe(events: Sequence[Event]) -> Conduct:
    """The conduct of the model in one interview, of which the first event is the session."""
    session = events[0]
    if not isinstance(session, SessionEvent):
        raise TypeError(session.type)
    watch = _Watch(Interview(session))
    for event in events:
        watch.see(event)
    return watch.conduct


class _Watch:
    """Follows the events with the state of the interview beside them, so that it is known what was due at each."""

    def __init__(self, interview: Interview) -> None:
        self.conduct = Conduct()
        self._interview = interview
        self._by_model = False  # whose turn it is that the events belong to
        self._turn: ModelCallEvent | None = None
        self._mended = False
        self._call: ToolCallEvent | None = None
        self._before: tuple[str, str] | None = None  # the call before, without its id
        self._asked = 0  # questions, when the call was made

    def see(self, event: Event) -> None:
        """Take one event in: what it says about the model first, then what it does to the interview."""
        due = self._interview.step()
        match event:
            case ModelCallEvent():
                self._begin(event)
            case RepairEvent():
                self._repaired(event)
            case ErrorEvent():
                self.conduct.rescues[event.kind] += 1
            case ToolCallEvent():
                self._called(event)
            case ToolResultEvent():
                self._answered(event, due)
            case QuestionEvent():
                self._took(Step.FETCH)
            case GradeEvent() if due is Step.GRADE:
                self._took(due)
            case MessageEvent(role="assistant"):
                self._spoke(event.content, due)
        self._interview.apply(event)

    def _took(self, step: Step) -> None:
        (self.conduct.own if self._by_model else self.conduct.by_razbor)[step.value] += 1

    def _begin(self, turn: ModelCallEvent) -> None:
        self._turn, self._mended = turn, False
        self._by_model = bool(turn.dialect)  # the embedded interviewer is asked in none
        if self._by_model:
            self.conduct.turns.append(turn.latency_ms / 1000)
            told = {name: n for name, n in (turn.usage or {}).items() if isinstance(n, int)}
            self.conduct.tokens.update(told | ({"counted": 1} if told else {}))

    def _repaired(self, repair: RepairEvent) -> None:
        if repair.problem == "bad turns in a row":
            self.conduct.rescues["rescues"] += 1
        elif repair.problem in LEAKS:
            self.conduct.leaks[repair.problem] += 1
        elif repair.problem == _IN_CANDIDATES_PLACE:
            self.conduct.leaks["plays_candidate"] += 1
        else:
            self.conduct.repeats["questions"] += repair.problem == "repeats"
            self.conduct.repairs[f"{repair.problem} → {repair.action}"] += 1
        self._mended |= repair.action == _READ_AS_CALL or repair.problem in _SAMPLED_AGAIN

    def _called(self, call: ToolCallEvent) -> None:
        self._by_model &= call.by == "model"
        self._before = (self._call.name, self._call.arguments.strip()) if self._call else None
        self._call, self._asked = call, len(self._interview.attempts)

    def _answered(self, result: ToolResultEvent, due: Step) -> None:
        if result.ok and due is Step.REVEAL and result.name == due:
            self._took(due)
        if not self._by_model:
            return
        if result.ok:
            self.conduct.calls["valid" if not self._mended and self._as_it_came() else "mended"] += 1
            again = result.name == Step.FETCH and len(self._interview.attempts) == self._asked
            self.conduct.repeats["questions"] += again
        else:
            why = self._why(result.content)
            self.conduct.calls["refused"] += 1
            self.conduct.refused[why] += 1
            self.conduct.repeats["calls"] += why == "repeated"

    def _as_it_came(self) -> bool:
        """Whether the call was the model's to the letter, and JSON as it should be."""
        if self._turn is None or self._call is None:
            return False
        reply = self._turn.reply
        if not reply.tool_calls:  # an action in JSON, which then is the whole turn
            return _is_object(reply.content)
        made = [(call.name, call.arguments) for call in reply.tool_calls]
        return (self._call.name, self._call.arguments) in made and _is_object(self._call.arguments)

    def _why(self, content: str) -> str:
        error = str(json.loads(content).get("error", ""))
        found = next((why for why, keys in _WHY.items() if any(_says(key, error) for key in keys)), _NOT_DUE)
        same = self._call is not None and (self._call.name, self._call.arguments.strip()) == self._before
        return "repeated" if found == "not_carried_out" and same else found

    def _spoke(self, words: str, due: Step) -> None:
        if due in SPEECH:
            self._took(due)
        if not self._by_model:
            return
        if given_away(words, self._interview.attempts):
            self.conduct.leaked.append(words)
        attempt = self._interview.current
        self.conduct.repeats["questions"] += (
            due is Step.FOLLOW_UP and attempt is not None and says_again(words, attempt)
        )


def _says(key: str, error: str) -> bool:
    """Whether an error is the text of the catalogue under this key, whatever stands in its blanks."""
    pattern = re.sub(r"\\{\w+\\}", ".*", re.escape(str(catalogue("model")[key]).replace("{{", "{").replace("}}", "}")))
    return re.fullmatch(pattern, error, re.DOTALL) is not None


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text or "{}"), dict)
    except (ValueError, RecursionError):
        return False
