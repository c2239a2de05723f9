//! R2: the process is killed at some moment of whatever it does.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use keystead_core::{
    Keystead, Result,
    keystead::{EnableKey, RenameKey},
    vault::{Vault, VaultKind, fault::Memory, keychain::Keychain},
};
use serde::{Deserialize, Serialize};

use crate::{
    act::move_all,
    gate::{Gate, size},
    ground::{Ground, System},
    known::{Known, seen},
    points::settled,
    scene::{self, Rng},
};

/// Set for the process that is killed.
const JOB: &str = "KEYSTEAD_TEST_KILL";
const SAYS: &str = "kill gate: ";
/// What a start may take, with room: the pass mark is 1.5 s on a machine that does nothing else.
const START: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Operation {
    Add { name: String, text: String },
    Replace { name: String, text: String },
    Rename { name: String, to: String },
    Enable { name: String, on: bool },
    Remove { name: String },
    Use { name: String },
    Move { to: VaultKind },
    Stop,
}

/// What a line of the process says.
#[derive(Debug, Serialize, Deserialize)]
enum Word {
    Ready,
    Begins(Operation),
    Done,
    Failed(String),
}

#[derive(Serialize, Deserialize)]
struct Job {
    home: String,
    keyring: bool,
    seed: u64,
}

