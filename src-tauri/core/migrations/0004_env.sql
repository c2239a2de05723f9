-- A key whose text is in an environment variable. Its `source` stays 'none': a CHECK cannot be altered, and a version that
-- knows no variables is kept out by the schema's number.
ALTER TABLE key ADD COLUMN env TEXT;         -- the variable's name
ALTER TABLE key ADD COLUMN env_origins TEXT; -- where its value may go, as the user confirmed: a JSON array of origins
