//! The thread that writes lines, and the queue before it.
//!
//! Purpose: whoever logs waits for nobody, be the disk full or the reader of a pipe asleep. Owner:
//! the thread owns the descriptor. Thread: its own, `log-writer`. It must never tear a line, and
//! never lose one silently: what is lost is counted, and said by the next line that finds room.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Lines that may wait: a mass failure and a few hundred calls, some MiB at most.
const WAITING: usize = 4096;
/// Pause before a descriptor that does not block is tried again, and before a full queue is.
const PAUSE: Duration = Duration::from_millis(10);

/// The line that says how many lines were lost, and why the last of them was.
pub(super) type Notice = Box<dyn Fn(u64, &str) -> String + Send>;

enum Order {
    Line(String),
    /// Says that everything before was dealt with.
    Flush(SyncSender<()>),
}

/// Where lines are handed in. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    orders: SyncSender<Order>,
    lost: Arc<AtomicU64>,
}

impl Queue {
    /// Starts the thread that writes to `sink`.
    pub(super) fn start(sink: impl Write + Send + 'static, notice: Notice) -> io::Result<Self> {
        let (orders, inbox) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            sink,
            notice,
            rest: Vec::new(),
            lost: Arc::clone(&lost),
            told: 0,
            reason: String::new(),
        };
        thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || writer.run(&inbox))?;
        Ok(Self { orders, lost })
    }

    /// Hands in a line with its line feed; counts it as lost if too many wait.
    pub(super) fn line(&self, line: String) {
        if self.orders.try_send(Order::Line(line)).is_err() {
            self.lost.fetch_add(1, Relaxed);
        }
    }

    /// Lines lost so far.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    /// Waits until all lines were dealt with, `limit` at most.
    pub(super) fn flush(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let (done, written) = sync_channel(1);
        let mut order = Order::Flush(done);
        while let Err(TrySendError::Full(back)) = self.orders.try_send(order) {
            if Instant::now() >= end {
                return;
            }
            order = back;
            thread::sleep(PAUSE);
        }
        let _ = written.recv_timeout(end.saturating_duration_since(Instant::now()));
    }
}

struct Writer<W> {
    sink: W,
    notice: Notice,
    /// What is still to be written of a line that was begun.
    rest: Vec<u8>,
    lost: Arc<AtomicU64>,
    /// How many of the lost were told of.
    told: u64,
    /// Why the last one was lost.
    reason: String,
}

impl<W: Write> Writer<W> {
    fn run(mut self, inbox: &Receiver<Order>) {
        for order in inbox {
            match order {
                Order::Line(line) => self.line(&line),
                Order::Flush(done) => {
                    let _ = done.try_send(());
                }
            }
        }
    }

    fn line(&mut self, line: &str) {
        let written = self
            .finish()
            .and_then(|()| self.tell())
            .and_then(|()| self.put(line));
        if let Err(error) = written {
            self.reason = error.to_string();
            self.lost.fetch_add(1, Relaxed);
        }
    }

    /// Says what was lost since it was last said.
    fn tell(&mut self) -> io::Result<()> {
        let lost = self.lost.load(Relaxed);
        if lost > self.told {
            let reason = match &*self.reason {
                "" => "too many lines waited to be written",
                reason => reason,
            };
            let notice = (self.notice)(lost - self.told, reason);
            self.put(&notice)?;
            self.told = lost;
            self.reason.clear();
        }
        Ok(())
    }

    /// Begins a line. Once a part of it is written it is not lost: the rest follows later.
    fn put(&mut self, line: &str) -> io::Result<()> {
        let octets = line.as_bytes();
        let mut written = 0;
        let result = write(&mut self.sink, octets, &mut written);
        if result.is_err() && written > 0 {
            self.rest.extend_from_slice(&octets[written..]);
            return Ok(());
        }
        result
    }

    /// Finishes the line that was begun.
    fn finish(&mut self) -> io::Result<()> {
        let mut written = 0;
        let result = write(&mut self.sink, &self.rest, &mut written);
        self.rest.drain(..written);
        result
    }
}

/// Writes all octets, or as many as can be; `written` says how many.
fn write(sink: &mut impl Write, octets: &[u8], written: &mut usize) -> io::Result<()> {
    while *written < octets.len() {
        match sink.write(&octets[*written..]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => *written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Whoever gave us this descriptor made it so; waiting is what this thread is for.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
