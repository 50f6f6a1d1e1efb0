"""Transcripts that something is wrong with: those that are refused, and those that are read and must do no harm."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

Events = list[dict[str, Any]]

PATH = Path(__file__).parents[2] / "transcripts" / "examples" / "en-practice.jsonl"
GOOD = PATH.read_bytes()
LINES = GOOD.splitlines(keepends=True)
NEXT = len(LINES) + 1  # the number of a line behind them
EVIL = "\x1b]52;c;QUJD\x07\x1b[2J\x9b31m\u202e\u2066<script>alert(1)</script>\x00\r../../etc/passwd\n# x"
DEEP = b"[" * 60 + b"]" * 60


def events() -> Events:
    return [json.loads(line) for line in LINES]


def dump(edited: Events) -> bytes:
    return b"".join(json.dumps(event | {"seq": number}).encode() + b"\n" for number, event in enumerate(edited))


def first(edited: Events, kind: str) -> dict[str, Any]:
    return next(event for event in edited if event["type"] == kind)


def where(edited: Events, kind: str) -> int:
    return edited.index(first(edited, kind))


def changed(kind: str, **fields: Any) -> bytes:
    """The example with fields of its first event of a type changed."""
    edited = events()
    first(edited, kind).update(fields)
    return dump(edited)


def raw(old: bytes, new: bytes) -> bytes:
    """The example with the first occurrence of some bytes replaced."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def inserted(at: int, *more: dict[str, Any]) -> bytes:
    return dump([*events()[:at], *more, *events()[at:]] if at >= 0 else [*events(), *more])


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {  # name: bytes, and what the one line of the error says
    "binary": (lambda: bytes(range(256)) * 99, ":1: not an event"),
    "nul": (lambda: GOOD + b"\0" * 999 + b"\n", f":{NEXT}: not an event"),
    "utf-16": (lambda: GOOD.decode().encode("utf-16"), ":1: not an event"),
    "reordered": (lambda: b"".join([LINES[0], LINES[2], LINES[1], *LINES[3:]]), "out of order"),
    "line-lost": (lambda: b"".join(LINES[:9] + LINES[10:]), ":10: event 10 is out of order"),
    "line-doubled": (lambda: b"".join([*LINES[:9], LINES[8], *LINES[9:]]), "out of order"),
    "two-files-in-one": (lambda: GOOD + GOOD, f":{NEXT}: event 0 is out of order"),
    "two-sessions": (lambda: inserted(20, events()[0]), ":21: event 20 is out of order"),
    "no-session": (lambda: dump(events()[1:]), "first event is not a session"),
    "format-2": (lambda: raw(b'"format": 1', b'"format": 2'), "Update razbor"),
    "format-evil": (lambda: changed("session", format=EVIL * 99), "Update razbor"),
    "deep": (lambda: GOOD + b"[" * 500_000 + b"\n", f":{NEXT}: not an event"),
    "deep-inside": (lambda: raw(b'"latency_ms"', b'"usage": {"a": ' + DEEP + b'}, "latency_ms"'), "not an event"),
    "deep-unknown": (lambda: raw(b'"seed"', b'"new": ' + DEEP + b', "seed"'), ":1: not an event"),
    "huge-number": (lambda: raw(b'"seed": ', b'"seed": ' + b"9" * 5000), ":1: not an event"),
    "score-nan": (lambda: changed("grade", score=float("nan")), "'score'"),
    "score-1e9": (lambda: changed("grade", score=1e9), "'score'"),
    "score-1e999": (lambda: raw(b'"score": ', b'"score": 1e999, "x": '), "'score'"),
    "score-negative": (lambda: changed("grade", score=-3), "'score'"),
    "mean-nan": (lambda: changed("end", mean_score=float("nan")), "'mean_score'"),
    "asked-1e4299": (lambda: changed("end", asked=10**4299), "'asked'"),
    "questions-1e99": (lambda: changed("session", questions=10**99), "'questions'"),
    "seq-huge": (lambda: GOOD + b'{"type": "x", "seq": 1' + b"0" * 4299 + b"}\n", "out of order"),
    "long-id": (lambda: changed("session", id="x" * 10_000), "'id'"),
    "verdict-off-menu": (lambda: raw(b'"verdict": "covered"', b'"verdict": "\\u001b[2J"'), "'key_points."),
    "evil-type": (lambda: GOOD + json.dumps({"type": EVIL, "seq": []}).encode() + b"\n", "'seq'"),
    "question-evil": (lambda: changed("question", question={EVIL: EVIL}), ":7: the field"),
}


def _evil(edited: Events) -> None:
    for event in edited[:-1]:
        for name, value in event.items():
            if isinstance(value, str) and name not in ("type", "lang", "mode", "role", "by", "status", "verdict"):
                event[name] = EVIL + value


def _surrogates(edited: Events) -> None:
    for event in edited:
        if event["type"] == "message":
            event["content"] = "\ud800" + event["content"]


