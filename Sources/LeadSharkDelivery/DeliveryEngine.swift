#if Server
    public import Logging

    /// The queue and the worker of one store, wired so that a commit wakes the worker.
    public struct DeliveryEngine: Sendable {
        /// The store that both use.
        public let store: any DeliveryStore
        /// The way in.
        public let queue: DeliveryQueue
        /// The way out.
        public let worker: Worker

        /// Wires a queue and a worker for `handlers`.
        ///
        /// An event gets a delivery for each handler that is named here when it is stored. A handler that is added later gets
        /// the events that come from then on. The open deliveries of a handler that is no longer named stay as they are,
        /// and go on when it is named again.
        ///
        /// - Throws: ``DeliveryEngineError`` when two handlers have one name.
        public init(
            store: any DeliveryStore, handlers: [any DeliveryHandler], limits: DeliveryQueue.Limits = .init(),
            worker configuration: Worker.Configuration = .init(), logger: Logger
        ) throws { fatalError("unwritten") }

        /// Sends deliveries round again, and wakes the worker.
        ///
        /// - Returns: Those that are ready now.
        public func redeliver(_ deliveries: [DeliveryID]) async throws -> [DeliveryID] { fatalError("unwritten") }
    }
#endif
