"""The desk at which a client is served: one interview after the other, each with its transcript and a place in memory.

Not thread-safe: all of it is made and called in one thread.
"""

from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from agent.candidate import MAX_ANSWER, is_too_long
from agent.config import Value, transcripts_folder
from agent.hold import Disk
from agent.loop import close
from agent.mcp.client_interview import ClientInterview
from agent.mcp.tools import FOUND, SEARCH
from agent.pool import Pool
from agent.printable import printable
from agent.recollection import Recollection
from agent.resources import open_bank, open_grader
from agent.session import Journal, Parts, assemble, begin, end, new_session
from agent.terminal.card import Line
from agent.terminal.screen import Screen
from agent.terminal.status import Status
from prompts import to_model
from tools.interview import Step
from tools.planner import Past
from tools.question import Lang, Question
from tools.registry import ToolCall, fit
from transcripts.errors import InputError
from transcripts.events import EndEvent, Event, SessionEvent, ToolResultEvent
from transcripts.recorder import Recorder


class Answer(NamedTuple):
    """What a call brings: texts, the first of them JSON for the model, others for the candidate as they stand."""

    texts: list[str]
    ok: bool


@dataclass
class Held:
    """An interview that a client holds, with its transcript open."""

    client: ClientInterview
    parts: Parts
    recorder: Recorder
    shown: list[Line]  # what a terminal would show now


class Desk:
    """Everything that a client's calls need. InputError where the flags ask for what is not there."""

    def __init__(self, flags: Namespace, settings: Mapping[str, Value]) -> None:
        self._flags = flags
        self._settings: dict[str, Any] = {name: value.value for name, value in settings.items()} | {"time": None}
        self.lang: Lang = self._settings["lang"]
        self._bank = open_bank(flags, self.lang)
        self._pool = Pool(self._bank, flags)
        self._grader = open_grader(settings, Status(self.lang, live=False, quiet=flags.quiet).tell)
        self._memory = Recollection(self.lang)
        self._held: Held | None = None
        self._calls = 0
        self._idle, parts = self._client(
            self._session(""), Journal(), Past()
        )  # answers what is asked between interviews
        self.instructions = parts.told
        self.tools = parts.interview.session.tools

    def call(self, client: str, name: str, arguments: str) -> Answer:
        """Carry out a call of this client; `arguments` is raw text. What is wrong with it is in the answer."""
        self._calls += 1
        call = ToolCall(f"mcp{self._calls:05d}", name, arguments)
        if is_too_long(arguments):
            told = to_model("client.too_long", kilobytes=MAX_ANSWER // 1024)
            return Answer([fit({"ok": False, "error": told})], ok=False)
        if self._held is None and name == Step.FETCH:
            self._begin(client)
        if self._held is None:
            return _answer(self._idle.call(call, on_record=False))
        if name == SEARCH:
            return _answer(self._held.client.call(call, on_record=False))
        return self._on_record(self._held, call)

    def close(self) -> None:
        """The client is gone: what is open comes to its end."""
        if self._held:
            parts = self._held.parts
            end(parts, close(parts))
            self._put_away(self._held)

    def _on_record(self, held: Held, call: ToolCall) -> Answer:
        held.shown.clear()
        result = held.client.call(call)
        interview = held.parts.interview
        if interview.step() is Step.FAREWELL:
            end(held.parts, "completed")
        if interview.over or not interview.attempts:
            self._put_away(held)
        return _answer(result, held.shown)

    def _begin(self, client: str) -> None:
        past = self._memory.past()
        session = self._session(client)
        recorder = Recorder.create(transcripts_folder() / f"{session.id}.jsonl")
        held, parts = self._client(session, Journal([Disk(recorder).write]), past)
        shown: list[Line] = []
        screen = Screen(parts.interview, shown.extend)
        parts.journal.listeners.append(lambda event: _show(screen, event))
        begin(parts)
        self._held = Held(held, parts, recorder, shown)

    def _put_away(self, held: Held) -> None:
        """The transcript is complete; one of an interview that had no question goes."""
        self._held = None
        held.recorder.close()
        if held.parts.interview.attempts:
            self._memory.keep()
        else:
            held.recorder.path.unlink(missing_ok=True)

    def _session(self, client: str) -> SessionEvent:
        settings = self._settings | {"questions": self._pool.asked(self._settings["questions"])}
        session = new_session(self._flags.seed, settings, self._pool.size, None, self._grader)
        return session.model_copy(update={"model": client})

    def _client(self, session: SessionEvent, journal: Journal, past: Past) -> tuple[ClientInterview, Parts]:
        """A new interview, of which nothing is on record."""
        session, choose = self._pool.deal(session, past)
        parts = assemble(session, choose, self._grader, journal)
        return ClientInterview(parts, choose, self._grader, self._search), parts

    def _search(self, words: str) -> list[Question]:
        """The best matches; one whose file is gone is none."""
        found: list[Question] = []
        for head in self._pool.search(words)[:FOUND]:
            with suppress(InputError):
                found.append(self._bank.get(head.id))
        return found


def client_name(name: str, version: str) -> str:
    """Who interviews, on record: a name that a terminal can show, and that is no model of an endpoint."""
    words = " ".join(printable(f"{name[:100]} {version[:40]}").split())
    return f"{words or '?'} (MCP)"


def _show(screen: Screen, event: Event) -> None:
    """Of what a terminal shows, the client's candidate gets score cards, breakdowns and the summary."""
    if isinstance(event, ToolResultEvent | EndEvent):
        screen.show(event)


def _answer(result: ToolResultEvent, shown: list[Line] | None = None) -> Answer:
    lines = [printable("".join(text for _, text in line)).rstrip() for line in shown or ()]
    plain = "\n".join(lines).strip("\n")
    return Answer([result.content, *([plain] if plain else [])], result.ok)
