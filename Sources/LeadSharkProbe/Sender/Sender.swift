#if Server
public import LeadSharkTesting
public import LeadSharkWebhooks
import NIOConcurrencyHelpers

/// Acts as LeadShark towards an endpoint: sends signed events, or the GET of the dashboard's test button.
///
/// However many there are, only as many as are under way at once are in memory.
public struct Sender: Sendable {
    /// What is sent.
    public enum Source: Sendable {
        /// Fixtures of these types in turn, each with a number of its own, counted from `firstNumber`: all different events.
        /// Their own time is what `timestamp` gives when one is sent; without it, a fixed one of the number's.
        case fixtures(
            [EventType], form: PayloadForm = .v2, firstNumber: Int = 1, timestamp: (@Sendable () -> String)? = nil)
        /// These bytes, every time.
        case payload([UInt8])
        /// What a function gives for the numbers from 0 on.
        case made(@Sendable (_ number: Int) -> [UInt8])
    }

    /// How it is sent.
    public enum Method: Sendable, Hashable {
        /// As a live event.
        case post
        /// As the dashboard's test, which enqueues nothing.
        case get(TestPayloadPlace)
    }

    /// The limits of a run.
    public struct Configuration: Sendable {
        /// How many requests are under way at once.
        public var concurrency = 1
        /// How long a request may take. LeadShark itself gives up after 10 seconds.
        public var timeout: Duration = .seconds(30)
        /// How long a connection may take.
        public var connectTimeout: Duration = .seconds(10)

        /// The most requests at once.
        public static let maximumConcurrency = 1024

        /// The defaults.
        public init() {}
    }

    private let url: EndpointURL
    private let secret: SigningSecret
    private let configuration: Configuration
    private let clock: any Clock<Duration>

    /// Makes a sender.
    ///
    /// - Parameters:
    ///   - secret: What the events are signed with.
    ///   - clock: What the time is measured by.
    public init(
        url: EndpointURL, secret: SigningSecret, configuration: Configuration = Configuration(),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.url = url
        self.secret = secret
        self.configuration = configuration
        self.clock = clock
    }

    /// Sends `count` requests. When the task is cancelled, those that are under way are the last.
    public func send(_ source: Source, count: Int, method: Method = .post) async -> SendSummary {
        let lanes = min(max(1, min(configuration.concurrency, count)), Configuration.maximumConcurrency)
        return await ProbeClient.with(
            timeout: configuration.timeout, connectTimeout: configuration.connectTimeout, connections: lanes,
            clock: clock
        ) { client in
            let next = NIOLockedValueBox(0)
            var total = Tally()
            let elapsed = await clock.measure {
                total = await withTaskGroup(of: Tally.self) { group in
                    for _ in 0..<lanes {
                        group.addTask { await runLane(next, count, source, method, client) }
                    }
                    return await group.reduce(into: Tally()) { $0.merge($1) }
                }
            }
            return total.summary(elapsed: elapsed)
        }
    }

    /// Sends one request after the other, until all numbers are taken.
    private func runLane(
        _ next: NIOLockedValueBox<Int>, _ count: Int, _ source: Source, _ method: Method, _ client: ProbeClient
    ) async -> Tally {
        var tally = Tally()
        while !Task.isCancelled {
            let number = next.withLockedValue { next in
                defer { next += 1 }
                return next
            }
            guard number < count else { break }
            tally.record(await client.exchange(request(number, source, method)))
        }
        return tally
    }

    private func request(_ number: Int, _ source: Source, _ method: Method) -> ProbeRequest {
        let signed: SignedRequest
        switch source {
        case .fixtures(let types, let form, let firstNumber, let timestamp):
            let type = types.isEmpty ? .dmSent : types[number % types.count]
            signed = Fixture.request(
                for: type, form: form, number: firstNumber + number, timestamp: timestamp?(), secret: secret)
        case .payload(let payload): signed = SignedRequest(signing: payload, secret: secret)
        case .made(let make): signed = SignedRequest(signing: make(number), secret: secret)
        }
        switch method {
        case .post: return ProbeRequest(url: url.text, headers: signed.headers, body: signed.body)
        case .get(let place): return .test(of: url, payload: signed.body, place: place, secret: secret)
        }
    }
}
#endif
