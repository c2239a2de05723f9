-- Messages about keys. The bot's token is in the vault, bound to the server it was entered for; here is everything else.

CREATE TABLE messenger (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    enabled    INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),  -- the bot; the desktop is a setting
    chat_id    TEXT,                                         -- a number, or @name of a channel
    server     TEXT,                                         -- null: https://api.telegram.org
    events     TEXT NOT NULL,                                -- JSON: what is told
    quiet_from INTEGER CHECK (quiet_from BETWEEN 0 AND 23),  -- local hours; both or neither
    quiet_to   INTEGER CHECK (quiet_to BETWEEN 0 AND 23),
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
) STRICT;
INSERT INTO messenger (id, events) VALUES
    (1, '["key_refused","out_of_credit","credit_low","last_day","works_again","models_gone"]');

-- What was to be told, for each way it is told by.
CREATE TABLE message (
    id         INTEGER PRIMARY KEY,
    channel    TEXT NOT NULL,                 -- telegram, desktop
    cause      TEXT NOT NULL,
    key        TEXT NOT NULL,                 -- its id
    day        TEXT NOT NULL,                 -- local, YYYY-MM-DD: one message a cause, key and day
    title      TEXT NOT NULL,                 -- provider and key, by name
    text       TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    tries      INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,              -- Unix milliseconds
    at         INTEGER NOT NULL,              -- when it became news
    sent_day   TEXT,                          -- local
    outcome    TEXT,                          -- of the last try
    UNIQUE (channel, cause, key, day)
) STRICT;
CREATE INDEX message_state ON message (state);
