#if Server
import Logging
import Metrics

extension Worker {
    /// Deletes what is done and old, at once and then at intervals, until it is cancelled.
    func keepPruning() async {
        if configuration.retention.isForever { return }
        repeat {
            await prune()
        } while (try? await timeline.sleep(for: max(configuration.pruneInterval, Self.shortestRest))) != nil
    }

    /// Deletes all whose time is over, a small part in each transaction, with a rest after each, in which others write.
    private func prune() async {
        var total = Pruned()
        do {
            while !Task.isCancelled {
                let part = try await store.prune(configuration.retention, limit: max(configuration.eventsPerPrune, 1))
                metrics.eventsPruned.increment(by: part.events)
                metrics.identitiesPruned.increment(by: part.identities)
                total.events += part.events
                total.identities += part.identities
                if !part.isMore { break }
                try await timeline.sleep(for: max(configuration.upkeepRest, Self.shortestRest))
            }
        } catch is CancellationError {
            // What is left goes the next time.
        } catch {
            metrics.pruneErrors.increment()
            stopIfOver(error)
            logger.error(
                "The store did not delete what is done and old",
                metadata: ["error": "\(DeliveryError.summary(of: error))"])
        }
        guard total.events > 0 || total.identities > 0 else { return }
        logger.info(
            "What is done and old was deleted",
            metadata: ["events": "\(total.events)", "identities": "\(total.identities)"])
    }
}
#endif
