#if Server
/// Wakes one loop. A call of ``wake()`` while the loop is busy is not lost: its next ``wait()`` returns at once.
///
/// Cancellation does not wake: whoever stops a loop says so in the loop's state, and then wakes it.
package final class Wakeup: Sendable {
    private struct State: Sendable {
        var isWoken = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = LockedValue(State())

    package init() {}

    /// Ends the wait that is under way, or else the next one.
    package func wake() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard let waiter = state.waiter else {
                state.isWoken = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Returns after the next call of ``wake()``, or at once when there was one since the last wait. One loop may wait.
    package func wait() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isWoken = state.withLock { state in
                precondition(state.waiter == nil, "only one loop may wait")
                if state.isWoken {
                    state.isWoken = false
                    return true
                }
                state.waiter = continuation
                return false
            }
            if isWoken { continuation.resume() }
        }
    }
}
#endif
