#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import NIOConcurrencyHelpers
import Testing

@testable import LeadSharkReceiver

/// Never comes back.
private struct HangingHandler: DeliveryHandler {
    let name: HandlerName
    let started: AsyncStream<Void>.Continuation

    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        started.yield()
        try await Task.sleep(for: .seconds(86_400))
        return .done
    }
}

/// Keeps what it is given.
private final class KeepingHandler: DeliveryHandler {
    let name: HandlerName = "keep"
    private let report: AsyncStream<Delivery>.Continuation

    init(_ report: AsyncStream<Delivery>.Continuation) { self.report = report }

    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        report.yield(delivery)
        return .done
    }
}

@Suite("Acknowledgements")
struct AcknowledgementTests {
    @Test("Nothing is acknowledged before it is committed")
    func onlyAfterCommit() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            receiver.store.become(.hangs)
            let client = try await receiver.client()
            try await client.send(HTTP.post(Fixture.request(for: .dmSent, secret: TestReceiver.secret)))
            await receiver.store.arrivals(1)
            #expect(try await !client.hasInput(withinMilliseconds: 20))
            receiver.store.become(.works)
            let answer = try await client.response()
            #expect(answer.body == #"{"status":"stored"}"#)
        }
    }

    @Test(
        "A store that fails is our trouble: 503, and never 2xx or 4xx; the same event is stored when it works again"
    )
    func failingStore() async throws {
        try await TestReceiver.run { receiver in
            receiver.store.become(.fails)
            let first = try await receiver.post(1)
            #expect(first.status == 503)
            #expect(first.header("Retry-After") == "10")
            #expect(receiver.logs.causes.contains("storeFailed"))
            receiver.store.become(.works)
            let second = try await receiver.post(1)
            #expect(second.body == #"{"status":"stored"}"#)
        }
    }

    @Test("A full queue is our trouble too")
    func fullQueue() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: {
            $0.clock = clock
            $0.queue.waitingEvents = 1
            $0.queue.eventsPerCommit = 1
        }) { receiver in
            receiver.store.become(.hangs)
            let first = try await receiver.client()
            try await first.send(HTTP.post(Fixture.request(for: .newLike, number: 1, secret: TestReceiver.secret)))
            await receiver.store.arrivals(1)
            // Sooner or later one finds the queue full, whatever a commit that runs counts for.
            var clients: [RawClient] = []
            var refused: RawClient.Response?
            while refused == nil {
                let client = try await receiver.client()
                clients.append(client)
                try await client.send(
                    HTTP.post(
                        Fixture.request(for: .newLike, number: clients.count + 1, secret: TestReceiver.secret)))
                if try await client.hasInput(withinMilliseconds: 20) { refused = try await client.response() }
            }
            #expect(refused?.status == 503)
            #expect(receiver.logs.causes.contains("queueFull"))
            receiver.store.become(.works)
            let answer = try await first.response()
            #expect(answer.status == 200)
        }
    }

    @Test("With every handler hanging, events are acknowledged all the same")
    func hangingHandlers() async throws {
        let (started, report) = AsyncStream.makeStream(of: Void.self)
        let handlers = [
            HangingHandler(name: "one", started: report), HangingHandler(name: "two", started: report),
        ]
        // A manual clock that never moves: no limit could come to the rescue.
        let clock = ManualClock()
        try await TestReceiver.run(
            handlers: handlers, stopsByItself: false,
            configure: {
                $0.clock = clock
                $0.worker.concurrency = 2
                $0.gracePeriod = .milliseconds(50)
            }
        ) { receiver in
            let first = try await receiver.post(0)
            #expect(first.status == 200)
            var starts = started.makeAsyncIterator()
            await starts.next()
            await starts.next()
            for number in 1...100 {
                let answer = try await receiver.post(number)
                #expect(answer.body == #"{"status":"stored"}"#)
            }
            #expect(receiver.store.received.count == 101)
        }
    }

    @Test("What is acknowledged comes out of the worker once, twice sent or not, and a test event does not")
    func throughTheWorker() async throws {
        let (delivered, report) = AsyncStream.makeStream(of: Delivery.self)
        try await TestReceiver.run(handlers: [KeepingHandler(report)]) { receiver in
            let test = try await receiver.client()
            try await test.send(HTTP.post(Fixture.request(for: .test, secret: TestReceiver.secret)))
            let answer = try await test.response()
            #expect(answer.body == #"{"status":"stored"}"#)
            for number in [1, 2, 2, 3, 1] { _ = try await receiver.post(number) }
        }
        report.finish()
        var names: [String] = []
        for await delivery in delivered { names.append(delivery.identity.hexadecimal) }
        #expect(names.count == 3)
        #expect(Set(names).count == 3)
    }
}
#endif
