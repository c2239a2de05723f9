-- What was filled in for a key whose provider has a form: JSON, texts and names of environment variables, never a secret.
ALTER TABLE key ADD COLUMN config TEXT;
