#if Server
/// What belongs to one handler of a ``Worker``.
final class HandlerLoop: Sendable {
    let handler: any DeliveryHandler
    let name: HandlerName
    let metrics: DeliveryMetrics.Handler
    let wakeup: Wakeup
    let alarm: Alarm
    private let limit: Int
    private let isBatch: Bool

    init(_ handler: any DeliveryHandler, configuration: Worker.Configuration, timeline: Timeline) {
        let wakeup = Wakeup()
        self.handler = handler
        self.wakeup = wakeup
        name = handler.name
        metrics = DeliveryMetrics.Handler(handler.name)
        alarm = Alarm(timeline) { wakeup.wake() }
        if let batch = handler as? any BatchDeliveryHandler {
            isBatch = true
            limit = max(min(batch.maximumBatchCount, configuration.maximumBatchCount), 1)
        } else {
            isBatch = false
            limit = max(configuration.concurrency, 1)
        }
    }

    /// How many leases can be begun at once while so many attempts are running.
    func room(whileRunning count: Int) -> Int {
        if isBatch { return count == 0 ? limit : 0 }
        return max(limit - count, 0)
    }

    /// How leases are grouped into attempts: a batch in one, others each in its own.
    func attempts(for leases: [Lease]) -> [[Lease]] {
        if leases.isEmpty { return [] }
        return isBatch ? [leases] : leases.map { [$0] }
    }
}
#endif
