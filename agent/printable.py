"""Text that others wrote, made harmless for a terminal."""

import re
import unicodedata

# Whole escape sequences first, so that not even their letters remain: OSC and its kin to their end, then CSI. One
# without an end takes its line only, or a name could hide all that a report says below it.
_ESCAPES = re.compile(r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\n]*?(?:\x07|\x1b\\|\x9c|(?=\n)|$)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[^\n]?")  # fmt: skip  # noqa: E501
_KEPT = "\n\t\u200c\u200d"  # joiners shape letters and emoji, and move nothing
_DROPPED = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def printable(text: str) -> str:
    """The text without control, escape and bidi characters; line breaks and tabs stay."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    return "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in _DROPPED)
