-- Plain http to a private network, which carries keys unencrypted: only to origins the user consented to.
CREATE TABLE consent (
    origin   TEXT PRIMARY KEY,                -- http://192.168.1.5:8080
    given_at INTEGER NOT NULL
) STRICT;
