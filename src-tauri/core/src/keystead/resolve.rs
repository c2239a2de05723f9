//! Which key would do a task, and why no other: every key of every target is looked at, and each gets its reason.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    Broken, ConsideredKey, ConsideredTarget, KeyName, KeySource, KeyState, KeyView, Keystead, Place, ProviderView,
    Resolution, Resolve, Used, Warned, tasks::Assignments,
};
use crate::{
    error::{Code, Error, Result},
    limit::{Effect, Limit, Looked},
    policy::{Permission, Tier, checked_callers},
    probe::Outcome,
    provider::{KeyNeed, ProviderId},
    route::{self, Runner},
    store::{
        limit,
        model::{self, Offer},
        setting,
        task::{self, AssignmentRow},
        workspace::{self, WorkspaceRow},
    },
    task::{TaskSlug, TaskTarget},
};

/// While this setting is on, programs are refused.
pub(super) const MAINTENANCE: &str = "maintenance";

/// All that a decision looks at, read once.
pub(super) struct Scene {
    pub(super) workspace: WorkspaceRow,
    default: String,
    assignments: Assignments,
    providers: HashMap<ProviderId, ProviderView>,
    limits: Vec<Limit>,
}

impl Scene {
    /// With every provider.
    pub(super) fn of_all(keystead: &Keystead, workspace: WorkspaceRow) -> Result<Self> {
        let providers = keystead.providers()?.into_iter().map(|one| (one.id.clone(), one)).collect();
        Self::with(keystead, workspace, providers)
    }

    fn with(
        keystead: &Keystead,
        workspace: WorkspaceRow,
        providers: HashMap<ProviderId, ProviderView>,
    ) -> Result<Self> {
        let assignments = keystead.assignments()?;
        let db = keystead.store.read();
        let (default, limits) = (workspace::default(&db)?.id, limit::all(&db)?);
        Ok(Self { workspace, default, assignments, providers, limits })
    }

    /// What a task uses here, and whether that is the default workspace's.
    pub(super) fn assignment(&self, task: &TaskSlug) -> Option<(&AssignmentRow, bool)> {
        let own = self.assignments.get(&(self.workspace.id.clone(), task.clone()));
        let inherited = || self.assignments.get(&(self.default.clone(), task.clone()));
        own.map(|own| (own, false)).or_else(|| inherited().map(|one| (one, true)))
    }

    /// The targets of a task, with whose they are when they are another's.
    fn targets(&self, task: &TaskSlug) -> Result<(&[TaskTarget], Option<TaskSlug>), Broken> {
        let (mut at, mut seen) = (task.clone(), HashSet::new());
        loop {
            if !seen.insert(at.clone()) {
                return Err(Broken::Cycle { task: at.to_string() });
            }
            let Some((one, _)) = self.assignment(&at) else { return Err(Broken::Unassigned) };
            match &one.same_as {
                Some(other) => at = other.clone(),
                None if one.targets.is_empty() => return Err(Broken::Unassigned),
                None => return Ok((&one.targets, (at != *task).then_some(at))),
            }
        }
    }

    /// Its own parameters over those of the task whose targets it uses.
    fn parameters(&self, task: &TaskSlug, of: Option<&TaskSlug>) -> String {
        let mut all = serde_json::Map::new();
        for slug in of.into_iter().chain([task]) {
            let text = self.assignment(slug).map_or("{}", |(one, _)| &one.parameters);
            all.extend(serde_json::from_str::<serde_json::Map<_, _>>(text).unwrap_or_default());
        }
        serde_json::Value::Object(all).to_string()
    }
}

impl Keystead {
    /// Which key would do a task now, and why. Nothing is sent, and no secret is read.
    ///
    /// Fails with [`Code::Maintenance`] while programs are refused, with [`Code::TaskNotFound`] and
    /// [`Code::WorkspaceNotFound`]. That no key can be used is an answer, not an error.
    pub fn resolve(&self, req: &Resolve) -> Result<Resolution> {
        self.refuse_in_maintenance()?;
        self.dry_run(req)
    }

