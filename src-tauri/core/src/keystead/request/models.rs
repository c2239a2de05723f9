use serde::Deserialize;

/// List a saved key's models anew.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct FetchModels {
    /// The key's UUID.
    pub id: String,
    /// The caller's name for this run, to cancel it by.
    pub run: String,
}

/// Decide about models of a saved key: by name, so that nothing is decided that was not seen.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ApplyModels {
    /// The key's UUID.
    pub id: String,
    /// To be the user's: new ones, left-out ones, and gone ones that stay all the same.
    pub take: Vec<String>,
    /// Not to be: what is in the list is left out, what is gone is forgotten.
    pub leave: Vec<String>,
}
