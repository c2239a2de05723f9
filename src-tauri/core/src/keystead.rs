//! The facade: every use-case of the app and of the command is one method here.

pub mod view;

pub use view::*;

/// The facade.
pub struct Keystead;
