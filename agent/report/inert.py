"""Text of others as text and nothing else: in Markdown no markup, HTML or link, in JSON no control character."""

import json
import re

from agent.printable import printable
from transcripts.events import Json

_MARKUP = re.compile(r"([\\`*_{}\[\]#|~$])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_LINKS = re.compile(r"(?i)(https?|ftp)://|www\.")
_UNSEEN = re.compile(  # what `printable` drops; written out, since to ask unicodedata of each character takes its time
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ue000-\uf8ff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)


def inline(text: str) -> str:
    """A stretch of text within a line of Markdown."""
    plain = " ".join(printable(text).split())
    safe = re.sub("[&<>@]", lambda found: _ENTITIES[found[0]], _MARKUP.sub(r"\\\1", plain))
    return _LINKS.sub(lambda found: found[0].replace(":", "&#58;").replace(".", "&#46;"), safe)


def block(text: str) -> str:
    """A text of many lines as a fenced block that none of them can close."""
    plain = printable(text)
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}text\n{plain}\n{fence}"


def to_json(value: Json | list[Json], *, indent: int | None = None, allow_nan: bool = True) -> str:
    """JSON that can be read as it is, but for characters that a terminal obeys or no UTF-8 has: those are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=allow_nan)
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
