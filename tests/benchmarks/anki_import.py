"""Import a file of `razbor report --anki FILE` into Anki itself, twice, and print what becomes of it.

In an environment of its own: `pip install anki`, then `python tests/benchmarks/anki_import.py FILE [LANG]`. The
collection is new and thrown away; LANG is the language of the Anki, which names its note types and fields.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from anki.collection import Collection, ImportCsvRequest
from anki.lang import set_lang

OUTCOMES = ("new", "updated", "duplicate", "first_field_match", "conflicting", "empty_first_field", "missing_notetype")


def main(path: Path, lang: str) -> None:
    """Print the counts of two imports, then every card as Anki shows it."""
    set_lang(lang)
    with TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        for _ in range(2):
            metadata = collection.get_csv_metadata(path=str(path), delimiter=None)
            log = collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log
            counts = ", ".join(f"{name} {len(getattr(log, name))}" for name in OUTCOMES if getattr(log, name))
            print(f"{log.found_notes} in the file: {counts}; {collection.note_count()} notes in the collection")
        for card_id in collection.find_cards("", order=True):
            card = collection.get_card(card_id)
            note = card.note()
            print(f"\n{note.guid} {note.note_type()['name']} {note.tags} {collection.decks.name(card.did)}")
            print(card.answer().partition("</style>")[2])
        collection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), (sys.argv[2:] or ["en"])[0])
