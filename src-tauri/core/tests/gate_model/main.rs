//! What the facade does, against what a plain map says it should: with faults at every turn, and with writes that land
//! long after everybody gave them up.

#[path = "../common/gate.rs"]
mod gate;
mod late;
mod model;
#[path = "../common/scene.rs"]
mod scene;
mod world;
