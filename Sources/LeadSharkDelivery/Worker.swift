#if Server
    import Logging
    public import ServiceLifecycle

    /// Leases deliveries, decodes them, and has the handlers work on them.
    public final class Worker: Service {
        /// How a worker works.
        public struct Configuration: Sendable {
            /// How long a lease lasts before it has to be renewed.
            public var leaseDuration: Duration = .seconds(30)
            /// How many deliveries of one handler are worked on at once.
            public var concurrency = 8
            /// How many attempts a delivery gets.
            public var maximumAttempts = 20
            /// How long one attempt may take.
            public var attemptDeadline: Duration = .seconds(60)

            /// The defaults.
            public init() {}
        }

        init() { fatalError("unwritten") }

        /// Works until a graceful shutdown, then lets running attempts end and hands back what was not begun.
        public func run() async throws { fatalError("unwritten") }
    }
#endif
