//! Linux sockets, packet batches, clocks and scheduling calls for the BFD engine.
//!
//! Purpose: turn system calls into a small safe interface that moves datagrams in batches without
//! allocating. Owner: the engine; each value belongs to one thread at a time. Thread: any, nothing
//! here starts one. It must never know what a BFD session is: ports, steering offset and addresses
//! are arguments or facts of UDP.
//!
//! This is the only crate of the project with `unsafe` code and the only one that names `libc`.
//! Needs Linux 5.11 (`epoll_pwait2`), and `CAP_NET_RAW` to transmit.
//!
//! | Need | Type |
//! |---|---|
//! | receive | [`SocketSet`] opens a steered group of [`RxSocket`]s, [`RxBatch`] reads them |
//! | transmit | [`TxBatch`] writes whole IP packets described by [`Egress`] |
//! | time | [`Clock`] joins the monotonic clock with the kernel's receive stamps |
//! | wait | [`Poller`] sleeps with nanosecond time-outs, [`Waker`] ends the sleep |
//! | place | [`Realtime`] settings of a thread, [`CpuCount`], [`NamespaceLock`] |
//! | thrift | [`heap`]: memory that was freed goes back to the system |

mod clock;
mod cpu;
mod family;
pub mod heap;
mod message;
mod namespace_lock;
mod option;
mod poller;
mod realtime;
mod receive;
mod route;
mod sockaddr;
mod transmit;
mod waker;

pub use clock::{Clock, MonoNanos, WallNanos};
pub use cpu::{CpuCount, CpuQuota, cpu_count};
pub use family::Family;
pub use namespace_lock::{LockError, NamespaceLock};
pub use poller::Poller;
pub use realtime::{Fallback, Policy, Realtime, Reservation, lock_memory, schedule};
pub use receive::{
    BufferGrant, Burst, GroupSpec, OpenError, RxBatch, RxMeta, RxSocket, SocketSet, Steering,
};
pub use route::route_source;
pub use transmit::{Egress, TransmitError, TxBatch};
pub use waker::Waker;
