"""One interview held by a client, live or from its record.

Its record differs from that of a loop in one thing: no turn of a model stands before a call. So running it again is
making the recorded calls again; see `follow`.
"""

from agent.mcp.tools import SKIP, ClientTools, Search, guide
from agent.record.rerun import Rerun
from agent.session import Parts
from prompts import to_model
from tools.grade_answer import Grader
from tools.interview import Step
from tools.planner import Choose
from tools.registry import Registry, ToolCall
from transcripts.events import CommandEvent, EndEvent, EndReason, SessionEvent, ToolCallEvent, ToolResultEvent

LANGUAGES = {"en": "English", "ru": "Russian"}


class ClientInterview:
    """The tools of a client around the state of one interview."""

    def __init__(self, parts: Parts, choose: Choose, grader: Grader, search: Search = lambda _: []) -> None:
        self._parts = parts
        interview, emit = parts.interview, parts.journal.emit
        tools = ClientTools(interview, choose, grader, emit, search).all()
        self._registry = Registry(tools, interview, emit, guide)
        self._unrecorded = Registry(tools, interview, lambda _: None, guide)
        interview.session.tools = self._registry.schemas
        parts.told = instructions(interview.session)

    def call(self, call: ToolCall, *, on_record: bool = True) -> ToolResultEvent:
        """Carry out one call; whose calls they are pays for them, so they are not counted."""
        return (self._registry if on_record else self._unrecorded).call(call, free=True)

    def follow(self, record: Rerun) -> EndReason | None:
        """Make the recorded calls again, up to where no client called any more; a reason where that is the end."""
        while isinstance(call := record.next(), ToolCallEvent):
            self.call(ToolCall(call.id, call.name, call.arguments))
        if isinstance(call, CommandEvent) and call.name == "end_of_input":
            record.emit(CommandEvent(name="end_of_input"))
        over = self._parts.interview.step() is Step.FAREWELL and isinstance(call, EndEvent)
        return "completed" if over else None


def instructions(session: SessionEvent) -> str:
    """What the client's model is told about its part."""
    return to_model(f"client.{session.mode}", language=LANGUAGES[session.held_in])


def is_clients(session: SessionEvent) -> bool:
    """Whether a client held the interview, from its tools."""
    functions = (tool.get("function") for tool in session.tools)
    return any(isinstance(function, dict) and function.get("name") == SKIP for function in functions)
