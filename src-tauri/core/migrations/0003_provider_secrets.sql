-- A secret may belong to a provider rather than to one of its keys: a header's value, the password of its proxy.
-- With neither key nor provider it is Keystead's own.
ALTER TABLE secret ADD COLUMN provider TEXT CHECK (provider IS NULL OR key IS NULL);
CREATE UNIQUE INDEX secret_of_provider ON secret (provider, part)
    WHERE provider IS NOT NULL AND state IN ('active', 'missing');