    /// The same for people, who may look while programs are refused.
    pub fn dry_run(&self, req: &Resolve) -> Result<Resolution> {
        let slug: TaskSlug = req.task.parse()?;
        task::get(&self.store.read(), &slug)?;
        let scene = Scene::of_all(self, self.workspace(req.workspace.as_deref())?)?;
        self.resolution(&slug, &scene, req)
    }

    /// Fails with [`Code::Maintenance`] while the user has programs refused.
    pub(super) fn refuse_in_maintenance(&self) -> Result<()> {
        if setting::get::<bool>(&self.store.read(), MAINTENANCE)? == Some(true) {
            let message = "Keystead is in maintenance: programs get no keys until that is switched off in Settings";
            return Err(Error::new(Code::Maintenance, message));
        }
        Ok(())
    }

    pub(super) fn resolution(&self, task: &TaskSlug, scene: &Scene, req: &Resolve) -> Result<Resolution> {
        let callers = req.caller.as_ref().map(|caller| checked_callers(std::slice::from_ref(caller))).transpose()?;
        let lottery = || Uuid::new_v4().to_string();
        let asked = Asked {
            scene,
            session: req.session.clone().unwrap_or_else(lottery),
            caller: callers.and_then(|mut one| one.pop()),
            batch: req.batch == Some(true),
            now: self.now(),
        };
        let (targets, targets_of, broken) = match scene.targets(task) {
            Ok((targets, of)) => (targets, of, None),
            Err(broken) => (&[][..], None, Some(broken)),
        };
        let mut targets = targets.iter().map(|one| self.consider(one, &asked)).collect::<Result<Vec<_>>>()?;
        let mut after = 0;
        let mut used = None;
        for target in &mut targets {
            for key in target.keys.iter_mut().filter(|key| matches!(key.place, Place::Used)) {
                if after > 0 {
                    key.place = Place::Next { after };
                }
                after += 1;
            }
            let first = target.keys.first().filter(|key| matches!(key.place, Place::Used));
            if let (None, Some(key)) = (&used, first) {
                used = asked.used(&target.provider, &target.model, key);
            }
        }
        let parameters = scene.parameters(task, targets_of.as_ref());
        Ok(Resolution {
            schema: "keystead.resolve/1".into(),
            task: task.clone(),
            targets_of,
            workspace: scene.workspace.name.clone(),
            used,
            broken,
            targets,
            parameters,
        })
    }

    /// All keys of a target. Those that can be used have the place "used" for now, in their order.
    fn consider(&self, target: &TaskTarget, asked: &Asked<'_>) -> Result<ConsideredTarget> {
        let (provider, model) = (target.provider.clone(), target.model.clone());
        let Some(view) = asked.scene.providers.get(&provider) else {
            let (provider_name, not_offered, keys) = (None, false, Vec::new());
            return Ok(ConsideredTarget { provider, provider_name, model, not_offered, keys });
        };
        let mut offers = Vec::new();
        let (mut usable, mut others) = (Vec::new(), Vec::new());
        for key in view.keys.iter().chain(&view.ambient) {
            let offer = self.offer(key, view, &model)?;
            let (place, warnings) = asked.place(key, view, &model, offer);
            offers.push(offer);
            match place {
                Some(place) => others.push(asked.considered(key, 0.0, place, Vec::new())),
                None => usable.push((key, warnings)),
            }
        }
        let listed = offers.iter().any(|offer| *offer != Offer::Unknown);
        let not_offered = listed && !offers.contains(&Offer::Listed);
        if usable.is_empty() && others.is_empty() {
            others.push(asked.without_a_key(view, &model));
        }
        let runners: Vec<_> = usable.iter().map(|(key, _)| runner(key)).collect();
        let shares = route::shares(&runners);
        let order = route::order(&asked.session, &runners);
        let mut usable: Vec<_> = usable.into_iter().map(Some).collect();
        let in_order = order.into_iter().filter_map(|at| {
            let (key, warnings) = usable.get_mut(at)?.take()?;
            Some(asked.considered(key, shares.get(at).copied().unwrap_or_default(), Place::Used, warnings))
        });
        let keys = in_order.collect::<Vec<_>>().into_iter().chain(others).collect();
        Ok(ConsideredTarget { provider, provider_name: Some(view.name.clone()), model, not_offered, keys })
    }