#[test]
fn a_process_killed_at_any_moment_keeps_what_it_acknowledged_in_the_encrypted_file() {
    kills("kills, encrypted file", System::None, VaultKind::File);
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_killed_at_any_moment_keeps_what_it_acknowledged_in_a_keyring() {
    crate::session::within("unlocked", || kills("kills, GNOME Keyring", System::Keyring, VaultKind::Keychain));
}

fn kills(what: &'static str, system: System, chosen: VaultKind) {
    let gate = Gate::new("R2", what);
    let ground = Ground::new(system, chosen);
    let keystead = ground.open().expect("opens");
    keystead.create_file_vault(&scene::passphrase()).expect("made");
    keystead.use_vault(chosen).expect("chosen");
    drop(keystead);
    let (mut known, mut failures, mut starts, mut done) = (Known::new(), Vec::new(), Vec::new(), 0);
    let runs = size(8, 500);
    for kill in 0..runs as u64 {
        let (words, begun) = killed(&ground, system, kill);
        done += words.iter().filter(|word| matches!(word, Word::Done)).count();
        match after(&ground, &mut known, &words, kill, &mut starts) {
            Ok(()) => {}
            Err(why) => {
                failures.push(format!("kill {kill}, {begun}: {why}"));
                // The next kill begins from what is there.
                known = ground.started().ok().and_then(|keystead| seen(&keystead).ok()).unwrap_or_default();
            }
        }
    }
    starts.sort();
    println!(
        "{what}: {done} operations acknowledged; start: median {:?}, longest {:?}",
        starts[runs / 2],
        starts[runs - 1]
    );
    gate.done(runs, &failures, "kills");
}

/// What a process said until it was killed.
fn killed(ground: &Ground, system: System, kill: u64) -> (Vec<Word>, String) {
    let mut rng = Rng::new(kill + 40_000);
    let home = ground.home.path().display().to_string();
    let job = Job { home, keyring: system == System::Keyring, seed: kill };
    let mut child = Command::new(env::current_exe().expect("this test's own path"))
        .args(["--exact", "kill::the_process_that_is_killed", "--nocapture"])
        .env(JOB, serde_json::to_string(&job).expect("text"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    let mut words = Vec::new();
    // One in four is killed while it starts, the others while they do something.
    let operations = if rng.chance(25) { 0 } else { 1 + rng.below(4) };
    read_until(&mut lines, &mut words, operations);
    thread::sleep(Duration::from_micros(rng.below(50_000) as u64));
    end(&mut child);
    words.extend(lines.lines().map_while(std::result::Result::ok).filter_map(|line| word(&line)));
    let last = words.last().map_or_else(|| "at its start".to_owned(), |word| format!("last word {word:?}"));
    (words, last)
}

/// Reads on until the process has begun so many operations.
fn read_until(lines: &mut BufReader<ChildStdout>, words: &mut Vec<Word>, operations: usize) {
    let mut begun = 0;
    while begun < operations {
        let mut line = String::new();
        if lines.read_line(&mut line).ok().is_none_or(|read| read == 0) {
            return;
        }
        words.extend(word(&line));
        begun = words.iter().filter(|word| matches!(word, Word::Begins(_))).count();
    }
}

fn end(child: &mut Child) {
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

fn word(line: &str) -> Option<Word> {
    serde_json::from_str(line.split_once(SAYS)?.1.trim()).ok()
}

/// The next start, and what must hold after it.
fn after(
    ground: &Ground,
    known: &mut Known,
    words: &[Word],
    kill: u64,
    starts: &mut Vec<Duration>,
) -> std::result::Result<(), String> {
    let text = |e: keystead_core::Error| format!("{:?} {e}", e.code);
    let mut under_way = None;
    for word in words {
        match word {
            Word::Begins(operation) => under_way = Some(operation),
            Word::Done => known.apply(under_way.take().ok_or("done before it began")?),
            Word::Failed(why) => return Err(format!("{under_way:?} failed: {why}")),
            Word::Ready => {}
        }
    }
    let start = Instant::now();
    let keystead = ground.open().map_err(text)?;
    keystead.vault_status().map_err(text)?;
    starts.push(start.elapsed());
    if start.elapsed() > START {
        return Err(format!("the start took {:?}", start.elapsed()));
    }
    keystead.unlock_file_vault(&scene::passphrase()).map_err(text)?;
    keystead.reconcile().map_err(text)?;
    let found = seen(&keystead)?;
    let mut after = known.clone();
    if let Some(operation) = under_way {
        after.apply(operation);
    }
    if found != *known && found != after {
        return Err(format!("{under_way:?} under way; {}", found.differs(known)));
    }
    *known = found;
    // Most moves are left to the next process.
    if let Some(moving) = keystead.vault_status().map_err(text)?.moving.filter(|_| kill.is_multiple_of(5)) {
        if kill.is_multiple_of(2) { move_all(&keystead, moving.to) } else { keystead.stop_moving().map(drop) }
            .map_err(text)?;
    }
    settled(ground, &keystead, known.len())
}

/// Nothing unless it was started for it.
#[test]
fn the_process_that_is_killed() {
    let Ok(job) = env::var(JOB) else { return };
    let job: Job = serde_json::from_str(&job).expect("a job");
    let keychain: Arc<dyn Vault> = if job.keyring { Arc::new(Keychain::new()) } else { Arc::new(Memory::new()) };
    let keystead = scene::open(Path::new(&job.home), keychain).expect("opens");
    keystead.unlock_file_vault(&scene::passphrase()).expect("unlocked");
    let mut rng = Rng::new(job.seed + 80_000);
    // Reads the whole catalogue, once.
    scene::views(&keystead).expect("listed");
    say(&Word::Ready);
    for number in 0.. {
        let operation = choose(&keystead, &mut rng, &job, number);
        say(&Word::Begins(operation.clone()));
        match perform(&keystead, &operation) {
            Ok(()) => say(&Word::Done),
            Err(e) => return say(&Word::Failed(format!("{:?} {e}", e.code))),
        }
    }
}

fn say(word: &Word) {
    println!("\n{SAYS}{}", serde_json::to_string(word).expect("text"));
}

fn choose(keystead: &Keystead, rng: &mut Rng, job: &Job, number: usize) -> Operation {
    let views = scene::views(keystead).expect("listed");
    if views.len() < 3 || (views.len() < 9 && rng.chance(20)) {
        let bytes = *rng.pick(&[40, 60, 400, 5000]);
        return Operation::Add { name: format!("Key {}-{number}", job.seed), text: rng.text(bytes) };
    }
    let name = rng.pick(&views).name.clone();
    match rng.below(20) {
        0..8 => Operation::Replace { name, text: rng.text(60) },
        8..10 => Operation::Rename { name, to: format!("Name {}-{number}", job.seed) },
        10..12 => Operation::Enable { name, on: rng.chance(50) },
        12..14 => Operation::Remove { name },
        14..16 => Operation::Use { name },
        // Without a keyring there is nowhere to move to.
        _ if !job.keyring => Operation::Replace { name, text: rng.text(3000) },
        16 => Operation::Stop,
        _ => match keystead.vault_status().expect("status").moving {
            Some(moving) => Operation::Move { to: moving.to },
            None => Operation::Move { to: *rng.pick(&[VaultKind::Keychain, VaultKind::File]) },
        },
    }
}

fn perform(keystead: &Keystead, operation: &Operation) -> Result<()> {
    let id = |name: &str| scene::find(keystead, &format!("openai/{name}")).expect("it is there").id;
    match operation {
        Operation::Add { name, text } => scene::add(keystead, "openai", name, text).map(drop),
        Operation::Replace { name, text } => scene::replace(keystead, &id(name), text).map(drop),
        Operation::Rename { name, to } => keystead.rename_key(&RenameKey { id: id(name), name: to.clone() }).map(drop),
        Operation::Enable { name, on } => keystead.enable_key(&EnableKey { id: id(name), enabled: *on }).map(drop),
        Operation::Remove { name } => keystead.remove_key(&id(name)),
        Operation::Use { name } => keystead.with_secret(&id(name), |_| ()),
        Operation::Move { to } => move_all(keystead, *to),
        Operation::Stop => keystead.stop_moving().map(drop),
    }
}
