//! Receiving: a steered group of sockets per family and port, read in batches.

mod ancillary;
mod batch;
mod buffer;
mod meta;
mod open_error;
mod recvmmsg;
mod socket_set;
mod steering;

pub use batch::{Burst, RxBatch};
pub use buffer::BufferGrant;
pub use meta::RxMeta;
pub use open_error::OpenError;
pub use socket_set::{GroupSpec, RxSocket, SocketSet};
pub use steering::Steering;
