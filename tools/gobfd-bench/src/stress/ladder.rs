//! The steps of the load.

/// One step: what `stress-ng` does on a machine of N processors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    /// How it is called.
    pub(crate) name: &'static str,
    /// What runs, for the table.
    pub(crate) about: &'static str,
    options: &'static [Word],
}

/// An option, and how many halves of N it asks for.
#[derive(Clone, Copy, Debug)]
enum Word {
    /// So many workers: halves of N, at least one.
    Halves(&'static str, u32),
    /// A fixed value.
    Fixed(&'static str, &'static str),
}

use Word::{Fixed, Halves};

/// From the idle machine to real-time threads that never sleep.
pub(crate) const LEVELS: [Level; 5] = [
    Level {
        name: "L0",
        about: "nothing",
        options: &[],
    },
    Level {
        name: "L1",
        about: "--cpu N",
        options: &[Halves("--cpu", 2)],
    },
    Level {
        name: "L2",
        about: "--cpu N --switch N",
        options: &[Halves("--cpu", 2), Halves("--switch", 2)],
    },
    Level {
        name: "L3",
        about: "--cpu N --timer 2N --timerfd N --hrtimers N/2",
        options: &[
            Halves("--cpu", 2),
            Halves("--timer", 4),
            Halves("--timerfd", 2),
            Halves("--hrtimers", 1),
        ],
    },
    Level {
        name: "L4",
        about: "--cpu N --sched fifo --sched-prio 50",
        options: &[
            Halves("--cpu", 2),
            Fixed("--sched", "fifo"),
            Fixed("--sched-prio", "50"),
        ],
    },
];

impl Level {
    /// Options of `stress-ng` for a machine with so many processors; none on the idle machine.
    pub(crate) fn options(&self, processors: u32) -> Vec<String> {
        let words = |word: &Word| match *word {
            Halves(name, halves) => {
                let workers = (processors * halves / 2).max(1);
                [name.to_owned(), workers.to_string()]
            }
            Fixed(name, value) => [name.to_owned(), value.to_owned()],
        };
        self.options.iter().flat_map(words).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::LEVELS;

    #[test]
    fn workers_follow_the_processors() {
        let line = |level: usize, processors| LEVELS[level].options(processors).join(" ");
        assert_eq!(line(0, 4), "");
        assert_eq!(line(2, 4), "--cpu 4 --switch 4");
        assert_eq!(line(3, 4), "--cpu 4 --timer 8 --timerfd 4 --hrtimers 2");
        assert_eq!(line(3, 1), "--cpu 1 --timer 2 --timerfd 1 --hrtimers 1");
        assert_eq!(line(4, 2), "--cpu 2 --sched fifo --sched-prio 50");
    }
}
