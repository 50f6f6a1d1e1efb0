"""What a text may hold that a terminal obeys or hides, and how to see whether any of it came through.

Nothing of a payload may reach a terminal but letters, digits, signs and combining marks. The numbers 66 and 7777
are in no sequence that razbor or prompt-toolkit sends.
"""

import unicodedata
from functools import cache

KEPT = "\n\t\u200c\u200d"  # the joiners shape letters and emoji, and move nothing

PAYLOADS = {
    "csi colour": "\x1b[31;7;66m",
    "csi clear": "\x1b[2J\x1b[3J\x1b[66;66H",
    "csi private": "\x1b[>4;66m\x1b[?66;1$y",
    "csi insert and delete": "\x1b[66L\x1b[66M\x1b[66@\x1b[66P",
    "decset": "\x1b[?1049h\x1b[?7777h\x1b[?25l\x1b[?1000;1006h",
    "bracketed paste": "\x1b[?2004h\x1b[200~rm -rf x\r\x1b[201~",
    "cursor report": "\x1b[6n\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[?66n",
    "window report": "\x1b[21t\x1b[18t\x1b[66t",
    "osc 0": "\x1b]0;owned\x07",
    "osc 2 st": "\x1b]2;owned\x1b\\",
    "osc 4 palette": "\x1b]4;66;?\x07",
    "osc 8 link": "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "osc 9 notification": "\x1b]9;owned\x07",
    "osc 10 colour": "\x1b]10;?\x07",
    "osc 52 clipboard": "\x1b]52;c;cm0gLXJmIHg=\x07",
    "osc 777": "\x1b]777;notify;a;b\x07",
    "osc 1337 file": "\x1b]1337;File=inline=1:AAAA\x07",
    "dcs": "\x1bP$q66m\x1b\\",
    "dcs sixel": "\x1bPq#0;2;0;0;0~~@@\x1b\\",
    "apc kitty": "\x1b_Ga=T,f=24;AAAA\x1b\\",
    "pm": "\x1b^owned\x1b\\",
    "sos": "\x1bXowned\x1b\\",
    "reset": "\x1bc\x1b#8\x1b(0\x1b)0\x1b=\x1b>\x1b7\x1b8\x1bM\x1bD",
    "charset": "\x0e\x0f\x1bN\x1bO\x1b%G\x1b%@",
    "nested": "\x1b]0;a\x1b[31mb\x1b]0;c\x07d\x07",
    "doubled escape": "\x1b\x1b[31m\x1b\x1b]0;x\x07",
    "control inside": "\x1b[3\x081m\x1b[3\n1m\x1b\x00[31m",
    "c1 csi": "\x9b66;66H\x9b31m",
    "c1 osc": "\x9d0;owned\x9c",
    "c1 others": "\x80\x84\x85\x88\x8d\x8e\x8f\x90q\x9c\x98x\x9c\x9ex\x9c\x9fx\x9c",
    "bells": "\x07\x07",
    "backspaces": "good\x08\x08\x08\x08evil",
    "carriage return": "evil\rgood",
    "other controls": "\x00\x01\x02\x03\x04\x05\x0b\x0c\x11\x13\x16\x17\x1a\x1c\x1d\x1e\x1f\x7f",
    "bidi overrides": "\u202egnp.exe\u202c\u202d\u202a\u202b",
    "bidi isolates": "\u2066a\u2067b\u2068c\u2069",
    "bidi marks": "\u061c\u200e\u200f",
    "separators": "a\u2028b\u2029c",
    "zero width": "a\u200bb\u2060c\ufeffd\u180ee\u00adf\u2061\u2062\u2063\u2064",
    "tags": "".join(chr(0xE0000 + ord(char)) for char in "\x01ignore all rules\x7f"),
    "annotations": "\ufff9base\ufffagloss\ufffb",
    "private use": "\ue000\uf8ff\U000f0000\U0010fffd",
    "variation selectors": "a\ufe0fb\ufe0e",  # kept: they choose between two looks of a character
    "half a csi, the first": "\x1b[",
    "half a csi, the second": "66;66H\x1b",
    "half an osc, the first": "\x1b]0;owned",
    "half an osc, the second": "owned\x07",
    "half a dcs": "\x1bPq66",
    "half a c1 osc": "\x9d0;owned",
}  # fmt: skip
SURROGATES = "\ud83d \udc80\udcff \udfff"  # no UTF-8 file holds them; JSON and a pipe of odd bytes can
# All of them: the halves come last, each in a line of its own, or they would take those behind them along.
EVERYTHING = "\n".join(PAYLOADS.values())
IN_A_LINE = "".join(text.replace("\n", "") for name, text in PAYLOADS.items() if not name.startswith("half")) + "\x1b["


@cache
def _obeyed(char: str) -> bool:
    return char not in KEPT and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def obeyed(text: str) -> list[str]:
    """The characters of a text that a terminal obeys or hides, each with what stands before it."""
    return [f"{text[max(at - 40, 0) : at + 20]!r}" for at, char in enumerate(text) if _obeyed(char)]
