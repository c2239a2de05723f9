//! Messages about keys, end to end against a loopback server that behaves like the Bot API: what is taken and what refused,
//! every answer for what it is, one message a cause and day, quiet hours, pauses, and where the token is not.

mod bot;
#[path = "../common.rs"]
mod common;
mod setup;
mod telling;
mod upgrade;
