"""razbor's version, as a transcript names who wrote it."""

VERSION = "0.1.0"
