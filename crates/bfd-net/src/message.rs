//! Headers of `recvmmsg` and `sendmmsg`.

use std::io;

use libc::{c_int, iovec, mmsghdr};

use crate::sockaddr::RawAddr;

/// A header that names nothing: no address, no data, no control messages.
///
/// Written this way because the structure has private padding on some C libraries.
// SAFETY: `mmsghdr` consists of integers and raw pointers, all valid when zero.
pub(crate) const EMPTY_HEADER: mmsghdr = unsafe { std::mem::zeroed() };

/// A vector that names nothing.
pub(crate) const EMPTY_VECTOR: iovec = iovec {
    iov_base: std::ptr::null_mut(),
    iov_len: 0,
};

/// Where the parts of one message lie. The caller keeps them alive until the call is over.
pub(crate) fn header(
    (address, address_length): (*mut RawAddr, u32),
    (control, control_length): (*mut u8, usize),
    vector: &mut iovec,
) -> mmsghdr {
    let mut header = EMPTY_HEADER;
    header.msg_hdr.msg_name = address.cast();
    header.msg_hdr.msg_namelen = address_length;
    header.msg_hdr.msg_control = control.cast();
    // The field is narrower than `usize` on some C libraries.
    header.msg_hdr.msg_controllen = control_length as _;
    header.msg_hdr.msg_iov = vector;
    header.msg_hdr.msg_iovlen = 1;
    header
}

/// Repeats a call that a signal interrupted; a negative result becomes the error.
pub(crate) fn retry_interrupted(mut call: impl FnMut() -> c_int) -> io::Result<usize> {
    loop {
        if let Ok(count) = usize::try_from(call()) {
            return Ok(count);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
