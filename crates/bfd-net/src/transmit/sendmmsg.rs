//! The system call behind [`TxBatch`](super::TxBatch).

use std::{
    io,
    os::fd::{AsFd, AsRawFd},
};

use super::queue::{CAPACITY, Slot};
use crate::message::{EMPTY_HEADER, EMPTY_VECTOR, header, retry_interrupted};

/// Sends packets from the front and returns how many went out, at least one. Never blocks.
///
/// # Errors
/// What befell the first packet. A later failure ends the call early and shows with the next one.
pub(super) fn send(socket: impl AsFd, slots: &mut [Slot], arena: &[u8]) -> io::Result<usize> {
    let mut vectors = [EMPTY_VECTOR; CAPACITY];
    let mut headers = [EMPTY_HEADER; CAPACITY];
    let count = slots.len().min(CAPACITY);
    for ((slot, vector), message) in slots.iter_mut().zip(&mut vectors).zip(&mut headers) {
        let packet = &arena[slot.packet.clone()];
        vector.iov_base = packet.as_ptr().cast_mut().cast();
        vector.iov_len = packet.len();
        let destination = (&raw mut slot.destination, slot.destination_length);
        let control = slot.control.octets_mut();
        *message = header(destination, (control.as_mut_ptr(), control.len()), vector);
    }
    retry_interrupted(|| call(socket.as_fd().as_raw_fd(), &mut headers[..count]))
}

fn call(socket: i32, headers: &mut [libc::mmsghdr]) -> libc::c_int {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    let count = u32::try_from(headers.len()).expect("at most CAPACITY");
    // SAFETY: the only caller filled `count` headers with pointers to slots, vectors and packets
    // that it holds until this call returns, each with the true length of what it points to. The
    // kernel writes to none of them but the headers' result field.
    unsafe { libc::sendmmsg(socket, headers.as_mut_ptr(), count, flags) }
}
