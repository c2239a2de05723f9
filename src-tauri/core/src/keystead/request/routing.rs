//! Which key does what.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::present;
use crate::{
    limit::{Effect, LimitKind},
    policy::{Models, Tier},
    provider::ProviderId,
    task::{TaskSlug, TaskTarget},
};

/// Change keys, one or several at once: omitted = keep, null = clear.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", optional_fields))]
pub struct EditKeys {
    /// UUIDs.
    pub ids: Vec<String>,
    /// The version each of them had when it was read, in their order; empty: as they are now.
    #[cfg_attr(test, ts(as = "Option<Vec<i64>>"))]
    pub versions: Vec<i64>,
    /// A new name, for one key.
    pub name: Option<String>,
    /// On.
    pub enabled: Option<bool>,
    /// UUID of the only workspace they are in; null: in all.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub workspace: Option<Option<String>>,
    /// The user's own words.
    pub description: Option<String>,
    /// 0 to 1,000,000.
    pub weight: Option<f64>,
    /// When they are considered. They go to the end of it.
    pub tier: Option<Tier>,
    /// For batch and file work.
    pub batch: Option<bool>,
    /// The models they may be used for.
    pub models: Option<Models>,
    /// Patterns of models they may not be used for.
    pub blocked: Option<Vec<String>>,
    /// Models as they are asked for, with what they are called there.
    pub aliases: Option<BTreeMap<String, String>>,
    /// `YYYY-MM-DD`; null: none.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub expires_on: Option<Option<String>>,
    /// As in [`crate::policy::Policy::required`].
    pub required: Option<bool>,
    /// As in [`crate::policy::Policy::byok_only`].
    pub byok_only: Option<bool>,
    /// As in [`crate::policy::Policy::zdr`]; null: not said.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "boolean | null"))]
    pub zdr: Option<Option<bool>>,
    /// SHA-256, hex.
    pub callers: Option<Vec<String>>,
    /// Ids.
    pub users: Option<Vec<String>>,
}

/// Put a provider's keys in order: all of both tiers that are named.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct OrderKeys {
    /// Slug.
    pub provider: ProviderId,
    /// UUIDs, in order.
    pub prioritized: Vec<String>,
    /// UUIDs, in order.
    pub fallback: Vec<String>,
}

/// Make a workspace, or give one another name, or make it the default one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", optional_fields))]
pub struct SaveWorkspace {
    /// UUID; none: a new one.
    pub id: Option<String>,
    /// The version it had when it was read.
    pub version: Option<i64>,
    /// For people; omitted = keep.
    pub name: Option<String>,
    /// From now on its tasks are what the others inherit.
    pub make_default: Option<bool>,
}

/// Make a task, or change one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", optional_fields))]
pub struct SaveTask {
    /// The task to change; none: a new one.
    pub task: Option<TaskSlug>,
    /// Of a new one: its name for programs, made from its name when it is omitted.
    pub slug: Option<String>,
    /// The version it had when it was read.
    pub version: Option<i64>,
    /// For people; omitted = keep.
    pub name: Option<String>,
    /// What for; omitted = keep.
    pub purpose: Option<String>,
}

/// What tasks use in a workspace: several at once, all or none of them.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct AssignTasks {
    /// UUID; null: the default one.
    pub workspace: Option<String>,
    /// What each is to use.
    pub tasks: Vec<AssignTask>,
}

/// What a task is to use. Without targets and without another task: nothing of its own, so that in a workspace other
/// than the default one what that one has counts.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct AssignTask {
    /// Slug.
    pub task: TaskSlug,
    /// The version its assignment had when it was read; null: there was none.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "number | null"))]
    pub version: Option<Option<i64>>,
    /// In order.
    #[serde(default)]
    pub targets: Vec<TaskTarget>,
    /// Another task, to use what it uses.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub same_as: Option<TaskSlug>,
    /// A JSON object; omitted = keep.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub parameters: Option<String>,
}

/// Which key would do a task.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", optional_fields))]
pub struct Resolve {
    /// Slug.
    pub task: String,
    /// UUID or name; none: the current one.
    pub workspace: Option<String>,
    /// The same session gets the same key; none: a lottery.
    pub session: Option<String>,
    /// SHA-256 of the token of the program that asks, hex.
    pub caller: Option<String>,
    /// For batch or file work.
    pub batch: Option<bool>,
}

/// Make a limit, or change one: all of it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct SaveLimit {
    /// UUID; null: a new one.
    pub id: Option<String>,
    /// The version it had when it was read.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub version: Option<i64>,
    /// As in [`crate::limit::Limit`].
    pub kind: LimitKind,
    /// As in [`crate::limit::Limit`].
    pub effect: Effect,
    /// As in [`crate::limit::Limit`].
    pub enabled: bool,
    /// As in [`crate::limit::Limit`].
    pub workspace: Option<String>,
    /// As in [`crate::limit::Limit`].
    pub provider: Option<ProviderId>,
    /// As in [`crate::limit::Limit`].
    pub amount: Option<f64>,
    /// As in [`crate::limit::Limit`].
    pub currency: Option<String>,
    /// As in [`crate::limit::Limit`].
    pub patterns: Vec<String>,
}

/// Events.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", optional_fields))]
pub struct ListActivity {
    /// About this provider.
    pub provider: Option<ProviderId>,
    /// About this key: UUID.
    pub key: Option<String>,
    /// Older than this event.
    pub before: Option<i64>,
    /// At most so many; 100 when omitted, 1,000 at most.
    pub count: Option<u32>,
}
