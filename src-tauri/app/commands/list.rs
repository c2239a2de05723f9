// The commands of the app, each declared here and nowhere else: `build.rs` makes the app manifest and the main window's
// grant from this list, `lib.rs` the handler, and `tests/ipc_contract.rs` compares it with the page's own table.
macro_rules! commands {
    ($with:ident) => {
        $with![
            providers::list_providers,
            providers::edit_provider,
            providers::remove_provider,
            providers::check_base_url,
            providers::open_link,
            drafts::draft_key,
            drafts::paste_key,
            drafts::discard_draft,
            keys::add_key,
            keys::rename_key,
            keys::replace_key,
            keys::enable_key,
            keys::remove_key,
            keys::copy_key,
            keys::reveal_key,
            tests::test_draft,
            tests::test_key,
            tests::cancel_test,
            vault::vault_status,
            vault::unlock_vault,
            vault::create_keyring,
            vault::prove_vault,
            vault::use_vault,
            vault::create_file_vault,
            vault::unlock_file_vault,
            vault::lock_file_vault,
            vault::change_passphrase,
            vault::move_keys,
            vault::stop_moving,
            vault::check_storage,
            vault::adopt_leftovers,
            vault::delete_leftovers,
            settings::get_settings,
            settings::save_settings,
            settings::about,
            settings::copy_text,
        ]
    };
}
