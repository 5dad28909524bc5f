//! Metrics and readiness, as the pages show them.

use std::sync::Arc;

use bfd_api::Endpoint;
use bfd_program::cli::BUILD;
use bfd_program::exposition::{Type, escaped, family};
use bfd_program::serve::Pages;

use crate::board::Answer;
use crate::config::Backend;
use crate::published::{Outcome, Published};
use crate::push::Tally;

/// What the pages are written from.
#[derive(Debug)]
pub struct Shown {
    daemon: Endpoint,
    /// The labels of each backend.
    labels: Vec<String>,
    published: Arc<Published>,
    /// `None` when nothing is pushed.
    tally: Option<Arc<Tally>>,
}

impl Shown {
    /// Shows these backends.
    #[must_use]
    pub fn new(
        daemon: Endpoint,
        backends: &[Backend],
        published: Arc<Published>,
        tally: Option<Arc<Tally>>,
    ) -> Self {
        Self {
            daemon,
            labels: backends.iter().map(labels).collect(),
            published,
            tally,
        }
    }

    fn each(&self, mut add: impl FnMut(&str, usize)) {
        for (server, labels) in self.labels.iter().enumerate() {
            add(labels, server);
        }
    }

    fn servers(&self, out: &mut String) {
        let published = &self.published;
        let mut answers = family(
            "gobfd_haproxy_agent_server_answer",
            Type::Gauge,
            "What HAProxy is told of the server: 0 down, 1 up, 2 drain.",
            out,
        );
        self.each(|labels, server| answers.add(labels, code(published.answer(server))));
        let mut changes = family(
            "gobfd_haproxy_agent_server_changes_total",
            Type::Counter,
            "Times the answer for the server became another.",
            out,
        );
        self.each(|labels, server| changes.add(labels, published.changes(server)));
        let mut checks = family(
            "gobfd_haproxy_agent_checks_total",
            Type::Counter,
            "Agent checks of the server, by what became of them.",
            out,
        );
        self.each(|labels, server| {
            for outcome in Outcome::ALL {
                let labels = format!("{labels},result=\"{}\"", outcome.name());
                checks.add(&labels, published.checks(server, outcome));
            }
        });
    }

    fn daemon(&self, out: &mut String) {
        family(
            "gobfd_haproxy_agent_daemon_connected",
            Type::Gauge,
            "Whether gobfd answers: 1 it does, 0 it is away.",
            out,
        )
        .add("", u8::from(self.published.is_daemon_here()));
        family(
            "gobfd_haproxy_agent_daemon_losses_total",
            Type::Counter,
            "Times the connection to gobfd was lost.",
            out,
        )
        .add("", self.published.daemon_losses());
    }
}

fn pushing(tally: &Tally, out: &mut String) {
    family(
        "gobfd_haproxy_agent_push_connected",
        Type::Gauge,
        "Whether HAProxy's runtime socket answers: 1 it does, 0 it does not.",
        out,
    )
    .add("", u8::from(tally.is_connected()));
    family(
        "gobfd_haproxy_agent_push_resyncs_total",
        Type::Counter,
        "Times a HAProxy that was new got all states.",
        out,
    )
    .add("", tally.resyncs());
    family(
        "gobfd_haproxy_agent_push_refused_total",
        Type::Counter,
        "Commands that HAProxy refused.",
        out,
    )
    .add("", tally.refused());
    family(
        "gobfd_haproxy_agent_push_seconds",
        Type::Histogram,
        "Time from the change of an answer to HAProxy's confirmation.",
        out,
    )
    .add_histogram("", &tally.delays());
}

impl Pages for Shown {
    fn metrics(&self) -> String {
        let mut out = String::with_capacity(2_048 + self.labels.len() * 1_024);
        self.daemon(&mut out);
        self.servers(&mut out);
        if let Some(tally) = &self.tally {
            pushing(tally, &mut out);
        }
        family(
            "gobfd_haproxy_agent_build_info",
            Type::Gauge,
            "What the agent was built from; the value is 1.",
            &mut out,
        )
        .add_build(BUILD);
        out
    }

    fn ready(&self) -> Result<(), String> {
        if !self.published.is_daemon_here() {
            return Err(format!("gobfd at {} is away", self.daemon));
        }
        match &self.tally {
            Some(tally) if !tally.is_connected() => {
                Err("HAProxy's runtime socket does not answer".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn labels(backend: &Backend) -> String {
    let name = backend.to_string();
    let server = backend.server.as_deref().unwrap_or_default();
    format!(
        "peer=\"{}\",agent_port=\"{}\",server=\"{}\"",
        escaped(&name),
        backend.listen.port(),
        escaped(server)
    )
}

const fn code(answer: Answer) -> u8 {
    match answer {
        Answer::Down => 0,
        Answer::Up => 1,
        Answer::Drain => 2,
    }
}
