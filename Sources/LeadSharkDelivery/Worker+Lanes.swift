#if Server
import Logging
import Metrics

extension Worker {
    /// Lets go, once, what is queued for handlers that ask for lanes no more: until none is left, or the worker is stopped.
    func dissolveLanes() async {
        var total = 0
        var failures = 0
        for loop in loops.values where loop.handler.ordering == .unordered {
            var isMore = true
            while isMore, !Task.isCancelled {
                let rest: Duration
                do {
                    let limit = max(configuration.deliveriesPerDissolution, 1)
                    let count = try await store.dissolveLanes(of: loop.name, limit: limit)
                    total += count
                    failures = 0
                    isMore = count >= limit
                    if count > 0 { loop.wakeup.wake() }
                    rest = isMore ? max(configuration.upkeepRest, Self.shortestRest) : .zero
                } catch {
                    failures += 1
                    metrics.dissolveErrors.increment()
                    stopIfOver(error)
                    logger.error(
                        "The store did not let deliveries out of their lanes",
                        metadata: ["handler": "\(loop.name)", "error": "\(DeliveryError.summary(of: error))"])
                    rest = storeDelay(afterFailure: failures)
                }
                if isMore { try? await timeline.sleep(for: rest) }
            }
        }
        guard total > 0 else { return }
        logger.info(
            "Deliveries left the lanes that their handlers ask for no more", metadata: ["deliveries": "\(total)"])
    }
}
#endif
