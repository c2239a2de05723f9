//! Where the command's keys are: the doctor, the encrypted file, and what is done about damage.
#![cfg(target_os = "linux")]

#[path = "common/session.rs"]
mod session;

use session::{Session, json, stdout};

const GOOD: &str = "sk-proj-CommandGoodT3BlbkFJ0123456789wxyz";

#[test]
fn the_doctor_finds_what_was_lost_and_rebuilds_the_list() {
    let session = Session::new("unlocked");
    let script = r#"
        printf %s "$(cat)" | $K key add openai --name Work --stdin --no-test >&2
        $K doctor --json; echo $?
        rm "$KEYSTEAD_HOME"/keystead.db*
        $K doctor --json; echo $?
        $K doctor --adopt --json; echo $?
        $K key list --json"#;
    let text = stdout(&session.run(script, GOOD));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 7, "{text}");
    let well = json(lines[0]);
    assert_eq!((well["schema"].as_str(), lines[1]), (Some("keystead.doctor/1"), "0"));
    assert_eq!((well["vault"]["state"].as_str(), well["storage"]["present"].as_u64()), (Some("ready"), Some(1)));
    assert!(well["proof"]["read_ms"].is_number());
    assert_eq!((json(lines[2])["problems"][0]["code"].as_str(), lines[3]), (Some("leftovers"), "1"));
    assert_eq!((json(lines[4])["problems"].as_array().map(Vec::len), lines[5]), (Some(0), "0"));
    assert_eq!(json(lines[6])[0]["ref"], "keystead://openai/work");
    assert!(!text.contains(GOOD));
}

#[test]
fn the_doctor_names_each_state_of_the_keychain() {
    for (state, name) in
        [("locked", "locked"), ("fresh", "no_collection"), ("none", "no_provider"), ("nobus", "no_bus")]
    {
        let text = stdout(&Session::new(state).run("$K doctor --json; echo $?", ""));
        let lines: Vec<&str> = text.lines().collect();
        let found = json(lines[0]);
        assert_eq!((found["vault"]["state"].as_str(), lines[1]), (Some(name), "3"), "{state}");
        assert_eq!(found["problems"][0]["code"], "vault_not_ready");
    }
}

#[test]
fn an_encrypted_file_serves_where_there_is_no_keychain() {
    let session = Session::new("none");
    let script = r#"
        P=$KEYSTEAD_HOME/words; printf 'correct horse battery\n' > "$P"
        "$K" vault status --json; echo "exit $?"
        "$K" --passphrase-file "$P" vault create > /dev/null; echo "exit $?"
        "$K" key add openai --name Work --stdin --no-test; echo "exit $?"
        "$K" test openai/work 2>&1; echo "exit $?"
        printf 'not the right words\n' > "$P.wrong"
        "$K" --passphrase-file "$P.wrong" test openai/work 2>&1; echo "exit $?"
        "$K" --passphrase-file "$P" doctor --json; echo "exit $?"
        "$K" vault move keychain 2>&1; echo "exit $?"
        "$K" vault status --json
    "#;
    let output = session.run(script, GOOD);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(json(lines[0])["state"], "no_provider");
    assert_eq!(lines[1..4], ["exit 3", "exit 0", "Saved keystead://openai/work."], "{text}");
    assert!(lines[5].contains("--passphrase-file") && lines[6] == "exit 3", "{text}");
    assert!(lines[7].contains("passphrase") && lines[8] == "exit 2", "{text}");
    let doctor = json(lines[9]);
    assert_eq!((&doctor["vault"]["kind"], &doctor["storage"]["present"]), (&"file".into(), &1.into()));
    assert_eq!(lines[10], "exit 0", "{text}");
    assert_eq!(lines[12], "exit 3", "{text}");
    let after = json(lines[13]);
    assert_eq!((&after["kind"], &after["moving"]), (&"file".into(), &serde_json::Value::Null));
    assert!(!text.contains(GOOD));
}

