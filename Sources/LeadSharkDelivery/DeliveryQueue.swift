#if Server
import FoundationEssentials
import LeadSharkWebhooks
import Metrics
package import Logging
public import ServiceLifecycle

/// The way into the store: whatever waits is committed together.
///
/// While one commit is on its way to the disk, the next batch forms; there is no timer, so an event that comes alone
/// waits for its own commit only. A ``DeliveryEngine`` makes it, together with the worker that it wakes.
public final class DeliveryQueue: Service {
    /// Bounds on what may wait for its commit.
    public struct Limits: Sendable, Hashable {
        /// How many events may wait.
        public var waitingEvents = 2048
        /// How many bytes of payload may wait.
        public var waitingBytes = 16 << 20
        /// How many events one commit takes.
        public var eventsPerCommit = 128
        /// How many bytes of payload one commit takes, unless one event alone is larger.
        public var bytesPerCommit = 1 << 20

        /// The defaults.
        public init() {}
    }

    private typealias Waiter = CheckedContinuation<Result<EnqueueResult, EnqueueError>, Never>

    private let store: any DeliveryStore
    private let recipients: [DeliveryRecipient]
    private let signal: DeliverySignal
    private let load: IngestLoad
    private let failures: ComplaintLog
    private let logger: Logger
    private let metrics = DeliveryMetrics.Queue()
    private let backlog: LockedValue<EventBacklog<NewEvent, Waiter>>
    private let wakeup = Wakeup()
    private let failure = LockedValue<DeliveryStoreError?>(nil)

    /// Makes a queue that commits to `store` while ``run()`` runs.
    ///
    /// - Parameters:
    ///   - recipients: Those that get a delivery of each event. A name that is there twice counts once.
    ///   - signal: Wakes the worker after a commit; a queue without a worker's signal would leave it asleep.
    ///   - load: Tells the worker when answers have to go first.
    ///   - timeline: What tells when a failure is worth another line.
    package init(
        store: any DeliveryStore, recipients: [DeliveryRecipient], limits: Limits, signal: DeliverySignal,
        load: IngestLoad, timeline: Timeline, logger: Logger
    ) {
        var names: Set<HandlerName> = []
        self.store = store
        self.recipients = recipients.filter { names.insert($0.handler).inserted }
        self.signal = signal
        self.load = load
        // A disk that is full fails every commit; a log that says so each time fills what is left of it.
        failures = ComplaintLog(interval: 10) { Date(timeIntervalSinceReferenceDate: timeline.now / .seconds(1)) }
        self.logger = logger
        backlog = LockedValue(EventBacklog(limits: limits))
    }

    /// How many events wait for their commit.
    public var waitingCount: Int { backlog.withLock { $0.count } }

