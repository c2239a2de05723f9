//! The processes below one, by their parents: what a session leaves behind is ended by what it is, not by its name.

use std::process::Child;

#[cfg(target_os = "linux")]
pub(crate) use linux::{adopt_orphans, below, end_all_below};

/// Elsewhere no sessions are started, and nothing is measured.
#[cfg(not(target_os = "linux"))]
pub(crate) fn below(_root: u32) -> Vec<u32> {
    Vec::new()
}

/// Ends a child and all below it.
pub(crate) fn end(child: &mut Child) {
    #[cfg(target_os = "linux")]
    linux::end_all(|| linux::below(child.id()).into_iter().chain([child.id()]).collect());
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::HashSet,
        fs, process, thread,
        time::{Duration, Instant},
    };

    use rustix::process::{Pid, Signal, WaitOptions, kill_process, set_child_subreaper, wait};

    /// Daemons that leave their parent become children of this program, so that [`end_all_below`] finds them.
    pub(crate) fn adopt_orphans() -> crate::Result {
        let this = Pid::from_raw(process::id().cast_signed());
        set_child_subreaper(this).map_err(|error| format!("cannot adopt orphaned processes: {error}"))
    }

    /// Ends all that this program started, asking first.
    pub(crate) fn end_all_below() {
        end_all(|| below(process::id()));
        // Not every system has a first process that buries the dead.
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
    }

    /// Every living process below `root`.
    pub(crate) fn below(root: u32) -> Vec<u32> {
        let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|pid| Some((pid, parent(pid)?)))
            .collect();
        let mut found = HashSet::from([root]);
        loop {
            let before = found.len();
            found.extend(
                processes.iter().filter(|(_, parent)| found.contains(parent)).map(|(pid, _)| *pid).collect::<Vec<_>>(),
            );
            if found.len() == before {
                found.remove(&root);
                return found.into_iter().collect();
            }
        }
    }

    /// The parent of a process; none when it has ended, even if nobody has waited for it yet.
    fn parent(pid: u32) -> Option<u32> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?;
        if matches!(state, "Z" | "X") { None } else { fields.next()?.parse().ok() }
    }

    /// Asks what `processes` names to end, and after five seconds no longer asks.
    pub(super) fn end_all(processes: impl Fn() -> Vec<u32>) {
        let deadline = Instant::now() + Duration::from_secs(5);
        let (mut named, mut asked) = (HashSet::new(), HashSet::new());
        loop {
            let late = Instant::now() > deadline;
            // Whose parent has ended is no longer below it, but is still waited for.
            named.extend(processes());
            let left: Vec<u32> = named.iter().copied().filter(|pid| parent(*pid).is_some()).collect();
            if left.is_empty() || Instant::now() > deadline + Duration::from_secs(2) {
                return;
            }
            for pid in left {
                if (late || asked.insert(pid))
                    && let Some(process) = Pid::from_raw(pid.cast_signed())
                {
                    let _ = kill_process(process, if late { Signal::KILL } else { Signal::TERM });
                }
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
