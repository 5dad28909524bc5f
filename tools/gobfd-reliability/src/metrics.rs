//! A metrics page, read the way Prometheus does: by lines.

/// What a daemon counts, at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Page(pub(crate) String);

impl Page {
    /// Sum of a family over the series that contain `label`.
    pub(crate) fn sum(&self, family: &str, label: &str) -> u64 {
        self.series(family, label).filter_map(value).sum()
    }

    /// Sessions to the peers of the field that are Up.
    pub(crate) fn up(&self) -> usize {
        let states = self.series("gobfd_bfd_session_state", "");
        states.filter(|line| line.ends_with(" 3")).count()
    }

    /// Times a session left Up.
    pub(crate) fn flaps(&self) -> u64 {
        self.sum("gobfd_bfd_session_flaps_total", "")
    }

    /// Received packets that were refused or lost: by a rule, or for want of room.
    pub(crate) fn refused(&self) -> u64 {
        self.sum("gobfd_bfd_discards_total", "") + self.sum("gobfd_engine_socket_drops_total", "")
    }

    /// Why sessions went down, for the message of a failure.
    pub(crate) fn causes(&self) -> String {
        let downs = self.series("gobfd_bfd_downs_total", "");
        let some: Vec<_> = downs.filter(|line| !line.ends_with(" 0")).collect();
        some.join(", ")
    }

    fn series<'a>(&'a self, family: &'a str, label: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.0.lines();
        let of_it = move |line: &&str| {
            let rest = line.strip_prefix(family);
            rest.is_some_and(|rest| rest.starts_with(['{', ' '])) && line.contains(label)
        };
        lines.filter(of_it)
    }
}

fn value(line: &str) -> Option<u64> {
    line.rsplit(' ').next()?.parse().ok()
}
