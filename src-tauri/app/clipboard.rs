//! The clipboard, read and written here so that the page never has to. One thread owns it for as long as the app runs:
//! on X11 the owner of a selection has to answer for it.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use keystead_core::{Code, Error, Result};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A clipboard lives in other programs, which may hang.
const PATIENCE: Duration = Duration::from_secs(5);
const PATIENCE_AT_EXIT: Duration = Duration::from_secs(1);

type Job = Box<dyn FnOnce(&mut Owner) + Send>;

/// The way to the thread that owns the clipboard.
#[derive(Clone)]
pub(crate) struct Clipboard(Sender<Job>);

impl Clipboard {
    /// Starts the thread; the clipboard itself is reached at its first use.
    pub(crate) fn start() -> Self {
        let (jobs, todo) = mpsc::channel();
        thread::spawn(move || Owner::default().work(&todo));
        Self(jobs)
    }

    /// The clipboard's text.
    pub(crate) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        self.ask(PATIENCE, Owner::read)
    }

    /// Writes text that is no secret.
    pub(crate) fn write(&self, text: String) -> Result<()> {
        self.ask(PATIENCE, move |owner| owner.write(text))
    }

    /// Writes a key, asks clipboard histories not to record it, and takes it back after `keep` if it is still there.
    pub(crate) fn lend(&self, key: Zeroizing<String>, keep: Duration) -> Result<()> {
        self.ask(PATIENCE, move |owner| owner.lend(&key, keep))
    }

    /// Takes a lent key back and hands other text over to the desktop. The app ends whether or not this succeeds.
    pub(crate) fn leave(&self) {
        let _ = self.ask(PATIENCE_AT_EXIT, |owner| {
            owner.take_back();
            owner.board = None;
            Ok(())
        });
    }

    fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut Owner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = mpsc::channel();
        let job: Job = Box::new(move |owner| {
            let _ = answer.send(work(owner));
        });
        self.0.send(job).map_err(|_| failed("its thread has ended"))?;
        answered.recv_timeout(patience).map_err(|_| failed("it does not answer"))?
    }
}

/// What the thread holds.
#[derive(Default)]
struct Owner {
    board: Option<arboard::Clipboard>,
    lent: Option<Lent>,
}

/// A key in the clipboard, known by its digest.
struct Lent {
    digest: [u8; 32],
    until: Instant,
}

impl Owner {
    fn work(mut self, todo: &Receiver<Job>) {
        loop {
            let left = self.lent.as_ref().map(|lent| lent.until.saturating_duration_since(Instant::now()));
            let job = match left {
                Some(left) => todo.recv_timeout(left),
                None => todo.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match job {
                Ok(job) => job(&mut self),
                Err(RecvTimeoutError::Timeout) => self.take_back(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn board(&mut self) -> Result<&mut arboard::Clipboard> {
        if self.board.is_none() {
            self.board = Some(arboard::Clipboard::new().map_err(|_| failed("there is none"))?);
        }
        self.board.as_mut().ok_or_else(|| failed("there is none"))
    }

    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>> {
        match self.board()?.get_text() {
            Ok(text) if !text.is_empty() => Ok(Zeroizing::new(text.into_bytes())),
            Ok(_) | Err(arboard::Error::ContentNotAvailable) => {
                Err(Error::new(Code::ClipboardEmpty, "the clipboard holds no text"))
            }
            Err(_) => Err(failed("it cannot be read")),
        }
    }

    fn write(&mut self, text: String) -> Result<()> {
        self.lent = None;
        self.board()?.set_text(text).map_err(|_| failed("it cannot be written"))
    }

    fn lend(&mut self, key: &str, keep: Duration) -> Result<()> {
        let set = unrecorded(self.board()?.set());
        set.text(key).map_err(|_| failed("it cannot be written"))?;
        self.lent = Some(Lent { digest: digest(key), until: Instant::now() + keep });
        Ok(())
    }

    /// Clears the clipboard unless someone has put something else there.
    fn take_back(&mut self) {
        let Some(lent) = self.lent.take() else { return };
        // The connection to the screen keeps what it sent in a buffer, which is wiped when it is closed.
        let Some(mut board) = self.board.take() else { return };
        let now = board.get_text().map(Zeroizing::new);
        if now.is_ok_and(|text| digest(&text) == lent.digest) && board.clear().is_err() {
            tracing::warn!("the clipboard could not be cleared");
        }
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn unrecorded(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "linux")]
    return arboard::SetExtLinux::exclude_from_history(set);
    #[cfg(target_os = "macos")]
    return arboard::SetExtApple::exclude_from_history(set);
    #[cfg(windows)]
    return arboard::SetExtWindows::exclude_from_monitoring(set);
}

/// Nothing of what the clipboard library says is passed on: it may quote the text.
fn failed(why: &str) -> Error {
    Error::new(Code::ClipboardFailed, format!("the clipboard cannot be used: {why}"))
}
