-- The models a key's provider listed last, and which of them are the user's: applied.
CREATE TABLE model (
    key          TEXT NOT NULL REFERENCES key (id) ON DELETE CASCADE,
    id           TEXT NOT NULL,               -- as requests call it
    name         TEXT,
    context      INTEGER,                     -- tokens
    input_price  REAL,                        -- of a million tokens
    output_price REAL,
    currency     TEXT,                        -- ISO 4217
    first_seen   INTEGER NOT NULL,
    gone_since   INTEGER,                     -- null: in the last list
    applied      INTEGER NOT NULL CHECK (applied IN (0, 1)),
    decided      INTEGER NOT NULL CHECK (decided IN (0, 1)),  -- the user has seen that it is new, or gone
    PRIMARY KEY (key, id),
    CHECK (gone_since IS NULL OR applied = 1),
    CHECK ((input_price IS NULL) = (currency IS NULL) AND (output_price IS NULL) = (currency IS NULL))
) STRICT, WITHOUT ROWID;

-- The last list that came whole, and the last try, which may have failed after it.
CREATE TABLE model_list (
    key        TEXT PRIMARY KEY REFERENCES key (id) ON DELETE CASCADE,
    url        TEXT,                          -- where the list is from
    listed_at  INTEGER,                       -- null: no list came yet
    decided_at INTEGER,                       -- when the user last decided what is applied
    report     TEXT NOT NULL                  -- of the last try, JSON
) STRICT;
