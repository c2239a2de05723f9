//! Tests that nobody clicked for: by a schedule the user has turned on, while the app is open, without a prompt and
//! without a crowd.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use uuid::Uuid;

use super::held;
use crate::{
    error::Result,
    keystead::{KeySource, Keystead, Retested, blocking},
    probe::{Occasion, Outcome},
    store::{key, secret as rows, secret::State, test_result},
    vault::{VaultKind, VaultState},
};

const HOUR_MS: i64 = 3_600_000;
/// Tests of one look, each at another host: after a start, or a night's sleep, they come a few a minute.
const A_LOOK: usize = 4;
/// A host that did not answer is asked again after so long, and only what it says then is told: a machine that has just
/// woken up has no network yet.
const AGAIN_MS: i64 = 10 * 60_000;

/// Keys whose host did not answer at the last look, and when it is asked again.
pub(super) type Silent = Mutex<HashMap<Uuid, i64>>;

/// A key that the schedule may be about.
#[derive(Debug, Clone)]
struct Candidate {
    id: Uuid,
    host: String,
    /// When it was last tested or, if never, entered. Unix milliseconds.
    since: i64,
    /// Not before.
    earliest: i64,
}

/// Those whose turn it is, the longest untested first: one a host, and a few in all. A time that is still to come is a
/// clock that was set back: it counts as long ago.
fn due(now: i64, every_ms: i64, mut keys: Vec<Candidate>) -> Vec<Uuid> {
    keys.retain(|key| key.earliest <= now && (key.since > now || now - key.since >= every_ms));
    keys.sort_by_key(|key| (key.since, key.id));
    let mut hosts = HashSet::new();
    keys.retain(|key| hosts.insert(key.host.clone()));
    keys.into_iter().take(A_LOOK).map(|key| key.id).collect()
}

impl Keystead {
    /// Tests the keys whose turn it is: to be called every minute while the app is open. Nothing with the schedule off, and
    /// nothing while an earlier look is under way. Only enabled keys whose vault is ready are asked for; none is ever
    /// unlocked for it, and no test of it is a paid one.
    #[tracing::instrument(skip_all)]
    pub async fn retest_due(&self) -> Result<Vec<Retested>> {
        let Some(hours) = self.settings()?.retest_h else { return Ok(Vec::new()) };
        let Ok(_alone) = self.runs.looking.try_lock() else { return Ok(Vec::new()) };
        let this = self.clone();
        let every_ms = i64::from(hours) * HOUR_MS;
        let due = blocking(move || Ok(due(this.now(), every_ms, this.candidates()?))).await?;
        let tests = due.into_iter().map(|id| {
            let this = self.clone();
            tokio::spawn(async move { this.retest(id).await })
        });
        let mut told = Vec::new();
        for test in tests.collect::<Vec<_>>() {
            // A key that was removed or replaced meanwhile is nobody's news.
            if let Ok(Ok(Some(retested))) = test.await {
                told.push(retested);
            }
        }
        Ok(told)
    }

    async fn retest(&self, id: Uuid) -> Result<Option<Retested>> {
        let run = format!("schedule {id}");
        let mut tested = self.test_saved(&id.to_string(), &run, super::Wanted::default()).await?;
        tested.report.occasion = Occasion::Schedule;
        let first_silence = tested.report.outcome == Outcome::Unreachable
            && held(&self.runs.silent).insert(id, self.now() + AGAIN_MS).is_none();
        if first_silence || tested.report.outcome == Outcome::VaultUnavailable {
            return Ok(None);
        }
        held(&self.runs.silent).remove(&id);
        let report = self.keep_tested(tested).await?;
        Ok(Some(Retested { id: id.to_string(), report }))
    }

    /// Every enabled key whose vault would give its secret now.
    fn candidates(&self) -> Result<Vec<Candidate>> {
        let mut ready: HashMap<VaultKind, bool> = HashMap::new();
        let silent = held(&self.runs.silent).clone();
        let keys = key::visible(&self.store.read())?;
        let mut found = Vec::new();
        for row in keys.into_iter().filter(|row| row.enabled) {
            let secret = rows::of_key(&self.store.read(), row.id)?;
            let vault = secret.as_ref().filter(|s| s.state == State::Active).and_then(|s| s.vault.as_deref());
            let readable = match (row.source, vault) {
                // Nobody has to be asked for what stands in the environment.
                (KeySource::None | KeySource::Env, _) => true,
                (KeySource::Vault, Some(vault)) => {
                    let kind = VaultKind::of(vault);
                    *ready.entry(kind).or_insert_with(|| self.status_of(kind).state == VaultState::Ready)
                }
                (KeySource::Vault, None) => false,
            };
            if !readable {
                continue;
            }
            let provider = self.chosen(&row.provider)?.provider;
            let basis = super::basis_of(&provider, &row, secret.as_ref());
            let tested = test_result::get(&self.store.read(), row.id, &basis)?.map(|report| report.at);
            let since = tested.unwrap_or(row.rotated_at.unwrap_or(row.created_at));
            let earliest = silent.get(&row.id).copied().unwrap_or(i64::MIN);
            found.push(Candidate { id: row.id, host: super::turns::host_of(&provider), since, earliest });
        }
        Ok(found)
    }
}

/// Only one look at a time.
pub(super) type Looking = tokio::sync::Mutex<()>;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u128, host: &str, since: i64) -> Candidate {
        Candidate { id: Uuid::from_u128(n), host: host.into(), since, earliest: i64::MIN }
    }

    fn numbers(ids: &[Uuid]) -> Vec<u128> {
        ids.iter().map(Uuid::as_u128).collect()
    }

    #[test]
    fn the_longest_untested_come_first_one_a_host_and_a_few_at_a_time() {
        let now = 100 * HOUR_MS;
        let keys = vec![
            key(1, "a", now - 7 * HOUR_MS),
            key(2, "a", now - 9 * HOUR_MS),
            key(3, "b", now - 6 * HOUR_MS),
            key(4, "c", now - 6 * HOUR_MS + 1),
            key(5, "d", now - 8 * HOUR_MS),
        ];
        assert_eq!(
            numbers(&due(now, 6 * HOUR_MS, keys)),
            [2, 5, 3],
            "one a host; the one that is not due is not there"
        );
        let crowd = (0..30).map(|n| key(n, &n.to_string(), 0)).collect();
        assert_eq!(numbers(&due(now, 6 * HOUR_MS, crowd)), [0, 1, 2, 3], "after a start there is no storm");
    }

    #[test]
    fn a_clock_that_was_set_back_and_a_host_that_is_silent() {
        let now = 100 * HOUR_MS;
        assert_eq!(numbers(&due(now, 6 * HOUR_MS, vec![key(1, "a", now + HOUR_MS)])), [1]);
        let silent = Candidate { earliest: now + 1, ..key(1, "a", 0) };
        assert!(due(now, 6 * HOUR_MS, vec![silent.clone()]).is_empty());
        assert_eq!(numbers(&due(now + 1, 6 * HOUR_MS, vec![silent])), [1]);
    }
}
