#if Server
import LeadSharkDelivery

/// Asks a store whether it is well, one question at a time: a store that hangs is not asked again and again.
actor StoreCheck {
    private let store: any DeliveryStore
    private let elapsed: @Sendable () -> Duration
    private var running: (task: Task<Bool, Never>, since: Duration)?

    init(store: any DeliveryStore, clock: any Clock<Duration>) {
        self.store = store
        elapsed = Timekeeper.stopwatch(clock)
    }

    /// Whether the store could commit. `false` at once while an earlier question has been open for too long.
    func passes() async -> Bool {
        if let running {
            if elapsed() - running.since >= HealthResponder.checkDeadline { return false }
            return await running.task.value
        }
        let store = store
        let task = Task {
            do {
                try await store.checkHealth()
                return true
            } catch {
                return false
            }
        }
        running = (task, elapsed())
        let result = await task.value
        running = nil
        return result
    }
}
#endif
