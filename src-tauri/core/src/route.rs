//! The order in which keys that could all be used are tried: weighted rendezvous hashing (Thaler and Ravishankar, "Using
//! name-based mappings to increase hit rates", 1998; weights by the logarithmic method).
//!
//! A session draws a number for each key; the highest wins and the rest is the order of failover. A session that nobody
//! saw before is a weighted lottery, one that comes again gets the same answer, without a table. When a key drops out only
//! its own sessions move, and when it is back they return.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use crate::policy::Tier;

/// A key that could be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runner<'a> {
    /// Its id, which decides together with the session.
    pub id: &'a str,
    /// When it is considered.
    pub tier: Tier,
    /// Its weight; 0: standby.
    pub weight: f64,
    /// Its place among the standby keys of its tier.
    pub position: i64,
}

/// The order in which a session tries these keys, as indices: the prioritized ones, then the fallbacks, each by their
/// draws; then those that stand by, as the user ordered them.
pub fn order(session: &str, runners: &[Runner<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..runners.len()).collect();
    let scores: Vec<f64> = runners.iter().map(|runner| score(session, runner)).collect();
    order.sort_by(|&a, &b| {
        let (one, other) = (&runners[a], &runners[b]);
        let standby = |runner: &Runner<'_>| runner.weight <= 0.0;
        standby(one)
            .cmp(&standby(other))
            .then(one.tier.cmp(&other.tier))
            .then(scores[b].total_cmp(&scores[a]))
            .then(one.position.cmp(&other.position))
            .then(one.id.cmp(other.id))
    });
    order
}

/// The part of all sessions that each of these keys gets first: 0 to 1, in their order.
pub fn shares(runners: &[Runner<'_>]) -> Vec<f64> {
    let weighted = |tier| runners.iter().filter(move |r| r.tier == tier && r.weight > 0.0);
    let first = [Tier::Prioritized, Tier::Fallback].into_iter().find(|tier| weighted(*tier).next().is_some());
    let Some(first) = first else {
        // Nobody has a weight: the first of those who stand by gets everything.
        let first = order("", runners).first().copied();
        return (0..runners.len()).map(|at| if Some(at) == first { 1.0 } else { 0.0 }).collect();
    };
    let all: f64 = weighted(first).map(|runner| runner.weight).sum();
    runners.iter().map(|runner| if runner.tier == first { runner.weight / all } else { 0.0 }).collect()
}

/// −weight / ln(u), u in (0, 1) drawn from session and key. Standby keys draw nothing.
fn score(session: &str, runner: &Runner<'_>) -> f64 {
    if runner.weight <= 0.0 {
        return 0.0;
    }
    let mut hasher = SipHasher24::new();
    hasher.write_u64(session.len() as u64);
    hasher.write(session.as_bytes());
    hasher.write(runner.id.as_bytes());
    // 53 bits and a half: never 0, never 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    let u = ((hasher.finish() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    -runner.weight / u.ln()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const SESSIONS: u32 = 100_000;

    fn keys(weights: &[f64]) -> Vec<(String, f64)> {
        weights.iter().enumerate().map(|(n, weight)| (format!("3f0c7b1e-0000-4000-8000-{n:012}"), *weight)).collect()
    }

    fn runners(keys: &[(String, f64)]) -> Vec<Runner<'_>> {
        keys.iter().map(|(id, weight)| Runner { id, tier: Tier::Prioritized, weight: *weight, position: 0 }).collect()
    }

    fn first<'a>(session: &str, runners: &[Runner<'a>]) -> &'a str {
        runners[order(session, runners)[0]].id
    }

    /// Counted over 100,000 sessions, a share is within five standard errors of its weight.
    fn shares_are_those_of(weights: &[f64], seed: u64) -> Result<(), TestCaseError> {
        let keys = keys(weights);
        let runners = runners(&keys);
        let mut counts = HashMap::new();
        for n in 0..SESSIONS {
            *counts.entry(first(&format!("session {seed} {n}"), &runners)).or_insert(0_u32) += 1;
        }
        let all: f64 = weights.iter().sum();
        for runner in &runners {
            let wanted = runner.weight / all;
            let got = f64::from(counts.get(runner.id).copied().unwrap_or(0)) / f64::from(SESSIONS);
            let error = (wanted * (1.0 - wanted) / f64::from(SESSIONS)).sqrt();
            prop_assert!((got - wanted).abs() <= 5.0 * error + f64::EPSILON, "{weights:?}: {got} for {wanted}");
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn over_many_sessions_shares_are_as_the_weights(
            weights in prop::collection::vec(0.05_f64..50.0, 2..6), seed in any::<u64>()
        ) {
            shares_are_those_of(&weights, seed)?;
        }

        #[test]
        fn a_key_that_drops_out_moves_its_own_sessions_only(
            weights in prop::collection::vec(0.1_f64..10.0, 3..7), seed in any::<u64>(), gone in any::<prop::sample::Index>()
        ) {
            let keys = keys(&weights);
            let all = runners(&keys);
            let gone = gone.get(&all).id;
            let rest: Vec<_> = all.iter().copied().filter(|runner| runner.id != gone).collect();
            for n in 0..2_000 {
                let session = format!("session {seed} {n}");
                let before = first(&session, &all);
                let after = first(&session, &rest);
                prop_assert!(before == gone || before == after, "{session} moved from {before} to {after}");
                prop_assert_eq!(before, first(&session, &all), "the same when it comes again");
            }
        }
    }

    #[test]
    fn tiers_come_in_order_and_standby_last_as_the_user_put_them() {
        let runner = |id, tier, weight, position| Runner { id, tier, weight, position };
        let all = [
            runner("standby b", Tier::Prioritized, 0.0, 1),
            runner("fallback", Tier::Fallback, 5.0, 0),
            runner("standby a", Tier::Prioritized, 0.0, 0),
            runner("first", Tier::Prioritized, 0.001, 9),
            runner("standby fallback", Tier::Fallback, 0.0, 0),
        ];
        let ids = |session| order(session, &all).into_iter().map(|at| all[at].id).collect::<Vec<_>>();
        for session in ["a", "b", "c", ""] {
            assert_eq!(ids(session), ["first", "fallback", "standby a", "standby b", "standby fallback"]);
        }
        assert_eq!(shares(&all), [0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(shares(&all[..1]), [1.0], "the only one");
        assert_eq!(shares(&all[..2]), [0.0, 1.0]);
        assert!(order("x", &[]).is_empty() && shares(&[]).is_empty());
    }

    #[test]
    fn a_share_bar_shows_what_the_weights_mean() {
        let keys = keys(&[3.0, 1.0, 0.0]);
        assert_eq!(shares(&runners(&keys)), [0.75, 0.25, 0.0]);
    }
}
