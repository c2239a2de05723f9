-- How a provider is asked, beside its base URL. Headers here are plain ones: a secret header's value is in the vault.
ALTER TABLE provider ADD COLUMN dialect TEXT;                                    -- null: OpenAI's chat completions
ALTER TABLE provider ADD COLUMN urls TEXT NOT NULL DEFAULT '{}';                 -- JSON: further dialects, each with its base URL
ALTER TABLE provider ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';              -- JSON: names, lower case, with values
ALTER TABLE provider ADD COLUMN configuration TEXT NOT NULL DEFAULT '{}';        -- JSON: the user's own names and values
ALTER TABLE provider ADD COLUMN models TEXT NOT NULL DEFAULT '[]';               -- JSON: models written down by hand
ALTER TABLE provider ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;             -- one more with every change of its requests
