"""A recorded interview in which everything that is free text tries to be more than text."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Event = dict[str, Any]

EVIL = (
    "<script>window.owned = 1; document.title = 'owned'</script><img src=http://evil.example/p.png onerror=alert(1)>"
    "</style></title></textarea><svg onload=alert(2)><a href=\"javascript:alert(3)\" onclick='alert(4)'>x</a>"
    "<meta http-equiv=refresh content='0;url=http://evil.example'>{{ 7*7 }} {% raw %} {lang} %s &lt;b&gt; \"quoted\""
    " \x1b[31mred\x1b]0;title\x07 \x9b2J \u202egnp.exe\u2066 a\u200bb \ufeff \U000e0041 \u2028 ]]> --> <!--"
)
QUOTE = 'a pod is <b>the smallest</b> & "only" unit</mark>'
SAID = f"Well, {QUOTE} of it all {EVIL}"


def rewrite(path: Path, change: Callable[[list[Event]], list[Event]]) -> None:
    """Change the events of a transcript; they are numbered anew."""
    events = change([json.loads(line) for line in path.read_text("utf-8").strip().split("\n")])
    lines = [json.dumps(event | {"seq": seq}) for seq, event in enumerate(events)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def poison(events: list[Event]) -> list[Event]:
    """Put EVIL wherever a transcript may hold any text."""
    for event in events:
        kind = event["type"]
        if kind == "session":
            event |= {"model": EVIL, "base_url": EVIL, "razbor": EVIL, "time": EVIL}
        elif kind == "question":
            event["question"] |= {"prompt": EVIL, "ru": {}, "en": {}}
            event["question"]["mistakes"][0] |= {"text": EVIL, "contrary": EVIL}
        elif kind == "message" and event["role"] == "assistant":
            event["content"] = EVIL
        elif kind == "dispute":
            event["reason"] = EVIL
        elif kind == "grade":
            event["grader"] |= {"name": EVIL, "version": EVIL, "model": EVIL}
            event |= {"answer_lang": EVIL, "time": EVIL}
            if event["key_points"]:
                event["key_points"][0] |= {"id": EVIL, "text": EVIL, "verdict": "covered", "quote": QUOTE}
                event["mistakes"][0] |= {"verdict": "committed", "quote": '<b>the smallest</b> & "only" unit</mark> of'}
                event["mistakes"][1] |= {"verdict": "unsure", "quote": "<script>window.owned = 1"}
    return events
