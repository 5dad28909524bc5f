//! What the daemon says: all sessions once a second, and each change when it happens.
//!
//! Owns the connection. Thread: main's. It never ends: a daemon that is gone is asked again.

use std::pin::Pin;
use std::time::Duration;

use bfd_api::v1::BfdSession;
use bfd_api::{Change, Client, ClientError, Endpoint, Update, Watch};
use tokio::time::{Sleep, sleep, timeout};

/// Pause between an answer and the next question.
const PAUSE: Duration = Duration::from_secs(1);
/// A daemon that takes longer counts as silent.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is new.
#[derive(Debug)]
pub(super) enum News {
    /// All sessions are being asked for.
    Asked,
    /// All sessions.
    Listed(Vec<BfdSession>),
    /// One session is new or has changed.
    Changed(Box<BfdSession>),
    /// The session with this discriminator is gone.
    Removed(u32),
    /// The daemon does not answer, and why.
    Silent(String),
}

/// The source of all news.
pub(super) struct Feed {
    client: Client,
    watch: Watch,
    turn: Turn,
}

type Call = Pin<Box<dyn Future<Output = Result<Vec<BfdSession>, String>>>>;

enum Turn {
    Rest(Pin<Box<Sleep>>),
    Ask(Call),
}

enum Step {
    Rested,
    Answered(Result<Vec<BfdSession>, String>),
}

impl Feed {
    /// Begins to ask the daemon at `endpoint`, running or not. Needs a tokio runtime.
    pub(super) fn start(endpoint: Endpoint) -> Self {
        Self {
            client: Client::new(endpoint.clone()),
            watch: Watch::start(endpoint),
            turn: Turn::Rest(Box::pin(sleep(Duration::ZERO))),
        }
    }

    /// The next news. May be dropped and called again without losing any.
    pub(super) async fn next(&mut self) -> News {
        loop {
            let news = tokio::select! {
                update = self.watch.next() => told(update),
                step = self.turn.step() => Some(self.follow(step)),
            };
            if let Some(news) = news {
                return news;
            }
        }
    }

    fn follow(&mut self, step: Step) -> News {
        match step {
            Step::Rested => {
                self.turn = Turn::Ask(Box::pin(ask(self.client.clone())));
                News::Asked
            }
            Step::Answered(answer) => {
                self.turn = Turn::Rest(Box::pin(sleep(PAUSE)));
                answer.map_or_else(News::Silent, News::Listed)
            }
        }
    }
}

impl Turn {
    async fn step(&mut self) -> Step {
        match self {
            Self::Rest(pause) => {
                pause.await;
                Step::Rested
            }
            Self::Ask(call) => Step::Answered(call.await),
        }
    }
}

async fn ask(client: Client) -> Result<Vec<BfdSession>, String> {
    match timeout(PATIENCE, client.sessions()).await {
        Ok(answer) => answer.map_err(|error| reason(&error)),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

fn told(update: Update) -> Option<News> {
    match update {
        Update::Change(change) => match *change {
            Change::Removed(session) => Some(News::Removed(session.local_discriminator)),
            Change::Added(session) | Change::State { session, .. } => {
                Some(News::Changed(Box::new(session)))
            }
            // A kind of change that this program does not know: the next list has it.
            _ => None,
        },
        Update::Lost(error) => Some(News::Silent(reason(&error))),
        Update::Current => None,
    }
}

fn reason(error: &ClientError) -> String {
    error.to_string()
}
