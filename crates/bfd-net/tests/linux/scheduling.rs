//! Threads, sleeping and waking.

use std::{fs, process::Command, thread, time::Duration};

use bfd_net::{
    Fallback, MonoNanos, Policy, Poller, Realtime, Reservation, Waker, cpu_count, schedule,
};
use rustix::thread::CapabilitySet;

use crate::support::{LIMIT, eventually};

/// Runs a body on a thread of its own, whose scheduling it may change.
fn on_a_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(body).join().expect("the thread ended well"))
}

#[test]
fn a_deadline_is_never_early() {
    on_a_thread(|| {
        assert!(Realtime::named("sleeper").apply().is_empty());
        let mut poller = Poller::new().expect("a descriptor");
        for micros in [0, 1, 50, 700, 3000] {
            // A stopped and continued process may end a sleep early, but not each time.
            eventually(|| {
                let until = MonoNanos::now() + Duration::from_micros(micros);
                assert_eq!(poller.wait(Some(until)).expect("epoll works").len(), 0);
                if MonoNanos::now() >= until {
                    Ok(())
                } else {
                    Err(micros)
                }
            });
        }
    });
}

#[test]
fn a_deadline_in_the_past_does_not_sleep() {
    let mut poller = Poller::new().expect("a descriptor");
    let past = MonoNanos(1);
    assert_eq!(poller.wait(Some(past)).expect("epoll works").len(), 0);
}

#[test]
fn a_waker_ends_the_sleep_of_another_thread() {
    let waker = Waker::new().expect("a descriptor");
    let mut poller = Poller::new().expect("a descriptor");
    poller.add(&waker, 7).expect("an event can be polled");
    let remote = waker.clone();
    thread::scope(|scope| {
        scope.spawn(move || remote.wake());
        let ready: Vec<u64> = poller
            .wait(Some(MonoNanos::now() + LIMIT))
            .expect("epoll")
            .collect();
        assert_eq!(ready, [7]);
    });
    assert!(waker.clear());
    assert!(!waker.clear(), "taken back once");
    assert_eq!(
        poller.wait(Some(MonoNanos(0))).expect("epoll works").len(),
        0
    );
}

#[test]
fn wakes_before_the_sleep_are_kept_and_merged() {
    let waker = Waker::new().expect("a descriptor");
    let mut poller = Poller::new().expect("a descriptor");
    poller.add(&waker, 1).expect("an event can be polled");
    (0..1000).for_each(|_| waker.wake());
    assert_eq!(poller.wait(None).expect("epoll works").len(), 1);
    assert!(waker.clear());
    assert!(!waker.clear());
}

#[test]
fn settings_reach_the_kernel() {
    on_a_thread(|| {
        assert!(
            Realtime {
                pin: Some(0),
                ..Realtime::named("bfd-worker-0")
            }
            .apply()
            .is_empty()
        );
        let comm = fs::read_to_string("/proc/thread-self/comm").expect("readable");
        assert_eq!(comm, "bfd-worker-0\n");
        let status = fs::read_to_string("/proc/thread-self/status").expect("readable");
        assert!(status.contains("Cpus_allowed_list:\t0\n"));
        assert_eq!(rustix::thread::current_timer_slack().expect("readable"), 1);
        assert_eq!(cpu_count().affinity.get(), 1);
        assert_eq!(cpu_count().usable().get(), 1);
    });
}

/// The policy of the calling thread as the kernel numbers it.
fn policy() -> String {
    const POLICY: usize = 40;
    let stat = fs::read_to_string("/proc/thread-self/stat").expect("readable");
    stat.split(' ').nth(POLICY).expect("a policy").to_owned()
}

fn with(policy: Policy) -> Vec<Fallback> {
    let settings = Realtime {
        policy,
        ..Realtime::named("policy")
    };
    settings.apply()
}

const RESERVATION: Reservation = Reservation {
    runtime: Duration::from_micros(400),
    period: Duration::from_millis(1),
    reclaim: true,
};

