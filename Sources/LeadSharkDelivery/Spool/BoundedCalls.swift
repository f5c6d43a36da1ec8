#if Server
/// Calls of a store that may take longer than anybody waits for them. One that was given up goes on, and what comes of it
/// is not known.
package final class BoundedCalls: Sendable {
    /// How many calls may be under way, those that were given up included.
    package static let maximumCount = 8

    private let timeline: Timeline
    private let count = LockedValue(0)

    package init(_ timeline: Timeline) { self.timeline = timeline }

    /// Waits for a call, for so long.
    ///
    /// - Throws: ``DeliveryStoreError/Code/unavailable`` when it takes longer, or too many do already.
    package func run<Value: Sendable>(
        within limit: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let isAdmitted = count.withLock { count in
            guard count < Self.maximumCount else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            throw DeliveryStoreError(.unavailable, message: "the store has not answered earlier calls yet")
        }
        return try await withCheckedThrowingContinuation { continuation in
            let waiter = LockedValue<CheckedContinuation<Value, any Error>?>(continuation)
            @Sendable func take() -> CheckedContinuation<Value, any Error>? {
                waiter.withLock { waiter in
                    defer { waiter = nil }
                    return waiter
                }
            }
            let timer = Task { [timeline] in
                guard (try? await timeline.sleep(for: limit)) != nil else { return }
                let error = DeliveryStoreError(
                    .unavailable, message: "the store did not answer within \(limit.rounded)")
                take()?.resume(throwing: error)
            }
            Task { [count] in
                let result: Result<Value, any Error>
                do { result = .success(try await body()) } catch { result = .failure(error) }
                timer.cancel()
                count.withLock { $0 -= 1 }
                take()?.resume(with: result)
            }
        }
    }
}
#endif
