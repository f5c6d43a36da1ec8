#if Server
import Logging
import Metrics
import ServiceLifecycle

extension SpoolingDeliveryStore {
    /// Moves events from the spool to the store, whenever there are any and the store is there, until a graceful shutdown or
    /// cancellation. What is in the spool then is moved after the next start.
    ///
    /// - Throws: The error of the store, or of a spool with events in it, that has ``DeliveryStoreError/Code/failed``.
    public func run() async throws {
        // In a task of its own, so that cancellation does not reach into a commit.
        let work = Task { await moveUntilStopped() }
        await withTaskCancellationOrGracefulShutdownHandler {
            await work.value
        } onCancelOrGracefulShutdown: {
            self.stop()
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Tries at once to move what is in the spool, what was set aside too, and tells what came of it. While that goes on for
    /// long, it tells how far it has got; ask again then. Needs ``run()``.
    public func moveNow() async throws -> SpoolMove {
        try await spool.takeBack()
        let now = timeline.now
        return await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.isStopping { return true }
                state.waiters.append(
                    MoveWaiter(since: now, movedBefore: state.movedCount, continuation: continuation))
                return false
            }
            if isOver {
                let move = SpoolMove(
                    movedCount: 0, waitingCount: spool.waitingCount, failure: "the receiver is about to end")
                return continuation.resume(returning: move)
            }
            wakeup.wake()
        }
    }

    /// What is told from here on: events go to the spool.
    func beginSpooling(_ error: any Error) {
        let delay: Duration? = state.withLock { state in
            guard !state.isSpooling else { return nil }
            state.isSpooling = true
            state.isEmptyToBeTold = true
            return configuration.backoff.delay(afterAttempt: 1, using: &state.generator)
        }
        guard let delay else { return }
        metrics.spooling.record(1)
        logger.error(
            "The store does not take events: they go to the spool",
            metadata: ["error": "\(DeliveryError.summary(of: error))"])
        alarm.set(at: timeline.now + max(delay, Worker.shortestRest))
    }

    private func endSpooling() {
        let hasEnded = state.withLock { state in
            defer { state.isSpooling = false }
            return state.isSpooling
        }
        guard hasEnded else { return }
        metrics.spooling.record(0)
        logger.notice("The store takes events again", metadata: ["spooled": "\(spool.waitingCount)"])
    }

    private func stop() {
        state.withLock { $0.isStopping = true }
        wakeup.wake()
    }

    /// Ends the process in good order when one of the two must not be used any more, so that another start reopens it.
    private func stopIfOver(_ error: any Error) {
        guard let end = DeliveryError.end(of: error) else { return }
        state.withLock { $0.failure = $0.failure ?? end }
        stop()
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func moveUntilStopped() async {
        if spool.waitingCount > 0 {
            state.withLock { $0.isEmptyToBeTold = true }
            logger.notice(
                "Events of an earlier time are in the spool", metadata: ["spooled": "\(spool.waitingCount)"])
        }
        // A store that is away from the start is told of at once, not by the first event.
        do { try await probe() } catch { beginSpooling(error) }
        var failures = 0
        var limit = max(configuration.eventsPerMove, 1)
        while !isStopping {
            do {
                try await moveAll(&limit)
                failures = 0
                answer(.all)
            } catch {
                failures += 1
                limit = max(limit / 4, 1)
                answer(.all, failure: DeliveryError.summary(of: (error as? StoreFailure)?.cause ?? error))
                fail(error)
                let delay = state.withLock {
                    configuration.backoff.delay(afterAttempt: failures, using: &$0.generator)
                }
                alarm.set(at: timeline.now + max(delay, Worker.shortestRest))
            }
            if isStopping { break }
            await wakeup.wait()
        }
        alarm.cancel()
        answer(.all, failure: "the receiver is about to end")
    }

    /// An error of the store's, not of the spool's.
    private struct StoreFailure: Error { let cause: any Error }

    private func fail(_ error: any Error) {
        if let failure = error as? StoreFailure {
            metrics.moveErrors.increment()
            beginSpooling(failure.cause)
            stopIfOver(failure.cause)
            return
        }
        metrics.moveErrors.increment()
        logger.error(
            "The spool's events cannot be moved", metadata: ["error": "\(DeliveryError.summary(of: error))"])
        // One that is not needed now may stay as it is.
        if spool.waitingCount > 0 { stopIfOver(error) }
    }

    /// Moves until nothing is left. Sees to it that the store is there, if that was in doubt.
    private func moveAll(_ limit: inout Int) async throws {
        while !isStopping {
            let batch = try await spool.oldest(limit, byteCount: configuration.bytesPerMove)
            guard !batch.isEmpty else { break }
            var rest = batch[...]
            while let first = rest.first {
                let group = rest.prefix { $0.recipients == first.recipients }
                rest = rest.dropFirst(group.count)
                try await move(Array(group))
            }
            limit = min(limit * 2, max(configuration.eventsPerMove, 1))
            answer(.waitingForLong)
        }
        if isSpooling {
            try await probe()
            endSpooling()
        }
        let isToBeTold = state.withLock { state in
            guard spool.waitingCount == 0, state.isEmptyToBeTold, !state.isSpooling else { return false }
            state.isEmptyToBeTold = false
            return true
        }
        if isToBeTold { logger.notice("The spool is empty") }
    }

    private func probe() async throws {
        do {
            try await calls.run(within: configuration.healthTimeout) { [store] in try await store.checkHealth() }
        } catch {
            throw StoreFailure(cause: error)
        }
    }

    /// Stores events that have the same recipients, and only then forgets them.
    private func move(_ events: [SpooledEvent]) async throws {
        guard let recipients = events.first?.recipients else { return }
        do {
            _ = try await enqueueInStore(
                events.map(\.newEvent), for: recipients, within: configuration.moveTimeout)
        } catch  where (error as? DeliveryStoreError)?.code == .rowRefused {
            if events.count > 1 {
                for event in events { try await move([event]) }
            } else {
                try await setAside(events[0], error)
            }
            return
        } catch {
            throw StoreFailure(cause: error)
        }
        endSpooling()
        tellListeners()
        try await spool.remove(events.map(\.event.id))
        state.withLock { $0.movedCount += events.count }
        metrics.moved.increment(by: events.count)
        metrics.waiting.record(spool.waitingCount)
    }

    private func setAside(_ event: SpooledEvent, _ error: any Error) async throws {
        try await spool.setAside([event.event.id])
        metrics.setAside.increment()
        metrics.waiting.record(spool.waitingCount)
        logger.error(
            "The store refuses an event of the spool, where it is kept aside",
            metadata: [
                "webhook": "\(event.event.webhook)", "spoolEvent": "\(event.event.id)",
                "error": "\(DeliveryError.summary(of: error))",
            ])
    }

    private enum Answered { case all, waitingForLong }

    /// Tells those who wait for it what was moved.
    private func answer(_ answered: Answered, failure: String? = nil) {
        let now = timeline.now
        let (waiters, movedCount) = state.withLock { state in
            let waiters = state.waiters.filter { answered == .all || now - $0.since >= Self.longestReport }
            state.waiters.removeAll { answered == .all || now - $0.since >= Self.longestReport }
            return (waiters, state.movedCount)
        }
        for waiter in waiters {
            waiter.continuation.resume(
                returning: SpoolMove(
                    movedCount: movedCount - waiter.movedBefore, waitingCount: spool.waitingCount, failure: failure))
        }
    }
}
#endif
