-- Which key does what. Every row that two processes may edit at once has a version: an edit names the one it saw.

CREATE TABLE workspace (
    id          TEXT PRIMARY KEY,             -- UUID; 'default' is the first one's
    name        TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,         -- lower case, Unicode
    is_default  INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    created_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX workspace_default ON workspace (is_default) WHERE is_default = 1;
INSERT INTO workspace (id, name, name_folded, is_default, created_at) VALUES ('default', 'Default', 'default', 1, 0);

ALTER TABLE key ADD COLUMN workspace TEXT REFERENCES workspace (id);             -- null: in all of them
ALTER TABLE key ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE key ADD COLUMN weight REAL NOT NULL DEFAULT 1.0 CHECK (weight BETWEEN 0.0 AND 1000000.0);  -- 0: standby
ALTER TABLE key ADD COLUMN tier TEXT NOT NULL DEFAULT 'prioritized' CHECK (tier IN ('prioritized', 'fallback'));
ALTER TABLE key ADD COLUMN position INTEGER NOT NULL DEFAULT 0;                  -- inside its tier
ALTER TABLE key ADD COLUMN batch INTEGER NOT NULL DEFAULT 0 CHECK (batch IN (0, 1));  -- may do batch and file work
ALTER TABLE key ADD COLUMN models TEXT NOT NULL DEFAULT '"all"';                 -- JSON: "all", "none", or patterns
ALTER TABLE key ADD COLUMN blocked TEXT NOT NULL DEFAULT '[]';                   -- JSON: patterns; they win over models
ALTER TABLE key ADD COLUMN aliases TEXT NOT NULL DEFAULT '{}';                   -- JSON: a model as asked for, as it is called there
ALTER TABLE key ADD COLUMN expires_on TEXT;                                      -- the last day it works, YYYY-MM-DD
ALTER TABLE key ADD COLUMN required INTEGER NOT NULL DEFAULT 0 CHECK (required IN (0, 1));
ALTER TABLE key ADD COLUMN byok_only INTEGER NOT NULL DEFAULT 0 CHECK (byok_only IN (0, 1));
ALTER TABLE key ADD COLUMN zdr INTEGER CHECK (zdr IN (0, 1));                    -- declared: no data is retained; null: not said
ALTER TABLE key ADD COLUMN callers TEXT NOT NULL DEFAULT '[]';                   -- JSON: SHA-256 of the programs' tokens, hex
ALTER TABLE key ADD COLUMN users TEXT NOT NULL DEFAULT '[]';                     -- JSON: kept for others' exports; one person uses this
ALTER TABLE key ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER key_version AFTER UPDATE ON key WHEN new.version = old.version
BEGIN
    UPDATE key SET version = old.version + 1 WHERE id = old.id;
END;

-- A name is unique among the keys that a workspace has for itself, and among those that are in all.
DROP INDEX key_name;
CREATE UNIQUE INDEX key_name ON key (provider, coalesce(workspace, ''), name_folded) WHERE deleted_at IS NULL;

CREATE TABLE task (
    slug       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    purpose    TEXT NOT NULL DEFAULT '',      -- what for, in the user's words
    position   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO task (slug, name, purpose, position, created_at) VALUES
    ('chat', 'Chat', 'Conversations', 0, 0),
    ('code', 'Code', 'Editing and review', 1, 0),
    ('summaries', 'Summaries', 'Long text to short', 2, 0),
    ('embeddings', 'Embeddings', 'Search and recall', 3, 0);

-- What a task uses in a workspace; no row: what it uses in the default one.
CREATE TABLE assignment (
    workspace  TEXT NOT NULL REFERENCES workspace (id),
    task       TEXT NOT NULL REFERENCES task (slug),
    targets    TEXT NOT NULL,                 -- JSON: providers with models, in order
    same_as    TEXT,                          -- another task's targets, in place of its own
    parameters TEXT NOT NULL DEFAULT '{}',    -- JSON: of requests, as providers call them
    version    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, task),
    CHECK (same_as IS NULL OR targets = '[]')
) STRICT, WITHOUT ROWID;

-- Rules about the use of keys.
CREATE TABLE key_limit (
    id         TEXT PRIMARY KEY,              -- UUID
    kind       TEXT NOT NULL,
    effect     TEXT NOT NULL CHECK (effect IN ('warn', 'refuse')),
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    workspace  TEXT REFERENCES workspace (id),-- null: in all
    provider   TEXT,                          -- null: of all
    amount     REAL,                          -- days, or money
    currency   TEXT,                          -- ISO 4217
    patterns   TEXT NOT NULL DEFAULT '[]',    -- JSON: models, or slugs of providers
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What was changed, when, by whom. Rows as they were and as they became: what undo goes by. Never a secret.
CREATE TABLE event (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,                   -- app, command, schedule
    kind     TEXT NOT NULL,
    provider TEXT,                            -- slug, where it is about one
    key      TEXT,                            -- UUID, where it is about one
    subject  TEXT NOT NULL,                   -- its name at that time
    detail   TEXT NOT NULL,                   -- JSON: what the words need
    rows     TEXT NOT NULL,                   -- JSON: [{table, before, after}]; empty: cannot be undone
    undoes   INTEGER REFERENCES event (id),
    undone   INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
) STRICT;
CREATE INDEX event_at ON event (at);
