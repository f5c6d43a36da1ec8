#if Server
import Glibc

/// A value behind a lock: the state of something that many tasks use.
///
/// The body of ``withLock(_:)`` has to be short and must not call out: what a change leads to is done after the lock is
/// free again. A pthread mutex, because the thread sanitizer reports `Synchronization.Mutex` falsely.
///
/// `@unchecked Sendable`: the state is reached only while the mutex is held.
@safe package final class LockedValue<State: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    package init(_ state: State) {
        self.state = state
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        let result = unsafe pthread_mutex_init(mutex, nil)
        precondition(result == 0, "the system has no mutex left")
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deinitialize(count: 1)
        unsafe mutex.deallocate()
    }

    package func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
#endif
