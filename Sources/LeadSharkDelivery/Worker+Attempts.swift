#if Server
import FoundationEssentials
import LeadSharkWebhooks
import Logging
import Metrics

extension Worker {
    /// One attempt: decodes, has the handler work, and gives each lease its verdict.
    func run(_ attempt: LeaseLedger.AttemptID, with leases: [Lease], in loop: HandlerLoop) async {
        var begun: [(lease: Lease, delivery: Delivery)] = []
        for lease in leases {
            if lease.attempt > configuration.maximumAttempts {
                let reason = "none of \(configuration.maximumAttempts) attempts came to an end"
                decide(lease.token, .deadLetter(reason: reason), in: loop)
                continue
            }
            if lease.crashes > configuration.maximumCrashes {
                let reason = """
                    the process ended, or could not renew the lease, in \(configuration.maximumCrashes) attempts that this \
                    delivery had to itself
                    """
                loop.metrics.crashed.increment()
                decide(lease.token, .deadLetter(reason: reason), in: loop)
                continue
            }
            do {
                begun.append((lease, try delivery(of: lease)))
            } catch {
                loop.metrics.unreadable.increment()
                decide(lease.token, .deadLetter(reason: Self.reason(error)), in: loop)
            }
        }
        if !begun.isEmpty {
            let outcomes = await outcomes(of: begun.map(\.delivery), by: loop.handler)
            for (item, outcome) in zip(begun, outcomes) {
                decide(item.lease.token, verdict(for: outcome, of: .init(item.lease)), in: loop)
            }
        }
        end(attempt, in: loop)
    }

    private func delivery(of lease: Lease) throws(EventDecodingError) -> Delivery {
        Delivery(
            id: lease.token.delivery, webhook: lease.event.webhook, identity: lease.event.identity,
            event: try lease.event.verified.event(), payload: lease.event.payload, attempt: lease.attempt,
            receivedAt: lease.event.receivedAt)
    }

    private static func reason(_ error: EventDecodingError) -> String {
        error.code == .notJSON
            ? "the payload is not JSON (\(error.message))" : "the payload is no event (\(error.message))"
    }

    private func outcomes(of deliveries: [Delivery], by handler: any DeliveryHandler) async -> [DeliveryOutcome] {
        do {
            guard let batch = handler as? any BatchDeliveryHandler else {
                return [try await handler.handle(deliveries[0])]
            }
            let outcomes = try await batch.handle(deliveries)
            if outcomes.count == deliveries.count { return outcomes }
            let reason = "the handler returned \(outcomes.count) outcomes for \(deliveries.count) deliveries"
            return deliveries.map { _ in .retry(after: nil, reason: reason) }
        } catch {
            return deliveries.map { _ in .retry(after: nil, reason: "the handler threw \(type(of: error))") }
        }
    }

    /// What an outcome means for the delivery: a retry ends in the dead letters when the attempts are used up, and leaves the
    /// lane when it would hold it up for too long.
    func verdict(for outcome: DeliveryOutcome, of lease: LeaseLedger.Open) -> Settlement.Verdict {
        switch outcome {
        case .done: return .completed
        case .deadLetter(let reason): return .deadLetter(reason: reason)
        case .retry(let after, let reason):
            if lease.attempt >= configuration.maximumAttempts {
                return .deadLetter(reason: "attempt \(lease.attempt) was the last: \(reason)")
            }
            let wait =
                after.map { min(max($0, .zero), configuration.maximumRetryDelay) }
                ?? state.withLock { configuration.backoff.delay(afterAttempt: lease.attempt, using: &$0.generator) }
            let leavesLane = lease.laneBlock.map { $0 + wait > configuration.maximumLaneBlock } ?? false
            return .retry(after: wait, reason: reason, leavesLane: leavesLane)
        }
    }

    /// Gives a lease its verdict, unless it has one or is lost.
    private func decide(_ token: LeaseToken, _ verdict: Settlement.Verdict, in loop: HandlerLoop) {
        if state.withLock({ $0.ledger.decide(token, verdict) }) {
            settling.wake()
        } else {
            logger.notice(
                "An outcome came too late and was dropped",
                metadata: ["delivery": "\(token.delivery)", "handler": "\(loop.name)"])
        }
    }

    private func end(_ attempt: LeaseLedger.AttemptID, in loop: HandlerLoop) {
        state.withLock { state in
            state.ledger.end(attempt)
            state.tasks[attempt] = nil
            state.cancelled.remove(attempt)
        }
        loop.wakeup.wake()
        ending.wake()
    }

    /// Ends attempts at their deadlines, until the worker ends.
    func watchDeadlines() async {
        while !state.withLock({ $0.isSettlingOver }) {
            await overdue.wait()
            endOverdueAttempts()
        }
    }

    /// Cancels attempts whose deadline has passed; another attempt is due for their deliveries.
    private func endOverdueAttempts() {
        let overdue = state.withLock { $0.ledger.overdue(at: timeline.now) }
        for attempt in overdue {
            guard let loop = loops[attempt.handler] else { continue }
            cancel(attempt.id)
            loop.metrics.overdue.increment()
            logger.warning(
                "An attempt went past its deadline",
                metadata: [
                    "handler": "\(attempt.handler)",
                    "deliveries": "\(attempt.open.map(\.token.delivery.rawValue))",
                ])
            for lease in attempt.open {
                let outcome = DeliveryOutcome.retry(after: nil, reason: "the attempt went past its deadline")
                let verdict = verdict(for: outcome, of: lease)
                if state.withLock({ $0.ledger.decide(lease.token, verdict) }) { settling.wake() }
            }
        }
        if let next = state.withLock({ $0.ledger.nextDeadline }) { deadlines.set(at: next) }
    }
}
#endif
