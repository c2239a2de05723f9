-- How providers are reached. A proxy's user name and password are never here: they are in the vault.
CREATE TABLE network (
    scope     TEXT PRIMARY KEY,               -- a provider's slug; empty: all providers
    proxy     TEXT NOT NULL,                  -- 'inherit', 'none', or scheme://host:port
    ca_file   TEXT,                           -- null: as for all, and there: the system's authorities alone
    timeout_s INTEGER CHECK (timeout_s BETWEEN 1 AND 300)
) STRICT;
