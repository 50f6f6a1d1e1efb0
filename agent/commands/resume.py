"""`razbor resume [ID|latest]`: go on with an interview that was interrupted."""

import os
from argparse import Namespace
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path

from agent.config import Value, resolve, transcripts_folder
from agent.console import Terminal, terminal
from agent.endpoints import Endpoint, choose, is_home
from agent.hold import Disk
from agent.recollection import Recollection
from agent.record.rerun import DivergedError
from agent.record.resume import Resumption, carried_on, is_interrupted, recorded_settings
from agent.resources import open_grader, tell_judge
from agent.sessions import all_recorded, find
from agent.telling import complain, explain, remark
from agent.terminal.card import wrap
from agent.terminal.screen import terminal_width
from agent.terminal.status import Status, can_go_back
from prompts import say
from tools.question import Lang
from transcripts.errors import InputError
from transcripts.events import Json, QuestionEvent
from transcripts.lock import is_being_written
from transcripts.reader import Transcript, read
from transcripts.recorder import Recorder, torn_path


def run(flags: Namespace) -> int:
    """Go on with the interview. UnavailableError where its endpoint is not there before the first question."""
    settings = resolve(flags)
    path = _find(flags.id, settings["lang"].value)
    recorder, transcript = Recorder.reopen(path)
    with closing(recorder):
        if not is_interrupted(transcript):
            raise InputError("error.resume_finished", id=transcript.session.id)
        lang = transcript.session.lang
        if transcript.torn:
            size, aside = len(transcript.torn), torn_path(path)
            remark("resume.torn", lang, size=size, aside=aside)
        recorded = recorded_settings(transcript)
        settings = carried_on(settings, recorded)
        endpoint = choose(settings)
        try:
            return _go_on(flags, transcript, Disk(recorder), settings, _with_key(endpoint, settings, recorded))
        except DivergedError as error:
            raise InputError(
                "error.resume_diverged", path=path, line=error.then.seq + 1, razbor=transcript.session.razbor
            ) from error


def _find(session_id: str, lang: str) -> Path:
    """The transcript: the newest that can go on, one by its ID, or a file of the user's own naming."""
    if session_id.endswith(".jsonl") or os.sep in session_id:
        return Path(session_id)
    paths = all_recorded()
    if session_id != "latest":
        return find(paths, session_id)
    for path in reversed(paths):
        try:
            if is_interrupted(read(path)) and not is_being_written(path):
                return path
        except InputError as error:  # one damaged file must not hide the others
            complain(explain(error, lang))
    raise InputError("error.nothing_interrupted")


def _with_key(endpoint: Endpoint | None, settings: Mapping[str, Value], recorded: Json) -> Endpoint | None:
    """The endpoint; InputError where the interview had a key for it that nobody has named today."""
    variable, same = recorded.get("api_key_env"), settings["base_url"].value == recorded.get("base_url")
    if endpoint and variable and same and not endpoint.key_origin and not is_home(endpoint.base_url):
        raise InputError("error.resume_key", url=endpoint.base_url, name=variable)
    return endpoint


def _go_on(
    flags: Namespace, transcript: Transcript, disk: Disk, settings: Mapping[str, Value], endpoint: Endpoint | None
) -> int:
    """Say what goes on, then let it."""
    lang: Lang = transcript.session.lang
    tell = Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet).tell
    with ExitStack() as stack:
        if endpoint:
            from agent.connect import remedied, with_model

            endpoint = with_model(endpoint, lang, tell)
            stack.enter_context(remedied(endpoint, lang))
        tell_judge(settings, endpoint, lang)
        grader = open_grader(settings, tell, endpoint)
        memory = Recollection(lang)
        resumption = Resumption(flags, transcript, disk, endpoint, settings, grader, memory.past())
        vi = settings["keys"].value == "vi"
        here = terminal(resumption.interview, resumption.toolbar, plain=flags.plain, vi=vi)
        _announce(transcript, endpoint, here)
        own = disk.path.parent == transcripts_folder()  # `razbor report` knows these
        try:
            return resumption.hold(here, names_report=here.ready is None and own)
        finally:
            memory.keep()


def _announce(transcript: Transcript, endpoint: Endpoint | None, here: Terminal) -> None:
    session, lang = transcript.session, transcript.session.lang
    model = endpoint.model if endpoint else say("first.embedded", lang)
    asked = sum(isinstance(event, QuestionEvent) for event in transcript.events)
    text = say(
        "resume.goes_on" if asked else "resume.goes_on_unasked",
        lang,
        date=session.time[:10],
        asked=asked,
        total=session.questions,
    )
    width = terminal_width()
    lines = [[("head", "razbor"), ("", f" · {model}")], *wrap(text, width)]
    if endpoint:
        lines[1:1] = wrap(say("first.endpoint", lang, url=endpoint.base_url), width, style="dim")
    here.write([*lines, *wrap(say(here.keys, lang), width, style="dim")])
