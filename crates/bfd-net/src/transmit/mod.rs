//! Transmitting: whole IP packets from one raw socket per family, sent in batches.

mod batch;
mod checksum;
mod egress;
mod frame;
mod queue;
mod sendmmsg;

pub use batch::{TransmitError, TxBatch};
pub use egress::Egress;
