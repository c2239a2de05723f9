//! Which key does what, and why.

use serde::Serialize;

use super::KeyName;
use crate::{
    limit::{Breach, Effect, Limit},
    policy::Tier,
    probe::Outcome,
    provider::ProviderId,
    task::{TaskSlug, TaskTarget},
};

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct WorkspaceView {
    /// UUID.
    pub id: String,
    /// For people.
    pub name: String,
    /// The one whose tasks the others inherit.
    pub is_default: bool,
    /// The one the window shows now.
    pub current: bool,
    /// Keys that are in it alone.
    pub own_keys: u32,
    /// Tasks it has an assignment of its own for.
    pub own_tasks: u32,
    /// As an edit has to name it.
    pub version: i64,
}

/// A task in a workspace.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TaskView {
    /// For programs.
    pub slug: TaskSlug,
    /// For people.
    pub name: String,
    /// What for.
    pub purpose: String,
    /// As an edit has to name it.
    pub version: i64,
    /// What it uses here, its own or inherited; none: nothing.
    pub assignment: Option<AssignmentView>,
    /// What would be used now, in a lottery of its own.
    pub now: Resolution,
}

/// What a task uses.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct AssignmentView {
    /// From the default workspace.
    pub inherited: bool,
    /// In order.
    pub targets: Vec<TaskTarget>,
    /// Another task's, in place of targets of its own.
    pub same_as: Option<TaskSlug>,
    /// A JSON object.
    pub parameters: String,
    /// As an edit has to name it.
    pub version: i64,
}

/// What a task would use, and why: every key that was considered, in the order they would be tried in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Resolution {
    /// `keystead.resolve/1`.
    pub schema: String,
    /// Slug.
    pub task: TaskSlug,
    /// The task whose targets it uses, when they are another's.
    pub targets_of: Option<TaskSlug>,
    /// Its name.
    pub workspace: String,
    /// What is used; none: nothing can be.
    pub used: Option<Used>,
    /// Why there are no targets to consider, or they cannot be.
    pub broken: Option<Broken>,
    /// For each target, every key of it.
    pub targets: Vec<ConsideredTarget>,
    /// A JSON object: of requests.
    pub parameters: String,
}

/// What is used.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Used {
    /// Slug.
    pub provider: ProviderId,
    /// The provider's name.
    pub provider_name: String,
    /// As it is asked for.
    pub model: String,
    /// As the provider calls it.
    pub called: String,
    /// Where.
    pub base_url: String,
    /// None: the provider needs no key.
    pub name: Option<KeyName>,
    /// `keystead://openai/work`.
    pub key_ref: Option<String>,
}

/// Why a task has nothing to consider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Broken {
    /// It has no targets.
    Unassigned,
    /// It uses what another task uses, which is not there any more.
    NoSuchTask {
        /// The other.
        task: String,
    },
    /// Tasks use what each other use.
    Cycle {
        /// The one that was met again.
        task: String,
    },
}

/// A target, and its keys.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ConsideredTarget {
    /// Slug.
    pub provider: ProviderId,
    /// Its name; none: there is no such provider any more.
    pub provider_name: Option<String>,
    /// As it is asked for.
    pub model: String,
    /// There are lists of the provider's models, and none of them has it.
    pub not_offered: bool,
    /// Its keys: first the usable ones, in the order this session tries them, then the others.
    pub keys: Vec<ConsideredKey>,
}

/// A key that was considered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ConsideredKey {
    /// None: the provider needs no key.
    pub name: Option<KeyName>,
    /// Its tier.
    pub tier: Tier,
    /// Its weight.
    pub weight: f64,
    /// The part of all sessions that it gets first in its target: 0 to 1.
    pub share: f64,
    /// What became of it.
    pub place: Place,
    /// Limits that are not kept and only warn.
    pub warnings: Vec<Warned>,
}

/// A limit that is not kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Warned {
    /// UUID of the limit.
    pub limit: String,
    /// Why.
    pub breach: Breach,
}

/// What became of a key that was considered. Words are the page's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Place {
    /// It is used.
    Used,
    /// It could be, and comes after so many others.
    Next {
        /// 1: right after the one that is used.
        after: u32,
    },
    /// Switched off.
    Disabled,
    /// In another workspace.
    OtherWorkspace,
    /// Its secret is not in the vault.
    SecretMissing,
    /// It was removed, and its secret waits for the vault.
    Removing,
    /// Its environment variable is not set.
    VariableUnset {
        /// Its name.
        variable: String,
    },
    /// Its list of models does not have this one.
    ModelNotAllowed,
    /// A pattern blocks the model.
    ModelBlocked {
        /// The pattern.
        pattern: String,
    },
    /// Its provider does not offer the model to it any more.
    ModelGone {
        /// Since when it is known, Unix milliseconds.
        since: i64,
    },
    /// The last test says that it does not work.
    Dead {
        /// How that test ended.
        outcome: Outcome,
        /// When, Unix milliseconds.
        at: i64,
    },
    /// The provider wants to be left alone for a while.
    Cooling {
        /// Until when, Unix milliseconds.
        until: i64,
    },
    /// Its last day is over.
    Expired {
        /// That day.
        on: String,
    },
    /// A limit refuses it.
    Limited {
        /// UUID of the limit.
        limit: String,
        /// Why.
        breach: Breach,
    },
    /// It is not for batch work.
    NotForBatch,
    /// It is for other programs.
    CallerNotAllowed,
    /// The provider cannot be used without a key, and has none.
    NoKey,
}

/// A limit, with what it does now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct LimitView {
    /// The rule.
    #[serde(flatten)]
    #[cfg_attr(test, ts(flatten))]
    pub limit: Limit,
    /// Keys that do not keep it now.
    pub breaches: Vec<LimitBreach>,
}

/// A key that does not keep a limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct LimitBreach {
    /// Which key.
    pub name: KeyName,
    /// For the tasks' models it is about; none: for all of them.
    pub model: Option<String>,
    /// Why.
    pub breach: Breach,
    /// What happens.
    pub effect: Effect,
}
