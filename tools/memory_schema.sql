-- Version 1. The first three tables hold what stands in the transcripts, the last what follows from them.
CREATE TABLE transcripts (
    name TEXT PRIMARY KEY,      -- of the file, without its folder
    size INTEGER NOT NULL,      -- bytes and
    modified INTEGER NOT NULL   -- nanoseconds, when it was read
);
CREATE TABLE attempts (
    transcript TEXT NOT NULL REFERENCES transcripts ON DELETE CASCADE,
    number INTEGER NOT NULL,    -- of the question in its interview
    question TEXT NOT NULL,
    topic TEXT NOT NULL,
    level TEXT,
    time TEXT NOT NULL,         -- of its first grade: UTC, ISO 8601
    score REAL,                 -- null: not graded
    hints INTEGER NOT NULL,
    seconds REAL NOT NULL,
    rating INTEGER,             -- null: nothing to rate
    PRIMARY KEY (transcript, number)
);
CREATE INDEX attempts_by_question ON attempts (question);
CREATE TABLE mistakes (
    transcript TEXT NOT NULL,
    number INTEGER NOT NULL,
    mistake TEXT NOT NULL,      -- m1, m2 …
    verdict TEXT NOT NULL,
    rating INTEGER,
    PRIMARY KEY (transcript, number, mistake),
    FOREIGN KEY (transcript, number) REFERENCES attempts ON DELETE CASCADE
);
CREATE TABLE cards (
    question TEXT NOT NULL,
    mistake TEXT NOT NULL,      -- empty: the question itself
    stability REAL NOT NULL,    -- days
    difficulty REAL NOT NULL,   -- 1 to 10
    due TEXT NOT NULL,
    last_review TEXT NOT NULL,
    PRIMARY KEY (question, mistake)
);
CREATE INDEX cards_by_due ON cards (due);