    /// Whether a key's provider offers it a model, by the name the provider has for it.
    fn offer(&self, key: &KeyView, provider: &ProviderView, model: &str) -> Result<Offer> {
        let called = key.policy.called(model);
        if provider.own_models.iter().any(|own| own.eq_ignore_ascii_case(called)) {
            return Ok(Offer::Listed);
        }
        let Ok(id) = key.id.parse() else { return Ok(Offer::Unknown) };
        model::offer(&self.store.read(), id, called)
    }
}

/// A decision under way.
struct Asked<'a> {
    scene: &'a Scene,
    session: String,
    caller: Option<String>,
    batch: bool,
    now: i64,
}

impl Asked<'_> {
    /// Why a key cannot be used, or what is to be said although it can.
    fn place(&self, key: &KeyView, provider: &ProviderView, model: &str, offer: Offer) -> (Option<Place>, Vec<Warned>) {
        if let Some(place) = self.unfit(key, model, offer) {
            return (Some(place), Vec::new());
        }
        let looked = |model| looked(key, &provider.id, &self.scene.workspace.id, Some(model), self.now);
        // What is denied is denied under its other name, too.
        self.limited(&[looked(model), looked(key.policy.called(model))])
    }

    /// What the limits say.
    fn limited(&self, looked: &[Looked<'_>]) -> (Option<Place>, Vec<Warned>) {
        let mut warnings = Vec::new();
        for limit in &self.scene.limits {
            let Some(breach) = looked.iter().find_map(|looked| limit.breach(looked)) else { continue };
            if limit.effect == Effect::Refuse {
                return (Some(Place::Limited { limit: limit.id.clone(), breach }), Vec::new());
            }
            warnings.push(Warned { limit: limit.id.clone(), breach });
        }
        (None, warnings)
    }

    /// A provider that has no key at all: a local server needs none.
    fn without_a_key(&self, provider: &ProviderView, model: &str) -> ConsideredKey {
        let workspace = &self.scene.workspace.id;
        let looked =
            Looked { provider: &provider.id, workspace, model: Some(model), since: None, tested: None, now: self.now };
        let (place, warnings) = match provider.key_need {
            KeyNeed::Required => (Some(Place::NoKey), Vec::new()),
            KeyNeed::Optional => self.limited(&[looked]),
        };
        let place = place.unwrap_or(Place::Used);
        let share = if place == Place::Used { 1.0 } else { 0.0 };
        ConsideredKey { name: None, tier: Tier::Prioritized, weight: 1.0, share, place, warnings }
    }

    fn unfit(&self, key: &KeyView, model: &str, offer: Offer) -> Option<Place> {
        let policy = &key.policy;
        if key.state == KeyState::Removing {
            return Some(Place::Removing);
        }
        if !key.enabled {
            return Some(Place::Disabled);
        }
        if policy.workspace.as_ref().is_some_and(|id| *id != self.scene.workspace.id) {
            return Some(Place::OtherWorkspace);
        }
        if !policy.callers.is_empty() && !self.caller.as_ref().is_some_and(|caller| policy.callers.contains(caller)) {
            return Some(Place::CallerNotAllowed);
        }
        if self.batch && !policy.batch {
            return Some(Place::NotForBatch);
        }
        match (policy.permits(model), policy.permits(policy.called(model))) {
            (Permission::Blocked(pattern), _) | (_, Permission::Blocked(pattern)) => {
                return Some(Place::ModelBlocked { pattern });
            }
            (Permission::NotAllowed, _) => return Some(Place::ModelNotAllowed),
            (Permission::Allowed, _) => {}
        }
        if key.state == KeyState::Missing {
            return Some(Place::SecretMissing);
        }
        if let Some(variable) = key.variable.as_ref().filter(|variable| !variable.set) {
            return Some(Place::VariableUnset { variable: variable.name.to_string() });
        }
        if policy.days_left(self.now).is_some_and(|days| days < 0) {
            return policy.expires_on.clone().map(|on| Place::Expired { on });
        }
        self.dead(key).or(match offer {
            Offer::Gone(since) => Some(Place::ModelGone { since }),
            Offer::Listed | Offer::NotListed | Offer::Unknown => None,
        })
    }

    /// What the last test says against it. What may be over by now, or was not the key's fault, says nothing.
    fn dead(&self, key: &KeyView) -> Option<Place> {
        let report = key.last_test.as_ref()?;
        match report.outcome {
            Outcome::InvalidKey
            | Outcome::Expired
            | Outcome::Disabled
            | Outcome::NoCredit
            | Outcome::RegionBlocked
            | Outcome::WrongBaseUrl => Some(Place::Dead { outcome: report.outcome, at: report.at }),
            Outcome::RateLimited => {
                let until = report.at + i64::from(report.retry_after_s?) * 1000;
                (until > self.now).then_some(Place::Cooling { until })
            }
            _ => None,
        }
    }

    fn considered(&self, key: &KeyView, share: f64, place: Place, warnings: Vec<Warned>) -> ConsideredKey {
        let providers = &self.scene.providers;
        let provider = providers.get(&key.provider).map_or_else(|| key.provider.to_string(), |one| one.name.clone());
        let name = KeyName { id: key.id.clone(), provider, name: key.name.clone() };
        ConsideredKey { name: Some(name), tier: key.policy.tier, weight: key.policy.weight, share, place, warnings }
    }

    fn used(&self, provider: &ProviderId, model: &str, key: &ConsideredKey) -> Option<Used> {
        let view = self.scene.providers.get(provider)?;
        let row =
            key.name.as_ref().and_then(|name| view.keys.iter().chain(&view.ambient).find(|key| key.id == name.id));
        Some(Used {
            provider: provider.clone(),
            provider_name: view.name.clone(),
            model: model.to_owned(),
            called: row.map_or(model, |row| row.policy.called(model)).to_owned(),
            base_url: view.base_url.clone(),
            name: key.name.clone(),
            key_ref: row.filter(|row| row.source != KeySource::None).map(|row| only_reference(row, view)),
        })
    }
}

/// A key as limits look at it.
pub(super) fn looked<'a>(
    key: &'a KeyView,
    provider: &'a ProviderId,
    workspace: &'a str,
    model: Option<&'a str>,
    now: i64,
) -> Looked<'a> {
    let has_text = key.source == KeySource::Vault;
    let since = has_text.then(|| key.rotated_at.unwrap_or(key.created_at));
    Looked { provider, workspace, model, since, tested: key.last_test.as_deref(), now }
}

/// What finds this key and no other: in two workspaces there may be keys of one name.
fn only_reference(key: &KeyView, provider: &ProviderView) -> String {
    let reference = key.reference();
    let others = provider.keys.iter().filter(|other| other.id != key.id && other.state != KeyState::Removing);
    let shared = others.map(|other| other.reference()).any(|other| other == reference);
    if shared { format!("keystead://{}", key.id) } else { reference }
}

fn runner(key: &KeyView) -> Runner<'_> {
    let policy = &key.policy;
    Runner { id: &key.id, tier: policy.tier, weight: policy.weight, position: policy.position }
}
