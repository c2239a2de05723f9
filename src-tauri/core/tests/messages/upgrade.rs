//! A database of the version before, with a key in it.

use keystead_core::{keystead::BotState, message::MessageCause, vault::fault::Memory};

use crate::common;

#[test]
fn an_older_version_s_data_has_no_bot_and_tells_everything_once_it_has_one() {
    let home = tempfile::tempdir().expect("a folder");
    let db = common::database_before(home.path(), "0011_message.sql");
    db.execute(
        "INSERT INTO key (id, provider, name, name_folded, source, created_at, updated_at)
         VALUES (?1, 'ollama', 'Box', 'box', 'none', 1, 1)",
        [uuid::Uuid::new_v4().to_string()],
    )
    .expect("written");
    drop(db);
    let keystead = common::open(home.path(), &Memory::new());
    let view = keystead.messenger().expect("a view");
    assert_eq!((view.bot, view.enabled, view.configured, view.desktop), (BotState::None, true, false, false));
    assert_eq!((view.events, view.quiet, view.waiting), (MessageCause::ALL.to_vec(), None, 0));
    assert_eq!(keystead.find_key("ollama/box").expect("kept").name, "Box");
}
