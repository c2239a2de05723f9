//! The `setting` table: one row a setting, its value as JSON.

use rusqlite::{Connection, OptionalExtension};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Code, Error, Result};

/// Reads a setting; `None` when it was never set or its value is not understood any more.
pub fn get<T: DeserializeOwned>(db: &Connection, name: &str) -> Result<Option<T>> {
    let value: Option<String> =
        db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?.query_row([name], |r| r.get(0)).optional()?;
    Ok(value.and_then(|v| serde_json::from_str(&v).ok()))
}

/// Writes a setting.
pub fn set<T: Serialize>(db: &Connection, name: &str, value: &T) -> Result<()> {
    let value = serde_json::to_string(value).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
    db.prepare_cached("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")?
        .execute([name, &value])?;
    Ok(())
}
