-- While keys are moved to another vault, the deletes of what they leave behind are held back until all have arrived.
ALTER TABLE vault_op ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