/// A policy is either in force or reported with a remedy, whatever this machine allows.
#[test]
fn a_policy_is_in_force_or_reported() {
    for (wanted, number) in [
        (Policy::Normal, "0"),
        (Policy::Fifo(1), "1"),
        (Policy::Deadline(RESERVATION), "6"),
    ] {
        on_a_thread(|| match with(wanted).as_slice() {
            [] => assert_eq!(policy(), number),
            [Fallback::Policy { remedy, .. }] => {
                assert_eq!(policy(), "0");
                assert!(!remedy.is_empty());
            }
            other => panic!("{other:?}"),
        });
    }
}

/// What `chrt` says of the calling thread.
fn chrt() -> String {
    let thread = rustix::thread::gettid().as_raw_nonzero().to_string();
    let output = Command::new("chrt").args(["-p", &thread]).output();
    String::from_utf8(output.expect("util-linux").stdout).expect("text")
}

/// A refused one leaves the one before: 1.5 processors fit on none.
#[test]
fn a_reservation_grows_and_a_refused_one_changes_nothing() {
    on_a_thread(|| {
        let refused = with(Policy::Deadline(RESERVATION));
        assert!(refused.is_empty(), "{refused:?}");
        let of = |micros| {
            Policy::Deadline(Reservation {
                runtime: Duration::from_micros(micros),
                ..RESERVATION
            })
        };
        assert!(schedule(of(500)).is_ok());
        assert!(schedule(of(1500)).is_err());
        let said = chrt();
        assert!(said.contains("500000/1000000/1000000"), "{said}");
    });
}

/// The children of a thread with a policy start without it.
#[test]
fn a_policy_is_not_inherited() {
    on_a_thread(|| {
        if with(Policy::Fifo(1)).is_empty() {
            assert_eq!(on_a_thread(policy), "0");
        }
    });
}

/// What is missing is named: a right, or the freedom to run everywhere.
#[test]
fn a_refused_policy_names_its_remedy() {
    let remedy = |policy| match with(policy).as_slice() {
        [fallback @ Fallback::Policy { .. }] => fallback.to_string(),
        other => panic!("{other:?}"),
    };
    on_a_thread(|| {
        let mut sets = rustix::thread::capabilities(None).expect("readable");
        sets.effective.remove(CapabilitySet::SYS_NICE);
        rustix::thread::set_capabilities(None, sets).expect("less is allowed");
        let text = remedy(Policy::Deadline(RESERVATION));
        assert!(text.ends_with("grant CAP_SYS_NICE"), "{text}");
        let text = remedy(Policy::Fifo(60));
        assert!(text.contains("SCHED_FIFO priority 60"), "{text}");
        assert!(text.contains("grant CAP_SYS_NICE or raise"), "{text}");
    });
    on_a_thread(|| {
        let pinned = Realtime {
            pin: Some(0),
            ..Realtime::named("pinned")
        };
        assert!(pinned.apply().is_empty());
        let online = fs::read_to_string("/sys/devices/system/cpu/online").expect("readable");
        let confined = online.trim() != "0";
        let text = confined.then(|| remedy(Policy::Deadline(RESERVATION)));
        assert!(text.is_none_or(|text| text.contains("taskset") || text.contains("CAP_SYS_NICE")));
    });
}

#[test]
fn refused_settings_are_values() {
    on_a_thread(|| {
        for cpu in [1023, usize::MAX] {
            let fallbacks = Realtime {
                pin: Some(cpu),
                ..Realtime::named("pinned")
            }
            .apply();
            assert!(
                matches!(fallbacks.as_slice(), [Fallback::Pin { cpu: told, .. }] if *told == cpu)
            );
        }
        assert!(matches!(
            with(Policy::Fifo(200)).as_slice(),
            [Fallback::Policy {
                policy: Policy::Fifo(200),
                ..
            }]
        ));
    });
}