#[test]
fn keys_move_from_the_file_into_the_keychain() {
    let session = Session::new("unlocked");
    let script = r#"set -e
        P=$KEYSTEAD_HOME/words; printf 'correct horse battery\n' > "$P"
        "$K" --passphrase-file "$P" vault create > /dev/null
        "$K" key add openai --name Work --stdin --no-test > /dev/null
        "$K" --passphrase-file "$P" vault move keychain
        "$K" vault status --json
        ls "$KEYSTEAD_HOME/vault" | grep -c v1.age || true
    "#;
    let output = session.run(script, GOOD);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Moved 2 entries.", "{text} {}", String::from_utf8_lossy(&output.stderr));
    let after = json(lines[1]);
    assert_eq!((&after["kind"], &after["holdings"][0]["keys"]), (&"keychain".into(), &1.into()));
    assert_eq!(lines[2], "0", "the file keeps nothing of what was moved");
}

#[test]
fn a_damaged_database_is_set_aside_and_rebuilt() {
    let session = Session::new("unlocked");
    let script = r#"
        "$K" key add openai --name Work --stdin --no-test > /dev/null
        dd if=/dev/zero of="$KEYSTEAD_HOME/keystead.db" bs=1 count=2000 conv=notrunc 2> /dev/null
        rm -f "$KEYSTEAD_HOME/keystead.db-wal"
        "$K" key list 2>&1; echo "exit $?"
        "$K" doctor --set-aside --adopt > /dev/null 2>&1; echo "exit $?"
        "$K" key list --json
        ls "$KEYSTEAD_HOME" | grep -c damaged
    "#;
    let output = session.run(script, GOOD);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("damaged") && lines[0].contains("--set-aside --adopt"), "{text}");
    assert_eq!(lines[1..3], ["exit 1", "exit 0"], "{text}");
    assert_eq!(json(lines[3])[0]["name"], "Work", "{text}");
    assert_ne!(lines[4], "0", "the old one is kept");
}

#[test]
fn a_lost_list_is_rebuilt_from_the_encrypted_file_and_a_whole_one_stays() {
    let session = Session::new("none");
    let script = r#"
        P=$KEYSTEAD_HOME/words; printf 'correct horse battery\n' > "$P"
        "$K" --passphrase-file "$P" vault create > /dev/null
        "$K" key add openai --name Work --stdin --no-test > /dev/null
        "$K" doctor --set-aside 2>&1 >/dev/null | head -1; "$K" key list --json | grep -c Work
        rm "$KEYSTEAD_HOME"/keystead.db*
        "$K" doctor --json | grep -o '"kind":"[a-z]*"' | head -1
        "$K" --passphrase-file "$P" doctor --adopt > /dev/null 2>&1; echo "exit $?"
        "$K" key list --json
    "#;
    let output = session.run(script, GOOD);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["the database is not damaged: it stays where it is", "1"], "{text}");
    assert_eq!(lines[2..4], [r#""kind":"file""#, "exit 0"], "{text}");
    assert_eq!(json(lines[4])[0]["ref"], "keystead://openai/work", "{text}");
}

#[test]
fn what_waits_for_a_locked_keychain_is_not_called_removed() {
    let session = Session::new("unlocked");
    let script = r#"
        "$K" key add openai --name Work --stdin --no-test > /dev/null
        dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets /org/freedesktop/secrets \
            org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login > /dev/null
        "$K" key rm openai/work; "$K" key list
    "#;
    let output = session.run(script, GOOD);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("Will remove keystead://openai/work when"), "{text}");
    assert!(lines.iter().any(|line| line.contains("removed when its vault can be used")), "{text}");
}

#[test]
fn a_command_that_waits_for_a_key_leaves_no_core() {
    let session = Session::new("none");
    let script = r#"sleep 3 | "$K" key add openai --stdin --no-test > /dev/null 2>&1 &
        sleep 1; grep 'core file' "/proc/$!/limits"; wait"#;
    let text = stdout(&session.run(script, ""));
    assert_eq!(text.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["1", "1"], "{text}");
}
