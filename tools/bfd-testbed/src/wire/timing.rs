//! Rules about when a packet is sent (RFC 5880 §6.8.3, §6.8.7).
//!
//! The interval in force between two packets follows from the recording: the larger of what we announced
//! and what the peer last asked for. While a change is under way (a Poll Sequence, a packet of the peer
//! just before ours) both the old and the new value may rule, so a gap is held against both.

use std::fmt;
use std::time::Duration;

use super::{Ours, Report, Said, Violation};
use crate::Control;

/// The kernel's and the recorder's own imprecision.
const GRAIN: Duration = Duration::from_millis(1);
/// Share of gaps that a quiet machine may disturb.
const DISTURBED: f64 = 0.02;
/// A gap has two ends, and a daemon more than one thread that wants a processor.
const ENDS: f64 = 4.0;
/// No crowd excuses more than this share.
const MOST_DISTURBED: f64 = 0.4;
/// Fewer gaps than this show no habit.
const HABIT: usize = 20;
/// How late a quiet machine may make a single packet.
const LATENESS: Duration = Duration::from_millis(50);

/// Gaps between periodic packets as shares of the interval in force.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    shares: Vec<f64>,
    disturbed: Vec<Violation>,
    latest: Duration,
}

impl Gaps {
    /// How many gaps were judged.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shares.len()
    }

    /// Mean share; near 0.875 when the jitter is as the standard asks.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of packets in a test")]
    pub fn mean(&self) -> f64 {
        self.shares.iter().sum::<f64>() / self.shares.len().max(1) as f64
    }

    /// Smallest and largest share.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        let smallest = self.shares.iter().copied().fold(f64::INFINITY, f64::min);
        (smallest, self.shares.iter().copied().fold(0.0, f64::max))
    }
}

impl fmt::Display for Gaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shares.is_empty() {
            return f.write_str("none judged");
        }
        let (smallest, largest) = self.range();
        let (count, mean) = (self.count(), self.mean());
        write!(
            f,
            "{count}, {smallest:.3} to {largest:.3} of the interval, mean {mean:.3}"
        )?;
        let (disturbed, latest) = (self.disturbed.len(), self.latest);
        write!(f, ", {disturbed} disturbed, the latest by {latest:?}")
    }
}

/// Measures the gaps of one session and collects those outside the window.
pub(super) fn check(stream: &[Said<'_>], ours: &Ours, report: &mut Report) {
    let mut track = Track::default();
    for said in stream {
        if !said.ours {
            track.hear(said);
        } else if !said.control.final_ {
            track.send(said, ours, report);
        }
    }
}

/// Far outside the window counts at once; slightly outside only if it is the habit.
pub(super) fn judge(ours: &Ours, report: &mut Report) {
    let disturbed = std::mem::take(&mut report.gaps.disturbed);
    let all = report.gaps.count() + disturbed.len();
    #[expect(clippy::cast_precision_loss, reason = "a count of packets in a test")]
    let share = disturbed.len() as f64 / all.max(1) as f64;
    let excused = (DISTURBED + ENDS * ours.noise.share).min(MOST_DISTURBED);
    if share > excused && all >= HABIT {
        report.violations.extend(disturbed.iter().cloned());
    }
    report.gaps.disturbed = disturbed;
}

/// What is known of a session while its recording is read.
#[derive(Default)]
struct Track<'a> {
    /// The last packet that went out by the clock, and the last of any kind but F.
    anchors: Option<[Said<'a>; 2]>,
    /// The value before the last change of what we announce.
    announced_before: Option<u32>,
    /// Required Min RX of the peer: each value that ruled since our last packet, oldest first.
    asked: Vec<u32>,
    last_heard: Option<Duration>,
}

impl<'a> Track<'a> {
    fn hear(&mut self, said: &Said<'a>) {
        self.asked.push(said.control.required_rx);
        self.last_heard = Some(said.frame.at);
    }

    fn send(&mut self, said: &Said<'a>, ours: &Ours, report: &mut Report) {
        let anchors = self.anchors.unwrap_or([*said; 2]);
        let extra = differs(anchors[1].control, said.control);
        if self.anchors.is_some() {
            self.judge(said, anchors, extra, ours, report);
        }
        if anchors[1].control.desired_tx != said.control.desired_tx {
            self.announced_before = Some(anchors[1].control.desired_tx);
        }
        self.anchors = Some([if extra { anchors[0] } else { *said }, *said]);
        // Only the newest wish of the peer rules from here on.
        self.asked.drain(..self.asked.len().saturating_sub(1));
    }

    fn judge(
        &self,
        said: &Said<'a>,
        anchors: [Said<'a>; 2],
        extra: bool,
        ours: &Ours,
        report: &mut Report,
    ) {
        let (from, to) = (anchors[1].frame.at, said.frame.at);
        let intervals = self.intervals(said.control, anchors[1].control);
        let (Some(shortest), Some(longest)) = (intervals.iter().min(), intervals.iter().max())
        else {
            return;
        };
        if ours.is_silence(from, to) || self.asked.contains(&0) {
            return;
        }
        let gap = to.saturating_sub(from);
        if ours.peers_come_later && self.last_heard.is_none() {
            return;
        }
        let since_periodic = to.saturating_sub(anchors[0].frame.at);
        let least = shortest.mul_f64(0.75);
        let most = longest.mul_f64(if said.control.multiplier == 1 {
            0.9
        } else {
            1.0
        });
        let early = !extra && gap.max(since_periodic) + GRAIN < least;
        let late = gap > most + GRAIN;
        report.gaps.latest = report.gaps.latest.max(gap.saturating_sub(most));
        if !extra && intervals.len() == 1 && !late {
            report
                .gaps
                .shares
                .push(gap.as_secs_f64() / longest.as_secs_f64());
        }
        if !early && !late {
            return;
        }
        let found = format!("{gap:?} where {least:?} to {most:?} is allowed");
        let rule = "jittered interval (RFC 5880 §6.8.7)";
        let frame = said.frame.number;
        let violation = Violation { frame, rule, found };
        let lateness = LATENESS + 2 * ours.noise.worst;
        let gross = gap > most + lateness || early && gap + lateness < least;
        if gross {
            report.violations.push(violation);
        } else {
            report.gaps.disturbed.push(violation);
        }
    }

    /// The intervals that may have ruled between two packets.
    fn intervals(&self, now: &Control, before: &Control) -> Vec<Duration> {
        let mut announced = vec![now.desired_tx, before.desired_tx];
        if now.poll || before.poll {
            announced.extend(self.announced_before);
        }
        // RemoteMinRx is 1 until something is heard, and again after a long silence (§6.8.1).
        let mut asked = self.asked.clone();
        if asked.is_empty() || self.last_heard.is_none() || before.yours == 0 {
            asked.push(1);
        }
        let pairs = announced
            .iter()
            .flat_map(|mine| asked.iter().map(move |theirs| *mine.max(theirs)));
        let mut intervals: Vec<Duration> = pairs
            .map(|micros| Duration::from_micros(micros.into()))
            .collect();
        intervals.sort_unstable();
        intervals.dedup();
        intervals
    }
}

/// A packet whose contents changed may go out between two periodic ones (§6.8.7).
fn differs(before: &Control, now: &Control) -> bool {
    let plain = |control: &Control| Control {
        poll: false,
        final_: false,
        ..*control
    };
    plain(before) != plain(now)
}