    /// Stores an event. Returns when it is durable, and not before.
    ///
    /// When the task is cancelled, this stops waiting and throws ``EnqueueError/Code/cancelled``; the event is stored
    /// nevertheless, if the store can.
    public func enqueue(_ event: NewEvent) async throws(EnqueueError) -> EnqueueResult {
        let number = backlog.withLock { $0.makeNumber() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in admit(event, number: number, waiter: waiter) }
        } onCancel: {
            stopWaiting(number)
        }
        return try result.get()
    }

    private func admit(_ event: NewEvent, number: UInt64, waiter: Waiter) {
        let size = event.verified.payload.count
        let admission = backlog.withLock {
            $0.admit(event, number: number, byteCount: size, waiter: waiter)
        }
        switch admission {
        case .admitted(let wakes):
            if wakes { wakeup.wake() }
            // The cancellation handler may have run before the waiter was there.
            if Task.isCancelled { stopWaiting(number) }
        case .full:
            metrics.refusedFull.increment()
            waiter.resume(
                returning: .failure(EnqueueError(.full, message: "too many events wait for their commit")))
        case .stopped:
            metrics.refusedStopped.increment()
            waiter.resume(returning: .failure(EnqueueError(.stopped, message: "the queue takes no more events")))
        }
    }

    private func stopWaiting(_ number: UInt64) {
        let waiter = backlog.withLock { $0.takeWaiter(number) }
        waiter?.resume(
            returning: .failure(EnqueueError(.cancelled, message: "the caller stopped waiting for the commit")))
    }

    /// Commits until a graceful shutdown (or cancellation), then commits what still waits and returns. What comes later
    /// is refused as ``EnqueueError/Code/stopped``.
    ///
    /// - Throws: The store's error, when it has ``DeliveryStoreError/Code/failed``. Nobody who waited was told that their
    ///   event is stored.
    public func run() async throws {
        // In a task of its own, so that cancellation does not reach into a commit.
        let work = Task { await commitUntilStopped() }
        await withTaskCancellationOrGracefulShutdownHandler {
            await work.value
        } onCancelOrGracefulShutdown: {
            self.backlog.withLock { $0.stop() }
            self.wakeup.wake()
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func commitUntilStopped() async {
        while true {
            switch backlog.withLock({ $0.next() }) {
            case .commit(let batch): await commit(batch)
            case .wait: await wakeup.wait()
            case .finished: return
            }
        }
    }

    private func commit(_ batch: [EventBacklog<NewEvent, Waiter>.Entry]) async {
        metrics.waiting.record(waitingCount)
        metrics.commitSize.record(batch.count)
        load.note(eventsInCommit: batch.count)
        let results = await store(batch.map(\.event))
        let waiters = backlog.withLock { backlog in
            backlog.finish(batch)
            return batch.map { backlog.takeWaiter($0.number) }
        }
        for (waiter, result) in zip(waiters, results) { waiter?.resume(returning: result) }
        count(results, of: batch)
        metrics.waiting.record(waitingCount)
    }

    /// Stores a batch: all together, or one by one when one of them may have spoilt it for the others.
    private func store(_ events: [NewEvent]) async -> [Result<EnqueueResult, EnqueueError>] {
        do {
            let results = try await enqueueInStore(events)
            reportRecovery()
            return results
        } catch {
            metrics.storeErrors.increment()
            stopIfOver(error)
            report(error, for: events.count)
            guard events.count > 1, DeliveryError.mayConcernOneRow(error) else {
                let failure = EnqueueError(.storeFailed, message: DeliveryError.summary(of: error))
                return events.map { _ in .failure(failure) }
            }
        }
        var results: [Result<EnqueueResult, EnqueueError>] = []
        for event in events {
            do {
                results += try await enqueueInStore([event])
            } catch {
                stopIfOver(error)
                results.append(.failure(EnqueueError(.storeFailed, message: DeliveryError.summary(of: error))))
            }
        }
        return results
    }

    private func report(_ error: any Error, for count: Int) {
        let summary = DeliveryError.summary(of: error)
        guard let count = failures.note(summary, count) else { return }
        logger.error("The store did not commit events", metadata: ["events": "\(count)", "error": "\(summary)"])
    }

    private func reportRecovery() {
        guard let count = failures.endCounting() else { return }
        logger.notice("The store commits events again", metadata: ["refusedSinceTheLastLine": "\(count)"])
    }

    /// Takes no more events when the store must not be used any more. Those that wait are refused by the store.
    private func stopIfOver(_ error: any Error) {
        guard let end = DeliveryError.end(of: error) else { return }
        failure.withLock { $0 = $0 ?? end }
        backlog.withLock { $0.stop() }
    }

    private func enqueueInStore(_ events: [NewEvent]) async throws -> [Result<EnqueueResult, EnqueueError>] {
        let results = try await store.enqueue(events, for: recipients)
        guard results.count == events.count else {
            throw DeliveryStoreError(.unavailable, message: "the store gave a wrong number of results")
        }
        return results.map { .success($0) }
    }

    private func count(
        _ results: [Result<EnqueueResult, EnqueueError>], of batch: [EventBacklog<NewEvent, Waiter>.Entry]
    ) {
        var isAnyStored = false
        for (result, entry) in zip(results, batch) {
            switch result {
            case .success(.stored(let id)):
                isAnyStored = true
                metrics.stored.increment()
                logger.info(
                    "An event was stored", metadata: ["webhook": "\(entry.event.webhook)", "event": "\(id)"])
                if entry.event.contradictingHeader != nil { metrics.contradictions.increment() }
                if entry.event.envelope.type == nil { report(unreadable: entry.event, id) }
                if let reason = entry.event.deadLetterReason { report(putAside: entry.event, id, reason) }
            case .success(.duplicate(let differs)):
                metrics.duplicates.increment()
                if differs { metrics.differingDuplicates.increment() }
            case .success(.spooled):
                // It has no number yet that a log line could name.
                if entry.event.contradictingHeader != nil { metrics.contradictions.increment() }
                if entry.event.envelope.type == nil { metrics.unreadable.increment() }
                if entry.event.deadLetterReason != nil { metrics.putAside.increment() }
            case .failure:
                metrics.refusedStoreFailed.increment()
            }
        }
        if isAnyStored { signal.notify() }
    }

    private func report(putAside event: NewEvent, _ id: EventID, _ reason: String) {
        metrics.putAside.increment()
        logger.warning(
            "An authentic event went to the dead letters at once",
            metadata: [
                "webhook": "\(event.webhook)", "event": "\(id)", "reason": "\(DeliveryReason.bounded(reason))",
            ])
    }

    /// The signature holds, so it is no forgery, but neither is it an event as we know them.
    private func report(unreadable event: NewEvent, _ id: EventID) {
        metrics.unreadable.increment()
        logger.warning(
            "An authentic event cannot be read", metadata: ["webhook": "\(event.webhook)", "event": "\(id)"])
    }
}
#endif
