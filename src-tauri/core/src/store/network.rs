//! The `network` table: what is chosen for all providers, and for single ones.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{error::Result, network::Network, provider::ProviderId};

/// Where the choice for all providers stands: no provider's slug is empty.
const ALL: &str = "";

fn scope(provider: Option<&ProviderId>) -> &str {
    provider.map_or(ALL, ProviderId::as_str)
}

/// What is chosen for a provider, or for all of them.
pub fn get(db: &Connection, provider: Option<&ProviderId>) -> Result<Network> {
    let found = db
        .prepare_cached("SELECT proxy, ca_file, timeout_s FROM network WHERE scope = ?1")?
        .query_row([scope(provider)], |row| {
            let (proxy, ca_file): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            // An edited row with a proxy that is none counts as unset.
            Ok(Network {
                proxy: proxy.parse().unwrap_or_default(),
                ca_file: ca_file.map(Into::into),
                timeout_s: row.get(2)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Writes what is chosen; where everything is left open there is no row.
pub fn put(db: &Connection, provider: Option<&ProviderId>, network: &Network) -> Result<()> {
    if network.is_open() {
        db.prepare_cached("DELETE FROM network WHERE scope = ?1")?.execute([scope(provider)])?;
        return Ok(());
    }
    let ca_file = network.ca_file.as_ref().map(|path| path.to_string_lossy());
    db.prepare_cached(
        "INSERT INTO network (scope, proxy, ca_file, timeout_s) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (scope) DO UPDATE SET proxy = ?2, ca_file = ?3, timeout_s = ?4",
    )?
    .execute(params![scope(provider), network.proxy.to_string(), ca_file, network.timeout_s])?;
    Ok(())
}

/// A provider that is removed leaves nothing behind.
pub fn forget(db: &Connection, provider: &ProviderId) -> Result<()> {
    put(db, Some(provider), &Network::default())
}
