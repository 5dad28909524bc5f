//! What the allocator keeps of memory that was freed.
//!
//! glibc keeps what was freed for the next allocation of the same thread, however much it is and
//! however long that takes. Another C library is left as it is: musl keeps little by itself.

/// Size from which an allocation is given back the moment it is freed: glibc's first choice.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 128 * 1024;

/// Lets every large allocation be given back to the operating system when it is freed. To be called
/// when a program starts.
///
/// By itself glibc stops doing so for sizes that were freed once, and then keeps as much of every
/// thread's memory as the largest of them took.
pub fn keep_little() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the call takes two numbers and does its own locking.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

/// Gives freed memory back to the operating system, wherever a whole page of it is free: for after a
/// rare large effort, such as reading a file with thousands of sessions.
///
/// Takes some milliseconds and keeps threads that allocate waiting meanwhile. Locked memory
/// ([`lock_memory`](crate::lock_memory)) stays.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the call takes no pointer, touches no living allocation and does its own locking.
    unsafe {
        libc::malloc_trim(0);
    }
}
