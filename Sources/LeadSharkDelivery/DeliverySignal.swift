#if Server
/// Tells all handlers' loops, in this process, that there may be something to lease.
package final class DeliverySignal: Sendable {
    private let listeners = LockedValue<[Wakeup]>([])

    package init() {}

    /// Has `wakeup` woken by each notification from now on.
    package func add(_ wakeup: Wakeup) {
        listeners.withLock { $0.append(wakeup) }
    }

    /// Wakes all.
    package func notify() {
        for wakeup in listeners.withLock({ $0 }) { wakeup.wake() }
    }
}
#endif
