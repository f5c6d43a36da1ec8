#if Server
import Logging
import Metrics

extension Worker {
    /// One handler's loop: leases as much as can be begun at once, and sleeps while there is nothing.
    func lease(for loop: HandlerLoop) async {
        var failures = 0
        var emptyRounds = 0
        var restsUntil: Duration?
        while true {
            let next: (room: Int, suspects: SuspectRule)? = state.withLock { state in
                if state.isStopping { return nil }
                guard let suspects = state.ledger.suspectRule(for: loop.name) else { return (0, .held) }
                return (loop.room(whileRunning: state.ledger.runningCount(of: loop.name)), suspects)
            }
            guard let (room, suspects) = next else { break }
            guard room > 0 else {
                await loop.wakeup.wait()
                continue
            }
            if let end = restsUntil, timeline.now < end {
                loop.alarm.set(at: end)
                await loop.wakeup.wait()
                continue
            }
            do {
                let leases = try await store.lease(
                    loop.name, limit: room, for: configuration.leaseDuration, suspects: suspects)
                begin(leases, in: loop)
                failures = 0
                restsUntil = rest(after: leases.count).map { timeline.now + $0 }
                emptyRounds = leases.isEmpty ? emptyRounds + 1 : 0
                if leases.count == room { continue }
                let next = try await store.timeUntilNextDelivery(for: loop.name)
                // One that got due just now is leased in the next round. A store that says so again and again without
                // giving any is left alone for a while, or until the attempts end for which a suspect has to wait.
                if next == .zero, emptyRounds < 3 { continue }
                let rest = next.flatMap { $0 > .zero ? $0 : nil } ?? configuration.maximumIdle
                let idle = max(min(rest, configuration.maximumIdle), Self.shortestRest)
                loop.alarm.set(at: timeline.now + idle)
                // Whatever ends the rest, what the store says is believed again.
                emptyRounds = 0
            } catch {
                failures += 1
                metrics.leaseErrors.increment()
                stopIfOver(error)
                logger.error(
                    "The store did not lease deliveries",
                    metadata: ["handler": "\(loop.name)", "error": "\(DeliveryError.summary(of: error))"])
                loop.alarm.set(at: timeline.now + storeDelay(afterFailure: failures))
            }
            await loop.wakeup.wait()
        }
        loop.alarm.cancel()
    }

    /// How long the store is left to what comes in, after so many deliveries were leased.
    private func rest(after count: Int) -> Duration? {
        let rate = configuration.deliveriesPerSecondUnderLoad
        guard rate > 0, count > 0, load.isHigh else { return nil }
        return .seconds(count) / rate
    }

    /// Begins attempts, or hands the leases back when the worker was stopped in the meantime.
    private func begin(_ leases: [Lease], in loop: HandlerLoop) {
        for group in loop.attempts(for: leases) {
            let deadline = timeline.now + configuration.attemptDeadline
            let attempt: LeaseLedger.AttemptID? = state.withLock { state in
                // Another handler's loop may have leased a suspect at the same time.
                let isSuspect = group.contains(where: \.isSuspect)
                if state.isStopping || isSuspect && state.ledger.suspectRule(for: loop.name) != .alone {
                    for lease in group { state.ledger.add(loop.name, Settlement(lease.token, .release)) }
                    return nil
                }
                let open = group.map { LeaseLedger.Open($0) }
                return state.ledger.begin(loop.name, open, deadline: deadline, isSuspect: isSuspect)
            }
            guard let attempt else {
                settling.wake()
                continue
            }
            deadlines.set(at: deadline)
            let task = Task { await self.run(attempt, with: group, in: loop) }
            let isCancelled = state.withLock { state in
                if state.ledger.isRunning(attempt) { state.tasks[attempt] = task }
                return state.cancelled.contains(attempt)
            }
            if isCancelled { task.cancel() }
        }
    }
}
#endif
