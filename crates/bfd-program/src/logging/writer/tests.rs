use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Notice, Queue, WAITING};

/// Longer than any of this takes.
const LONG: Duration = Duration::from_secs(30);

/// A disk with room for so many octets.
#[derive(Clone, Default)]
struct Disk {
    room: Arc<AtomicUsize>,
    held: Arc<Mutex<Vec<u8>>>,
}

impl Disk {
    fn make_room(&self, octets: usize) {
        self.room.fetch_add(octets, SeqCst);
    }

    fn lines(&self) -> Vec<String> {
        let held = self.held.lock().expect("no panic");
        let text = String::from_utf8(held.clone()).expect("text");
        text.lines().map(str::to_owned).collect()
    }
}

impl Write for Disk {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = octets.len().min(self.room.load(SeqCst));
        if count == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.room.fetch_sub(count, SeqCst);
        self.held
            .lock()
            .expect("no panic")
            .extend_from_slice(&octets[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn notice() -> Notice {
    Box::new(|lost, reason| format!("lost {lost}: {reason}\n"))
}

fn on(disk: &Disk) -> Queue {
    Queue::start(disk.clone(), notice()).expect("a thread")
}

#[test]
fn lines_come_in_order_and_flush_waits_for_them() {
    let disk = Disk::default();
    disk.make_room(1 << 20);
    let queue = on(&disk);
    for number in 0..1000 {
        queue.line(format!("{number}\n"));
    }
    queue.flush(LONG);
    let numbers: Vec<_> = (0..1000).map(|number| number.to_string()).collect();
    assert_eq!(disk.lines(), numbers);
    assert_eq!(queue.lost(), 0);
}

#[test]
fn a_full_disk_is_told_of_when_there_is_room_again() {
    let disk = Disk::default();
    disk.make_room(6);
    let queue = on(&disk);
    for line in ["first\n", "second\n", "third\n"] {
        queue.line(line.to_owned());
    }
    queue.flush(LONG);
    assert_eq!((disk.lines(), queue.lost()), (vec!["first".to_owned()], 2));
    disk.make_room(1 << 20);
    queue.line("fourth\n".to_owned());
    queue.flush(LONG);
    assert_eq!(
        disk.lines(),
        ["first", "lost 2: no storage space", "fourth"]
    );
    queue.line("fifth\n".to_owned());
    queue.flush(LONG);
    assert_eq!(disk.lines().len(), 4, "told once");
}

/// Whatever the room was at the moment the disk became full, no line is torn.
#[test]
fn a_line_that_was_begun_is_finished() {
    for room in 0..40 {
        let disk = Disk::default();
        disk.make_room(room);
        let queue = on(&disk);
        queue.line("the first line\n".to_owned());
        queue.line("the second line\n".to_owned());
        queue.flush(LONG);
        disk.make_room(1 << 20);
        queue.line("the third line\n".to_owned());
        queue.flush(LONG);
        let lines = disk.lines();
        let whole = ["the first line", "the second line", "the third line"];
        let known = |line: &&String| whole.contains(&line.as_str());
        let count = u64::try_from(lines.iter().filter(known).count()).expect("few");
        assert_eq!(count + queue.lost(), 3, "{room}: {lines:?}");
        assert!(
            lines
                .iter()
                .all(|line| known(&line) || line.starts_with("lost ")),
            "{lines:?}"
        );
        assert_eq!(lines.last().map(String::as_str), Some(whole[2]));
    }
}

/// A pipe that nobody reads, until somebody does.
struct Stuck(std::sync::mpsc::Receiver<()>, Disk);

impl Write for Stuck {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        self.1.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn nobody_waits_for_a_reader_that_does_not_read() {
    let disk = Disk::default();
    disk.make_room(1 << 30);
    let (read, stuck) = std::sync::mpsc::channel();
    let queue = Queue::start(Stuck(stuck, disk.clone()), notice()).expect("a thread");
    let sent = WAITING + 100;
    for number in 0..sent {
        queue.line(format!("{number}\n"));
    }
    queue.flush(Duration::from_millis(20));
    // One line is in the thread's hands, if it got so far.
    let lost = queue.lost();
    assert!((99..=100).contains(&lost), "{lost}");
    drop(read);
    queue.flush(LONG);
    queue.line("after\n".to_owned());
    queue.flush(LONG);
    let lines = disk.lines();
    let told = format!("lost {lost}: too many lines waited to be written");
    assert!(lines.contains(&told), "{:?}", &lines[lines.len() - 3..]);
    assert_eq!(lines.last().map(String::as_str), Some("after"));
    let kept = sent - usize::try_from(lost).expect("few");
    assert_eq!(lines.len(), kept + 2);
}
