"""Files of every kind that razbor reads, with a text put wherever a text may stand. `MARK` shows that it is there."""

import json
from pathlib import Path
from typing import Any

import yaml

EXAMPLE = Path(__file__).parents[2] / "transcripts" / "examples" / "en-practice.jsonl"
MARK = "canary"
OWN = "own-question"
_FIXED = {  # one of a few, or what one event knows another by
    "type", "lang", "mode", "role", "by", "status", "verdict", "level", "topic", "kind", "question", "line",
}  # fmt: skip


def question(text: str) -> dict[str, Any]:
    """A question whose every free field holds the text."""
    said = f"{MARK} {text}"
    wording = dict.fromkeys(("prompt", "short_answer", "breakdown"), said)
    lists = {"key_points": [said, f"{said} 2"], "tips": [said], "hints": [said, said], "follow_ups": [said, said]}
    mistakes = [{"text": said, "kind": "commission", "contrary": said}, {"text": said}]
    translated = wording | lists | {"mistakes": [said, said], "contraries": {"m1": said}}
    phrases = {"kp1": {"said": [said]}, "m1": {"said": [said], "contrary": [said]}}
    return {"id": OWN, "topic": "mlops", "level": "middle", "heading": said, **wording, **lists, "mistakes": mistakes,
            "en": translated, "ru": translated, "phrases": phrases}  # fmt: skip


def bank(folder: Path, text: str) -> Path:
    """A folder with that question, and with files that are refused, each for another reason."""
    folder.mkdir(parents=True)
    good = question(text)
    unknown = good | {"id": "unknown", f"{MARK} {text}": "x"}
    wrong = {
        "ids": good | {"id": f"../{text}"},
        "topics": good | {"id": "topics", "topic": f"{MARK} {text}"},
        "unknown": unknown,
        "types": good | {"id": "types", "mistakes": f"{MARK} {text}"},
        "keys": good | {"id": "keys", "phrases": {f"{MARK} {text}": {"said": ["x"]}}},
    }
    for name, fields in {OWN: good, **wrong}.items():
        (folder / f"{name}.yaml").write_text(
            yaml.safe_dump(json.loads(json.dumps(fields))), "utf-8"
        )  # no list twice: no alias
    (folder / "tag.yaml").write_text(f"id: !<tag:{MARK}> x\n", "utf-8")
    (folder / "twice.yaml").write_text(yaml.safe_dump({f"{MARK} {text}": 1}, width=10**6) * 2, "utf-8")
    named = text.replace("/", "").replace("\0", "")[:60].encode(errors="surrogateescape")
    (folder / f"{MARK} {named.decode(errors='surrogateescape')}.yaml").write_bytes(b"[")
    return folder


def transcript(path: Path, text: str) -> Path:
    """An interview in which every text that may be any holds the text, and nearly every object a field more."""
    events = [json.loads(line) for line in EXAMPLE.read_text("utf-8").splitlines()]
    said, sound = f"{MARK} {text}", text.encode("utf-8", "replace").decode()  # where no half characters are taken
    for event in events:
        kind = event["type"]
        if kind == "question":
            event["question"] = question(sound) | {"id": event["question"]["id"]}
        elif kind in ("tool_result", "tool_call", "command"):
            event |= {name: said for name in ("content", "arguments", "argument") if name in event}
        else:
            event |= {name: value if name in _FIXED else _spoilt(value, said) for name, value in event.items()}
        if kind == "end":
            event["reason"] = "completed"
        if kind in ("session", "grade", "dispute"):
            event["more"] = said
    session = events[0]
    session |= {"id": f"{MARK} {sound}"[:200], "settings": {said: said}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    return path


def _spoilt(value: Any, said: str) -> Any:
    if isinstance(value, str):
        return said
    if isinstance(value, list):
        return [_spoilt(item, said) for item in value]
    if isinstance(value, dict):
        return {name: item if name in _FIXED else _spoilt(item, said) for name, item in value.items()}
    return value


def labelled(path: Path, text: str, *, damaged: bool = False) -> Path:
    """A labelled line with the text in each field; `damaged`: one more that is refused."""
    said = f"{MARK} {text}"
    line = {"id": said, "question": "kubernetes-primitives", "lang": said, "kind": said, "answer": said, "score": 1,
            "mistakes": ["not_addressed"] * 3}  # fmt: skip
    lines = [line | ({"question": said} if damaged else {})]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    return path


def settings(home: Path, text: str) -> Path:
    """A config.toml with the text wherever a setting takes any."""
    said = toml(f"{MARK} {text}")
    home.mkdir(parents=True, exist_ok=True)
    path = home / "config.toml"
    names = ("model", "api_key_env", "grader_model", "grader_api_key_env")
    path.write_text("".join(f"{name} = {said}\n" for name in names) + f"[profiles.{said}]\nmodel = {said}\n", "utf-8")
    return path


def toml(text: str) -> str:
    """Any text as TOML writes it."""
    return '"' + "".join(f"\\U{ord(char):08X}" for char in text) + '"'
