#if Server
    public import Logging
    public import ServiceLifecycle

    /// The way into the store: whatever waits is committed together.
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

        /// Makes a queue that commits to `store` while ``run()`` runs.
        public init(
            store: any DeliveryStore, handlers: [HandlerName], limits: Limits = Limits(), logger: Logger
        ) { fatalError("unwritten") }

        /// Stores an event. Returns when it is durable, and not before.
        public func enqueue(_ event: NewEvent) async throws(EnqueueError) -> EnqueueResult { fatalError("unwritten") }

        /// Commits until a graceful shutdown, then commits what still waits.
        public func run() async throws { fatalError("unwritten") }
    }
#endif
