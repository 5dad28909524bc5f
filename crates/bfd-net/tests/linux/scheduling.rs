//! Threads, sleeping and waking.

use std::{fs, thread, time::Duration};

use bfd_net::{Fallback, MonoNanos, Poller, Realtime, Waker, cpu_count};

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

/// `SCHED_FIFO` is either in force or reported, whatever this machine allows.
#[test]
fn fifo_is_in_force_or_reported() {
    const POLICY: usize = 40;
    on_a_thread(|| {
        let fallbacks = Realtime {
            fifo: Some(1),
            ..Realtime::named("fifo")
        }
        .apply();
        let stat = fs::read_to_string("/proc/thread-self/stat").expect("readable");
        let policy = stat.split(' ').nth(POLICY).expect("a policy");
        match fallbacks.as_slice() {
            [] => assert_eq!(policy, "1"),
            [fallback @ Fallback::Fifo { priority: 1, .. }] => {
                assert_eq!(policy, "0");
                assert!(fallback.to_string().contains("CAP_SYS_NICE"));
            }
            other => panic!("{other:?}"),
        }
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
        let fallbacks = Realtime {
            fifo: Some(200),
            ..Realtime::named("fifo")
        }
        .apply();
        assert!(matches!(
            fallbacks.as_slice(),
            [Fallback::Fifo { priority: 200, .. }]
        ));
    });
}
