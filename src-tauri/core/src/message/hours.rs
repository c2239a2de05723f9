//! When: quiet hours, local days, and the pauses between tries.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::error::{Code, Error, Field, Result};

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;

/// How many seconds local time is ahead of UTC at a time, Unix milliseconds.
pub type Zone = fn(i64) -> i32;

/// This machine's.
pub(crate) fn system_zone(at: i64) -> i32 {
    Timestamp::from_millisecond(at).map_or(0, |at| TimeZone::system().to_offset(at).seconds())
}

/// The local day, `YYYY-MM-DD`.
pub(crate) fn day_of(at: i64, zone: Zone) -> String {
    let local = at.div_euclid(1000) + i64::from(zone(at));
    OffsetDateTime::from_unix_timestamp(local).map_or_else(|_| String::new(), |local| local.date().to_string())
}

/// Local hours in which nothing is told: from the one to the other, across midnight where the first is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct QuietHours {
    /// 0 to 23.
    pub from: u8,
    /// 0 to 23, and another one.
    pub to: u8,
}

impl QuietHours {
    /// Fails with [`Code::QuietInvalid`] at the field.
    pub fn checked(self) -> Result<Self> {
        if self.from > 23 || self.to > 23 || self.from == self.to {
            let message = "quiet hours are two different hours, each from 0 to 23";
            return Err(Error::at(Field::Quiet, Code::QuietInvalid, message));
        }
        Ok(self)
    }

    /// When they end, Unix milliseconds, if they hold now.
    pub fn end(self, now: i64, zone: Zone) -> Option<i64> {
        let second = (now.div_euclid(1000) + i64::from(zone(now))).rem_euclid(DAY_S);
        let (from, to) = (i64::from(self.from) * HOUR_S, i64::from(self.to) * HOUR_S);
        let quiet = if from < to { (from..to).contains(&second) } else { second >= from || second < to };
        quiet.then(|| (now.div_euclid(1000) + (to - second).rem_euclid(DAY_S)) * 1000)
    }
}

/// Pauses after the first tries, in minutes. After one more it is given up.
const PAUSES_MIN: [i64; 4] = [1, 5, 30, 120];
/// The longest pause a server may ask for, in seconds.
const LONGEST_S: u32 = 24 * 3600;

/// How long to wait after so many tries that failed, in milliseconds: as the server says, where that is something to go by.
/// `None`: it is given up.
pub fn pause_ms(tries: u32, retry_after_s: Option<u32>) -> Option<i64> {
    let after = usize::try_from(tries).ok()?.checked_sub(1)?;
    let own = PAUSES_MIN.get(after)? * 60_000;
    let told = retry_after_s.filter(|s| (1..=LONGEST_S).contains(s));
    Some(told.map_or(own, |s| i64::from(s) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(_: i64) -> i32 {
        0
    }

    fn east(_: i64) -> i32 {
        2 * 3600
    }

    fn at(hour: i64, minute: i64) -> i64 {
        // A day in 2030.
        (1_900_022_400 + hour * 3600 + minute * 60) * 1000
    }

    #[test]
    fn quiet_hours_may_cross_midnight() {
        let night = QuietHours { from: 22, to: 7 };
        for (hour, minute, ends) in [
            (21, 59, None),
            (22, 0, Some(at(31, 0))),
            (23, 30, Some(at(31, 0))),
            (0, 0, Some(at(7, 0))),
            (6, 59, Some(at(7, 0))),
            (7, 0, None),
            (12, 0, None),
        ] {
            assert_eq!(night.end(at(hour, minute), utc), ends, "{hour}:{minute}");
        }
        let noon = QuietHours { from: 12, to: 13 };
        assert_eq!((noon.end(at(12, 30), utc), noon.end(at(13, 0), utc)), (Some(at(13, 0)), None));
        // Local hours: 20:30 here is 22:30 there.
        assert_eq!(night.end(at(20, 30), east), Some(at(29, 0)));
        for (from, to) in [(24, 1), (1, 24), (5, 5)] {
            assert_eq!(QuietHours { from, to }.checked().expect_err("no hours").code, Code::QuietInvalid);
        }
    }

    #[test]
    fn a_day_is_a_local_one() {
        assert_eq!((day_of(at(23, 0), utc), day_of(at(23, 0), east)), ("2030-03-18".into(), "2030-03-19".into()));
        assert!(system_zone(at(0, 0)).abs() <= 14 * 3600);
    }

    #[test]
    fn pauses_grow_until_it_is_given_up_and_a_server_s_word_counts_if_it_is_one() {
        let minutes = |tries, told| pause_ms(tries, told).map(|ms| ms / 60_000);
        assert_eq!(
            (1..=5).map(|n| minutes(n, None)).collect::<Vec<_>>(),
            [Some(1), Some(5), Some(30), Some(120), None]
        );
        assert_eq!(minutes(1, Some(7200)), Some(120));
        for nonsense in [0, 86_401, u32::MAX] {
            assert_eq!(minutes(2, Some(nonsense)), Some(5), "{nonsense}");
        }
        assert_eq!(pause_ms(5, Some(30)), None);
    }
}
