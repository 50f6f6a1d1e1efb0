DROP TABLE IF EXISTS files;
DROP TABLE IF EXISTS questions;
CREATE TABLE files (             -- read at each start, so nothing more is in it
    folder BLOB NOT NULL,        -- as the file system spells it
    name BLOB NOT NULL,
    size INTEGER NOT NULL,       -- bytes and
    modified INTEGER NOT NULL,   -- nanoseconds, when it was read
    row INTEGER NOT NULL,
    id TEXT NOT NULL,
    topic TEXT NOT NULL,
    level TEXT,
    PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE TABLE questions (
    row INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given to another question
    content TEXT NOT NULL,       -- hash of the source text
    heading TEXT NOT NULL,
    prompt TEXT NOT NULL,
    prompt_en TEXT NOT NULL,
    prompt_ru TEXT NOT NULL,
    json TEXT NOT NULL           -- last, so that it stays unread where only the others are asked for
);
