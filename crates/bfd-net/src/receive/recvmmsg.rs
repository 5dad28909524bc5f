//! The system call behind [`RxBatch`](super::RxBatch).

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd},
    ptr,
};

use super::batch::{RxBatch, Slot};
use crate::{
    message::{EMPTY_HEADER, EMPTY_VECTOR, header, retry_interrupted},
    sockaddr::RawAddr,
};

const COUNT: usize = RxBatch::CAPACITY;

/// Fills slots from the front and returns how many; zero if the socket is empty. Never blocks.
///
/// The headers live on the stack for the call only, so that nothing points into itself.
pub(super) fn receive(socket: BorrowedFd<'_>, slots: &mut [Slot; COUNT]) -> io::Result<usize> {
    let mut vectors = [EMPTY_VECTOR; COUNT];
    let mut headers = [EMPTY_HEADER; COUNT];
    for ((slot, vector), message) in slots.iter_mut().zip(&mut vectors).zip(&mut headers) {
        vector.iov_base = slot.payload.as_mut_ptr().cast();
        vector.iov_len = slot.payload.len();
        let control = (slot.control.0.as_mut_ptr(), slot.control.0.len());
        *message = header((&raw mut slot.source, RawAddr::CAPACITY), control, vector);
    }
    let filled = match retry_interrupted(|| call(socket, &mut headers)) {
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => 0,
        result => result?,
    };
    for (slot, message) in slots.iter_mut().zip(&headers[..filled]) {
        slot.length = message.msg_len;
        slot.control_length = control_length(message);
    }
    Ok(filled)
}

#[allow(
    clippy::unnecessary_cast,
    reason = "the field is narrower on some C libraries"
)]
const fn control_length(message: &libc::mmsghdr) -> usize {
    message.msg_hdr.msg_controllen as usize
}

/// `MSG_TRUNC` asks for the true length of datagrams longer than the room.
fn call(socket: BorrowedFd<'_>, headers: &mut [libc::mmsghdr; COUNT]) -> libc::c_int {
    let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
    let count = u32::try_from(headers.len()).expect("a small constant");
    // SAFETY: the only caller filled all headers with pointers to slots and vectors that it holds
    // exclusively until this call returns, each with the true length of what it points to.
    unsafe {
        libc::recvmmsg(
            socket.as_raw_fd(),
            headers.as_mut_ptr(),
            count,
            flags,
            ptr::null_mut(),
        )
    }
}
