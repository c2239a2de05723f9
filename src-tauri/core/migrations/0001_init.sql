-- Times are Unix milliseconds. No column of any table ever holds a secret.

-- Custom providers, and what the user changed about built-in ones.
CREATE TABLE provider (
    id         TEXT PRIMARY KEY,
    custom     INTEGER NOT NULL CHECK (custom IN (0, 1)),
    name       TEXT,                          -- custom ones only
    base_url   TEXT,                          -- null: the catalogue's
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (custom = 0 OR (name IS NOT NULL AND base_url IS NOT NULL))
) STRICT;

CREATE TABLE key (
    id          TEXT PRIMARY KEY,             -- UUID
    provider    TEXT NOT NULL,
    name        TEXT NOT NULL,
    name_folded TEXT NOT NULL,                -- lower case, Unicode: what uniqueness is about
    source      TEXT NOT NULL CHECK (source IN ('vault', 'none')),
    enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    rotated_at  INTEGER,
    deleted_at  INTEGER                       -- a tombstone: the row stays for the history
) STRICT;
CREATE UNIQUE INDEX key_name ON key (provider, name_folded) WHERE deleted_at IS NULL;

-- What the vault holds. The entry of version N is named '<id>.v<N>' there, written once, never overwritten.
CREATE TABLE secret (
    id              TEXT PRIMARY KEY,         -- UUID
    key             TEXT REFERENCES key (id), -- null: before the first switch, and Keystead's own fingerprint key
    part            TEXT NOT NULL,            -- 'key', or the name of one of several parts of a credential
    state           TEXT NOT NULL CHECK (state IN ('empty', 'active', 'deleting', 'missing')),
    current_version INTEGER,
    next_version    INTEGER NOT NULL,
    vault           TEXT,                     -- the identity of the vault that holds the current version
    vault_name      TEXT,
    hint_prefix     TEXT,
    hint_tail       TEXT,
    fingerprint     BLOB,                     -- HMAC with a key that is itself a vault entry
    bound_to        TEXT,                     -- for display: the truth is inside the envelope
    UNIQUE (key, part),
    CHECK (state IN ('empty', 'deleting') OR current_version IS NOT NULL)
) STRICT;
CREATE INDEX secret_fingerprint ON secret (fingerprint);

-- The intent log: a row stands here from before a vault call until it is known to have happened.
CREATE TABLE vault_op (
    id         INTEGER PRIMARY KEY,
    secret     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('put', 'delete')),
    vault      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,
    last_code  TEXT,
    UNIQUE (secret, version, kind)
) STRICT;

CREATE TABLE test_result (
    key    TEXT PRIMARY KEY REFERENCES key (id) ON DELETE CASCADE,
    basis  TEXT NOT NULL,                     -- what was tested: base URL and version; another one makes it stale
    report TEXT NOT NULL,                     -- JSON
    at     INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL                       -- JSON
) STRICT;