def _evil_question(edited: Events) -> None:
    question = first(edited, "question")["question"]
    question.update(en={}, ru={}, tips=[EVIL], key_points=[EVIL] * 8, **dict.fromkeys(("prompt", "breakdown"), EVIL))


def _evil_grade(edited: Events) -> None:
    grade = first(edited, "grade")
    for line in grade["key_points"] + grade["mistakes"]:
        line.update(id=EVIL, text=EVIL, quote=EVIL)
    grade.update(grader={"name": EVIL, "version": EVIL, "model": EVIL}, notes=[EVIL], disagreed=[EVIL], tips=[EVIL])


def _foreign_quote(edited: Events) -> None:
    first(edited, "grade")["key_points"][0].update(verdict="covered", quote="words that nobody said")


def _unknown_key_point(edited: Events) -> None:
    first(edited, "question")["question"]["mistakes"][0].update(kind="omission", key_points=["kp99"])


def _tokens(edited: Events) -> None:
    odd: list[Any] = ["9", [], 10**4000, -1, 1.5, None, {}]
    for number, event in enumerate(event for event in edited if event["type"] == "model_call"):
        event["usage"] = {"prompt_tokens": odd[number % 7], "completion_tokens": odd[-(number % 7)], "x": EVIL}


def _tool_arguments(edited: Events) -> None:
    for event in edited:
        for call in event.get("reply", {}).get("tool_calls", ()):
            call["arguments"] = "[" * 100_000


def _without(kind: str) -> Callable[[Events], None]:
    def edit(edited: Events) -> None:
        edited[:] = [event for event in edited if event["type"] != kind]

    return edit


def _first(kind: str, **fields: Any) -> Callable[[Events], None]:
    return lambda edited: first(edited, kind).update(fields)


def _put(at: int, *more: dict[str, Any]) -> Callable[[Events], None]:
    def edit(edited: Events) -> None:
        edited[at:at] = deepcopy(list(more))

    return edit


def _moved_grade(edited: Events) -> None:
    edited.insert(1, edited.pop(where(edited, "grade")))


def _times(edited: Events) -> None:
    for number, event in enumerate(edited):
        event["time"] = ["", "yesterday", "2020-01-01T00:00:00Z", "9999-99-99T99", EVIL, "-1"][number % 6]


def _usage(edited: Events) -> None:
    edited[-1]["usage"] = {"counted": EVIL, "requests": [EVIL], "lang": 1, "prompt_tokens": float("nan")}


_QUESTION = "kubernetes-primitives"
_WORDS = {"type": "message", "role": "user", "content": "one thing more"}
_DISPUTE = {"type": "dispute", "line": "m99", "verdict": "committed", "reason": EVIL}

# name: the edit, and whether `replay --verify` must find a difference
HARMLESS: dict[str, tuple[Callable[[Events], None], bool]] = {
    "evil-everywhere": (_evil, True),
    "surrogates": (_surrogates, False),
    "evil-question": (_evil_question, True),
    "evil-grade": (_evil_grade, False),
    "evil-usage": (_usage, False),
    "unknown-type": (_put(9, {"type": EVIL, "x": {"lang": 1}}, {"type": ""}), False),
    "unknown-fields": (_first("grade", model_dump=1, self=2, lines=3, __class__="x", __dict__={}), False),
    "grade-never-asked": (_first("grade", question="never-asked"), True),
    "grade-before-its-question": (_moved_grade, True),
    "grade-without-lines": (_first("grade", key_points=[], mistakes=[]), True),
    "grade-better": (_first("grade", score=10), True),
    "graded-without-score": (_first("grade", score=None), True),
    "regrade-of-nothing": (_first("grade", regrade_of=10**9), False),
    "foreign-quote": (_foreign_quote, True),
    "result-without-call": (_without("tool_call"), False),
    "call-without-result": (_without("tool_result"), True),
    "no-questions": (_without("question"), True),
    "no-model-calls": (_without("model_call"), True),
    "unknown-key-point": (_unknown_key_point, False),
    "odd-tokens": (_tokens, False),
    "arguments-deep": (_tool_arguments, True),
    "dispute-unknown": (_put(-1, _DISPUTE | {"question": _QUESTION}, _DISPUTE | {"question": "no"}), True),
    "end-in-the-middle": (_put(20, events()[-1]), True),
    "words-after-the-end": (_put(99, _WORDS), False),
    "two-ends": (_put(99, events()[-1]), True),
    "questions-1e9": (_first("session", questions=10**9, max_steps=10**9), True),
    "no-steps": (_first("session", max_steps=0, questions=0), True),
    "total-0": (_first("question", total=0, number=0), True),
    "interrupted-at-once": (_put(1, {"type": "command", "name": "interrupt"}), False),
    "empty-commands": (_put(9, *({"type": "command", "name": name} for name in ("", " ", "/", EVIL))), False),
    "times": (_times, False),
    "id-is-a-path": (_first("session", id="../../" + EVIL), False),
}


def harmless(name: str) -> bytes:
    edited = events()
    HARMLESS[name][0](edited)
    return dump(edited)
