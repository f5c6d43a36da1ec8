#if Server
import Logging
import Metrics

extension Worker {
    /// How often the last verdicts are tried when the worker ends while the store fails.
    private static var lastTries: Int { 3 }

    /// Writes verdicts: whatever waits is written together, without a timer.
    func settleUntilStopped() async {
        let alarm = Alarm(timeline, on: keeping) { [settling] in settling.wake() }
        var failures = 0
        while true {
            let (batch, isOver) = state.withLock { state in
                (
                    state.ledger.takeVerdicts(atMost: max(configuration.settlementsPerCommit, 1)),
                    state.isSettlingOver
                )
            }
            if batch.isEmpty {
                if isOver { break }
                await settling.wait()
                continue
            }
            do {
                let lost = try await store.settle(batch)
                failures = 0
                finish(batch, lost: lost)
            } catch {
                failures += 1
                metrics.settleErrors.increment()
                stopIfOver(error)
                logger.error(
                    "The store did not take outcomes",
                    metadata: [
                        "outcomes": "\(batch.count)", "error": "\(DeliveryError.summary(of: error))",
                    ])
                state.withLock { $0.ledger.putBack(batch) }
                if isOver {
                    if failures >= Self.lastTries { break }
                    try? await timeline.sleepOffPool(until: timeline.now + storeDelay(afterFailure: failures))
                    continue
                }
                alarm.set(at: timeline.now + storeDelay(afterFailure: failures))
                await settling.wait()
            }
        }
        alarm.cancel()
    }

    private func finish(_ batch: [Settlement], lost: Set<LeaseToken>) {
        var touched: Set<HandlerName> = []
        for settlement in batch {
            guard let name = state.withLock({ $0.ledger.handler(of: settlement.token) }), let loop = loops[name]
            else { continue }
            touched.insert(name)
            if lost.contains(settlement.token) {
                report(lost: settlement.token, of: name)
            } else {
                report(settlement, in: loop)
            }
        }
        let hadSuspect = state.withLock { state in
            let had = state.ledger.hasSuspect
            state.ledger.settled(batch)
            return had && !state.ledger.hasSuspect
        }
        // What waits now may be due before that for which the loop's alarm is set.
        for name in touched { loops[name]?.wakeup.wake() }
        // Other handlers' suspects waited for this one.
        if hadSuspect { signal.notify() }
    }

    private func report(_ settlement: Settlement, in loop: HandlerLoop) {
        switch settlement.verdict {
        case .completed:
            loop.metrics.completed.increment()
        case .release:
            break
        case .retry(let after, let reason, let leavesLane):
            loop.metrics.retried.increment()
            if leavesLane {
                loop.metrics.leftLane.increment()
                logger.notice(
                    "A delivery has held up its lane for too long and left it",
                    metadata: ["delivery": "\(settlement.token.delivery)", "handler": "\(loop.name)"])
            }
            logger.info(
                "A delivery will be attempted again",
                metadata: [
                    "delivery": "\(settlement.token.delivery)", "handler": "\(loop.name)", "after": "\(after.rounded)",
                    "reason": "\(DeliveryReason.bounded(reason))",
                ])
        case .deadLetter(let reason):
            loop.metrics.deadLettered.increment()
            logger.warning(
                "A delivery went to the dead letters",
                metadata: [
                    "delivery": "\(settlement.token.delivery)", "handler": "\(loop.name)",
                    "reason": "\(DeliveryReason.bounded(reason))",
                ])
        }
    }

    func report(lost token: LeaseToken, of handler: HandlerName?) {
        metrics.leasesLost.increment()
        logger.warning(
            "A lease was lost; its outcome does not count",
            metadata: [
                "delivery": "\(token.delivery)", "handler": handler.map { "\($0)" } ?? "unknown",
            ])
    }

    /// Renews what is held and reclaims what has run out, at a third of the lease's duration, until it is cancelled.
    func keepLeases() async {
        let interval = max(configuration.leaseDuration / 3, Self.shortestRest)
        while (try? await timeline.sleepOffPool(until: timeline.now + interval)) != nil {
            do {
                try await renewLeases()
                let count = try await store.reclaimExpired()
                guard count > 0 else { continue }
                metrics.leasesReclaimed.increment(by: count)
                logger.warning("Leases ran out and were reclaimed", metadata: ["leases": "\(count)"])
                signal.notify()
            } catch {
                metrics.renewErrors.increment()
                stopIfOver(error)
                logger.error(
                    "The store did not renew leases", metadata: ["error": "\(DeliveryError.summary(of: error))"])
                // Some may have been reclaimed before it failed.
                signal.notify()
            }
        }
    }

    private func renewLeases() async throws {
        let held = state.withLock { $0.ledger.held }
        if held.isEmpty { return }
        let refused = try await store.renew(held, for: configuration.leaseDuration)
        if refused.isEmpty { return }
        let (lost, idle, names) = state.withLock { state in
            let names = refused.reduce(into: [LeaseToken: HandlerName]()) { names, token in
                names[token] = state.ledger.handler(of: token)
            }
            let (lost, idle) = state.ledger.lose(refused)
            return (lost, idle, names)
        }
        for token in lost { report(lost: token, of: names[token]) }
        for attempt in idle { cancel(attempt) }
        // What had to wait for them need not any more.
        if !lost.isEmpty { signal.notify() }
    }
}
#endif
