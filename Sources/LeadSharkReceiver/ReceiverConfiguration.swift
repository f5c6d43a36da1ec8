#if Server
public import FoundationEssentials
public import LeadSharkDelivery
public import UnixSignals

/// Where a receiver listens, for which webhooks, and within which limits.
public struct ReceiverConfiguration: Sendable {
    /// What this process does. Where several share a store, some may receive only, and some bring leads to their handlers only.
    public enum Role: Sendable, Hashable, CaseIterable {
        /// It receives, and brings leads to their handlers.
        case receiverAndWorker
        /// It receives only. The handlers have to be named nevertheless: each event gets its deliveries when it is stored.
        case receiver
        /// It brings leads to their handlers only, and has nothing but its health to tell.
        case worker
    }

    /// What this process does.
    public var role = Role.receiverAndWorker
    /// The webhooks that are received, each under `/webhooks/<name>` with its own secret.
    public var webhooks: [WebhookEndpoint.Configuration]
    /// Where webhooks arrive. The default is reachable from this machine only: TLS and the internet are a proxy's work.
    public var listen = ListenAddress(host: "127.0.0.1", port: 8080)
    /// Where `/health/live` and `/health/ready` are; `nil` for nowhere. It has a listener of its own so that no rule of
    /// a proxy stands between it and the internet.
    public var adminListen: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 8081)
    /// The path of the operator's control socket (``ControlProtocol``); `nil` for none. It is made with mode 0600, in
    /// a directory that is there.
    public var controlSocketPath: String?
    /// The limits on what a sender may do.
    public var limits = RequestLimits()
    /// How long a sender should wait before it comes again, in the answers with status 503.
    public var retryAfter: Duration = .seconds(10)
    /// What may wait for its commit.
    public var queue = DeliveryQueue.Limits()
    /// How the worker works.
    public var worker = Worker.Configuration()
    /// How long a graceful stop may take before it becomes a cancellation.
    public var gracePeriod: Duration = .seconds(20)
    /// The signals that stop ``Receiver/run()`` gracefully.
    public var stopSignals: [UnixSignal] = [.sigterm, .sigint]
    /// Called once, when every listener is bound.
    public var onListening: @Sendable (ReceiverAddresses) async -> Void = { _ in }
    /// What a remedy in the log calls the setting that lets re-formatted bodies be accepted
    /// (``WebhookEndpoint/Configuration/reformattedBodies``), in the words of whoever operates the receiver.
    public var reformattedBodiesSetting = "reformattedBodies: .canonicalized"
    /// The clock of all time limits.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// What tells the time of day, against which an event's own time is held where a webhook has a
    /// ``WebhookEndpoint/Configuration/tolerance``.
    public var now: @Sendable () -> Date = { Date() }

    /// The defaults, for these webhooks.
    public init(webhooks: [WebhookEndpoint.Configuration]) { self.webhooks = webhooks }
}

/// The limits on what a sender may do, before and after it is known to be LeadShark.
public struct RequestLimits: Sendable, Hashable {
    /// The largest body, in bytes; 413 beyond it. Enforced while reading, and before it where the length is announced.
    public var maximumBodyByteCount = 256 << 10
    /// How long a request may take from its first byte to its answer. LeadShark gives up after 10 s. A sender that is
    /// slower gets 408; when it is we who are slow, 503. Kept to 0.25 s. At most ``longestAnswerDeadline``.
    public var answerDeadline: Duration = .seconds(8)
    /// The longest ``answerDeadline`` with which an answer can still reach LeadShark before it gives up.
    public static let longestAnswerDeadline: Duration = .milliseconds(9500)
    /// How long a connection may stay open between requests.
    public var idleTimeout: Duration = .seconds(15)
    /// How long a new connection may stay open without a first byte; never longer than ``idleTimeout``.
    public var firstByteTimeout: Duration = .seconds(3)
    /// How long a connection may say nothing, before its first request or between two, while less than an eighth of
    /// ``maximumConnectionCount`` is free: those that only hold a place make room.
    public var crowdedIdleTimeout: Duration = .seconds(1)
    /// How long a request may take to arrive, and an answer to be accepted, while so few are free. Those that are being
    /// answered keep all of ``answerDeadline``; each answer then closes its connection.
    public var crowdedRequestTimeout: Duration = .seconds(2)
    /// How many requests one connection may bring; the answer to the last closes it.
    public var maximumRequestsPerConnection = 10_000
    /// How long a sender may take to accept an answer, before the connection is cut.
    public var writeDeadline: Duration = .seconds(10)
    /// The largest header field, name and value, and the longest target, in bytes.
    public var maximumHeaderFieldByteCount = 8 << 10
    /// The largest header section, in bytes.
    public var maximumHeaderByteCount = 16 << 10
    /// The largest number of header fields.
    public var maximumHeaderFieldCount = 100
    /// The largest number of parts in which a body may arrive: without it, chunks of one byte make work out of nothing.
    public var maximumBodyPartCount = 4096
    /// How many connections are open at once; more wait in the system's backlog.
    public var maximumConnectionCount = 1024
    /// How many bytes of memory for bodies all connections together may hold until they are answered; 503 beyond it.
    public var maximumBufferedByteCount = 64 << 20
    /// How many of those bytes are kept for each connection that may be open, so that whoever fills the rest cannot keep
    /// out a body of this size. LeadShark's are smaller. All together never more than half of
    /// ``maximumBufferedByteCount``.
    public var reservedBodyByteCount = 16 << 10

    /// The defaults.
    public init() {}

    var isPositive: Bool {
        min(
            maximumBodyByteCount, maximumHeaderFieldByteCount, maximumHeaderByteCount, maximumHeaderFieldCount,
            maximumBodyPartCount, maximumConnectionCount, maximumBufferedByteCount, maximumRequestsPerConnection) > 0
            && reservedBodyByteCount >= 0
            && min(
                answerDeadline, idleTimeout, firstByteTimeout, crowdedIdleTimeout, crowdedRequestTimeout, writeDeadline)
                > .zero
    }
}
#endif
