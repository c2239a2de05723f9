//! Limits: kept, and looked at before they are.

use uuid::Uuid;

use super::{
    EventKind, KeyName, Keystead, LimitBreach, LimitView, ProviderView, SaveLimit,
    history::About,
    policies::changed_elsewhere,
    resolve::{Scene, looked},
};
use crate::{
    error::{Code, Error, Field, Result},
    limit::{Limit, LimitKind},
    store::{
        event::{Table, Watch},
        limit as rows, workspace,
    },
};

impl Keystead {
    /// All of them, each with the keys that do not keep it now.
    pub fn limits(&self) -> Result<Vec<LimitView>> {
        let limits = rows::all(&self.store.read())?;
        let providers = self.providers()?;
        limits.into_iter().map(|limit| self.limit_view(limit, &providers)).collect()
    }

    /// What a limit would do, before it is saved.
    pub fn preview_limit(&self, req: &SaveLimit) -> Result<LimitView> {
        let limit = self.wanted_limit(req)?;
        self.limit_view(Limit { enabled: true, ..limit }, &self.providers()?)
    }

    /// Makes one, or changes one.
    pub fn save_limit(&self, req: &SaveLimit) -> Result<Vec<LimitView>> {
        let limit = self.wanted_limit(req)?;
        let kind = if req.id.is_some() { EventKind::LimitEdited } else { EventKind::LimitAdded };
        let about = about(kind, &limit)?;
        self.change(&about, &[Watch::on(Table::KeyLimit, "id", &limit.id)], |t| {
            if req.id.is_some() {
                let now = rows::get(t, &limit.id)?;
                if req.version.is_some_and(|seen| seen != now.version) {
                    return Err(changed_elsewhere("this limit"));
                }
            }
            rows::put(t, &limit, self.now())
        })?;
        self.limits()
    }

    /// Removes one.
    pub fn remove_limit(&self, id: &str) -> Result<Vec<LimitView>> {
        let limit = rows::get(&self.store.read(), id)?;
        let about = about(EventKind::LimitRemoved, &limit)?;
        self.change(&about, &[Watch::on(Table::KeyLimit, "id", &id)], |t| rows::delete(t, id))?;
        self.limits()
    }

    fn wanted_limit(&self, req: &SaveLimit) -> Result<Limit> {
        if let Some(id) = &req.workspace {
            workspace::get(&self.store.read(), id)?;
        }
        let limit = Limit {
            id: req.id.clone().unwrap_or_else(|| Uuid::new_v4().to_string()),
            kind: req.kind,
            effect: req.effect,
            enabled: req.enabled,
            workspace: req.workspace.clone(),
            provider: req.provider.clone(),
            amount: req.amount,
            currency: req.currency.clone(),
            patterns: req.patterns.clone(),
            version: 0,
        }
        .checked()?;
        if let Some(id) = &limit.provider {
            self.chosen(id)?;
        }
        if limit.kind == LimitKind::AllowedProviders {
            for slug in &limit.patterns {
                self.chosen(&slug.parse()?).map_err(|e| e.in_field(Field::Patterns))?;
            }
        }
        Ok(limit)
    }

    /// Models are those that tasks ask for in the limit's workspace, or in any: of others nobody knows whether they would be asked for.
    fn limit_view(&self, limit: Limit, providers: &[ProviderView]) -> Result<LimitView> {
        let mut breaches = Vec::new();
        let asked = if limit.kind == LimitKind::DeniedModels { self.models_asked_for(&limit)? } else { Vec::new() };
        let workspace = match &limit.workspace {
            Some(id) => id.clone(),
            None => self.workspace(None)?.id,
        };
        for provider in providers {
            for key in provider.keys.iter().chain(&provider.ambient).filter(|key| key.enabled) {
                if key.policy.workspace.as_ref().is_some_and(|own| limit.workspace.as_ref().is_some_and(|id| id != own))
                {
                    continue;
                }
                let name = || KeyName { id: key.id.clone(), provider: provider.name.clone(), name: key.name.clone() };
                let mut look = |model: Option<&str>| {
                    let breach = limit.breach(&looked(key, &provider.id, &workspace, model, self.now()));
                    breaches.extend(breach.map(|breach| LimitBreach {
                        name: name(),
                        model: model.map(str::to_owned),
                        breach,
                        effect: limit.effect,
                    }));
                };
                match limit.kind {
                    LimitKind::DeniedModels => {
                        let mine = asked.iter().filter(|(id, _)| *id == provider.id);
                        mine.for_each(|(_, model)| look(Some(model)));
                    }
                    _ => look(None),
                }
            }
        }
        Ok(LimitView { limit, breaches })
    }

    fn models_asked_for(&self, limit: &Limit) -> Result<Vec<(crate::provider::ProviderId, String)>> {
        let tasks = crate::store::task::all(&self.store.read())?;
        let workspaces = match &limit.workspace {
            Some(id) => vec![self.workspace(Some(id))?],
            None => workspace::all(&self.store.read())?,
        };
        let mut all = Vec::new();
        for row in workspaces {
            let scene = Scene::of_all(self, row)?;
            let targets =
                tasks.iter().filter_map(|task| scene.assignment(&task.slug)).flat_map(|(one, _)| &one.targets);
            all.extend(targets.map(|target| (target.provider.clone(), target.model.clone())));
        }
        all.sort_by(|a, b| (a.0.as_str(), &a.1).cmp(&(b.0.as_str(), &b.1)));
        all.dedup();
        Ok(all)
    }
}

fn about(kind: EventKind, limit: &Limit) -> Result<About> {
    let name = serde_json::to_value(limit.kind).ok().and_then(|name| name.as_str().map(str::to_owned));
    let name = name.ok_or_else(|| Error::new(Code::Internal, "this has no name"))?;
    Ok(About::new(kind, name))
}
