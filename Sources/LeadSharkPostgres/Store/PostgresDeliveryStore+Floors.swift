#if Postgres
import LeadSharkDelivery

/// What moves the floors at which leases begin: see ``ReadyFloor``.
extension PostgresDeliveryStore {
    /// Searches from the beginning for what is ready, when it is time to. When that fails, leases begin where they did before.
    func raiseFloor(of handler: HandlerName) async {
        let start = ContinuousClock.now
        guard floors.withLock({ $0[handler].beginsSearch(at: start) }) else { return }
        do {
            try await work.run(within: configuration.workTimeout) { [statements, floors] session, _ in
                let start = ContinuousClock.now
                let name = Parameters { $0.add(handler.text) }
                let lowest = try session.execute(statements.lowestReady, name).integer(0, 0)
                floors.withLock { $0[handler].found(lowest, from: start, to: .now) }
            }
        } catch {
            floors.withLock { $0[handler].missed(from: start, to: .now) }
        }
    }

    /// Makes a change, and has leases begin at the lowest of what it made ready; at the beginning, when nobody knows what became
    /// of the change.
    func lowerFloors<Value>(
        to lowest: (Value) -> Int64?, after change: () async throws -> Value
    ) async throws -> Value {
        do {
            let value = try await change()
            if let lowest = lowest(value) { floors.withLock { $0.lower(to: lowest) } }
            return value
        } catch {
            floors.withLock { $0.lower(to: .min) }
            throw error
        }
    }
}
#endif
