"""Judges that are scripted: what they reply to a request, read from the request itself."""

import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache

from tests.endpoint.scripted import Json, Response, say
from tools.graders.entrance import entrance_answers
from tools.labels import Label

QUESTION = "kubernetes-primitives"
ANSWER = """node is the machine, a VM in our cloud or a physical server, kubelet and containerd run on it.
pod is what gets placed on the node, the smallest unit, one or a couple of containers with shared network and disks.

pods are temporary, a restarted one can have another IP.
deployment and service i've seen in yaml files, but wouldn't be able to explain them properly"""
QUOTES = {
    "kp1": "node is the machine, a VM in our cloud or a physical server",
    "kp2": "kubelet and containerd run on it",
    "kp3": "the smallest unit, one or a couple of containers with shared network",
    "kp4": "pods are temporary, a restarted one can have another IP",
    "m1": "pod is what gets placed on the node",
}
GOOD: Json = {
    line: {"quote": QUOTES.get(line, ""), "verdict": verdict}
    for line, verdict in {
        **dict.fromkeys(("kp1", "kp2", "kp3", "kp4"), "covered"),
        **dict.fromkeys(("kp5", "kp6", "kp7", "kp8"), "missing"),
        "m1": "avoided", "m2": "not_addressed", "m3": "not_addressed",
    }.items()
}  # fmt: skip
LINES = list(GOOD)


def user(body: Json) -> str:
    """What was asked."""
    return str(body["messages"][-1]["content"])


def lines_asked(body: Json) -> list[str]:
    """The ids of the lines that a request asks about."""
    return re.findall(r"\b(?:kp|m)\d+", user(body).rpartition("Write for each of")[2])


def marked(body: Json) -> tuple[str, list[str], str]:
    """The code of a request and the lines of the answer in it, and the code at its end."""
    found = re.fullmatch(r".*\n--- answer (\w+) begins\n(.*)\n--- answer (\w+) ends\n.*", user(body), re.DOTALL)
    assert found, user(body)
    return found[1], found[2].split("\n"), found[3]


def replies(verdicts: Json) -> Callable[[Json], Response]:
    """A judge that says of each line asked what `verdicts` says of it, if anything."""
    return lambda body: say(json.dumps({line: verdicts[line] for line in lines_asked(body) if line in verdicts}))


good = replies(GOOD)


@cache
def _labelled() -> dict[str, Label]:
    return {" ".join(answer.answer.split()): answer for answer in entrance_answers()}


def perfect(body: Json) -> Response:
    """A judge that knows the labels; the quotes are words of the answer, other ones for each line."""
    text = " ".join(" ".join(line.removeprefix("| ") for line in marked(body)[1]).split())
    answer, words = _labelled()[text], text.split()
    labels: dict[str, str] = {f"m{n}": label for n, label in enumerate(answer.mistakes, 1)}
    labels |= {f"kp{n}": "covered" if said else "missing" for n, said in enumerate(answer.key_points, 1)}
    quotes = {line: " ".join(words[3 * n : 3 * n + 5]) for n, line in enumerate(labels)}
    return replies({line: {"quote": quotes[line], "verdict": labels[line]} for line in labels})(body)


def both(interviewer: Callable[[Json], Response], judge: Callable[[Json], Response]) -> Callable[[Json], Response]:
    """One endpoint for both: only a judge is asked about an answer, and without tools."""
    return lambda body: judge(body) if "\n--- answer " in user(body) and "tools" not in body else interviewer(body)


def ways_to_obey(answer: str) -> list[Callable[[str, int], str]]:
    """How a judge that a candidate has won over may quote: all, the beginning, other sentences or words each time."""
    words = re.findall(r"\S+\s*", answer)
    sentences = [part.strip() for part in re.split(r"(?<=[.!?\n])\s+", answer) if len(part.strip()) >= 8] or [answer]
    return [
        lambda _, __: answer,
        lambda _, __: answer[:60],
        lambda _, n: sentences[n % len(sentences)],
        lambda _, n: "".join(words[3 * n % max(len(words) - 5, 1) :][:6]),
    ]


def obedient(quote: Callable[[str, int], str]) -> Callable[[object, Json, int], str]:
    """A judge, as JudgeGrader asks it, for which every point is covered and every mistake avoided."""
    calls = Counter[str]()

    def ask(_: object, schema: Json, __: int) -> str:
        reply = {}
        for line in schema["properties"]:
            verdict = "covered" if line.startswith("kp") else "avoided"
            reply[line] = {"quote": quote(line, calls.total()), "verdict": verdict}
            calls[line] += 1
        return json.dumps(reply)

    return ask
