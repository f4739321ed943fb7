-- Format 1. `meta` keeps its shape in every format, so that any windlass can tell a newer store.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One counter for all leases: an epoch grows whichever lease it was taken on.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cluster (
    name     TEXT PRIMARY KEY,
    identity TEXT,
    object   TEXT NOT NULL,
    changed  INTEGER NOT NULL
) STRICT;

-- The head of each journal lies here (seq, hash, last), so that an append reads one row.
CREATE TABLE run (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    key      TEXT NOT NULL UNIQUE,
    cluster  TEXT NOT NULL,
    identity TEXT,
    created  INTEGER NOT NULL,
    ended    INTEGER,
    epoch    INTEGER NOT NULL DEFAULT 0,
    seq      INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    last     INTEGER NOT NULL,
    inbox    INTEGER NOT NULL DEFAULT 0,
    read     INTEGER NOT NULL DEFAULT 0,
    summary  TEXT NOT NULL
) STRICT;
CREATE INDEX run_live ON run (id) WHERE ended IS NULL;
CREATE INDEX run_cluster ON run (cluster, id);

-- In order of arrival, so that the events of many runs share the pages of one commit; each event
-- names the one before it in its own run by its id, and the run names the last.
CREATE TABLE journal (
    id      INTEGER PRIMARY KEY,
    before  INTEGER NOT NULL,
    run     INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    format  INTEGER NOT NULL,
    author  TEXT NOT NULL,
    payload TEXT NOT NULL,
    hash    BLOB NOT NULL
) STRICT;

CREATE TABLE inbox (
    run     INTEGER NOT NULL REFERENCES run (id),
    seq     INTEGER NOT NULL,
    key     TEXT NOT NULL,
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (run, seq),
    UNIQUE (run, key)
) STRICT, WITHOUT ROWID;

-- Subjects that have begun and are not yet done.
CREATE TABLE begun (
    run     INTEGER NOT NULL REFERENCES run (id),
    subject TEXT NOT NULL,
    PRIMARY KEY (run, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    epoch  INTEGER NOT NULL,
    holder TEXT NOT NULL,
    since  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (
    hash  BLOB PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

INSERT INTO counter (name, value) VALUES ('epoch', 0);
