#if Server
public import LeadSharkDelivery
public import Logging
public import ServiceLifecycle

/// Everything between the socket and the handlers, put together.
///
/// ```swift
/// import LeadSharkDelivery
/// import LeadSharkReceiver
/// import LeadSharkWebhooks
/// import Logging
///
/// struct CRM: DeliveryHandler {
///     let name: HandlerName = "crm"
///     let upsert: @Sendable (Lead, _ idempotencyKey: String) async throws -> Void
///
///     func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
///         guard let lead = delivery.event.lead else { return .done }
///         try await upsert(lead, delivery.identity.hexadecimal)
///         return .done
///     }
/// }
///
/// func receive(with secrets: SecretSet, into store: any DeliveryStore, for crm: CRM, logger: Logger) async throws {
///     let webhook = WebhookEndpoint.Configuration(secrets: secrets)
///     let receiver = try Receiver(
///         configuration: ReceiverConfiguration(webhooks: [webhook]), store: store, handlers: [crm], logger: logger)
///     try await receiver.run()
/// }
/// ```
public struct Receiver: Service {
    /// The queue and the worker.
    public let engine: DeliveryEngine
    /// The receiver's parts, in the order in which they start, for a service group of one's own. They stop in the
    /// opposite order: no new connections, then the answers that are due, then what waits for its commit, then the worker.
    public let services: [any Service]

    private let configuration: ReceiverConfiguration
    private let logger: Logger

    /// Puts a receiver together. It listens when it runs.
    ///
    /// - Parameters:
    ///   - store: Where events are kept. It stays the caller's to close. A `SpoolingDeliveryStore` is run as a service too.
    ///   - handlers: Where leads go.
    /// - Throws: ``ReceiverError`` when the configuration cannot work; what ``DeliveryEngine`` throws over `handlers`.
    public init(
        configuration: ReceiverConfiguration, store: any DeliveryStore, handlers: [any DeliveryHandler],
        logger: Logger
    ) throws {
        try Self.check(configuration)
        let engine = try DeliveryEngine(
            store: store, handlers: handlers, limits: configuration.queue, worker: configuration.worker,
            logger: logger)
        self.engine = engine
        self.configuration = configuration
        self.logger = logger
        // It goes on until the queue has ended, which may still put something into it.
        let spool = (store as? SpoolingDeliveryStore).map { [$0 as any Service] } ?? []
        let parts: [any Service] =
            switch configuration.role {
            case .receiverAndWorker: [engine.worker] + spool + [engine.queue]
            case .receiver: spool + [engine.queue]
            case .worker: [engine.worker] + spool
            }
        services = parts + Self.listeners(configuration, engine: engine, logger: logger)
    }

    /// Receives until one of the configuration's signals, or a graceful shutdown around it.
    ///
    /// - Throws: ``ReceiverError`` when it cannot listen where it should; `DeliveryStoreError` with the code `failed` when the
    ///   store must not be used any more. Then end the process: a new one may find the store well.
    public func run() async throws {
        try await makeServiceGroup().run()
    }

    /// A service group of the receiver's parts: what ``run()`` runs, for a caller that wants to stop it by
    /// `triggerGracefulShutdown()`.
    public func makeServiceGroup() -> ServiceGroup {
        var group = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: configuration.stopSignals, logger: logger)
        group.maximumGracefulShutdownDuration = configuration.gracePeriod
        return ServiceGroup(configuration: group)
    }

    private static func check(_ configuration: ReceiverConfiguration) throws(ReceiverError) {
        guard !configuration.webhooks.isEmpty || configuration.role == .worker else {
            throw ReceiverError(.noWebhook, "no webhook is configured, so nothing could arrive")
        }
        var names: Set<WebhookName> = []
        for webhook in configuration.webhooks where !names.insert(webhook.name).inserted {
            throw ReceiverError(.duplicateWebhook, "two webhooks have the name \(webhook.name)")
        }
        guard configuration.webhooks.allSatisfy({ $0.tolerance.map { $0 > .zero } ?? true }) else {
            throw ReceiverError(.invalidLimit, "a tolerance has to be greater than zero")
        }
        guard configuration.limits.isPositive else {
            throw ReceiverError(.invalidLimit, "every limit on requests has to be greater than zero")
        }
        guard configuration.limits.answerDeadline <= RequestLimits.longestAnswerDeadline else {
            throw ReceiverError(
                .invalidLimit,
                "answerDeadline may be at most \(RequestLimits.longestAnswerDeadline): LeadShark gives up after 10 s")
        }
    }

    private static func listeners(
        _ configuration: ReceiverConfiguration, engine: DeliveryEngine, logger: Logger
    ) -> [any Service] {
        let isReceiving = configuration.role != .worker
        let webhooks = isReceiving ? ListenPlace.webhooks(configuration.listen) : nil
        let admin = configuration.adminListen.map { ListenPlace.admin($0) }
        let control = configuration.controlSocketPath.map { ListenPlace.controlSocket(path: $0) }
        let status = ReceiverStatus(
            places: [webhooks, admin, control].compactMap { $0 },
            addresses: ReceiverAddresses(
                webhooks: configuration.listen, admin: configuration.adminListen,
                controlSocketPath: configuration.controlSocketPath),
            onListening: { addresses in
                logger.info(
                    isReceiving ? "The receiver listens" : "The worker listens",
                    metadata: [
                        "webhooks": "\(isReceiving ? addresses.webhooks.description : "-")",
                        "admin": "\(addresses.admin?.description ?? "-")",
                        "controlSocket": "\(addresses.controlSocketPath ?? "-")",
                    ])
                await configuration.onListening(addresses)
            })
        func listener(
            _ place: ListenPlace, _ responder: some RequestResponder, _ limits: RequestLimits
        ) -> any Service {
            Listener(
                place: place, responder: responder, limits: limits, clock: configuration.clock, status: status,
                logger: logger)
        }
        var small = configuration.limits
        small.maximumConnectionCount = 64
        small.maximumBufferedByteCount = 16 << 20

        let spool = engine.store as? SpoolingDeliveryStore
        var services: [any Service] = []
        if let admin {
            var limits = small
            limits.answerDeadline = HealthResponder.checkDeadline
            let check = StoreCheck(store: engine.store, clock: configuration.clock)
            let responder = HealthResponder(status: status, check: check, spool: spool, logger: logger)
            services.append(listener(admin, responder, limits))
        }
        if let control {
            var limits = small
            limits.maximumBodyByteCount = ControlProtocol.maximumRequestByteCount
            let responder = ControlResponder(
                engine: engine, webhooks: configuration.webhooks.map(\.name), status: status, spool: spool,
                logger: logger)
            services.append(listener(control, responder, limits))
        }
        guard let webhooks else { return services }
        let endpoint = WebhookEndpoint(
            webhooks: configuration.webhooks, sink: engine.queue, limits: configuration.limits,
            retryAfter: configuration.retryAfter, now: configuration.now,
            diagnosis: RefusalDiagnosis(
                of: configuration.webhooks, setting: configuration.reformattedBodiesSetting,
                elapsed: Timekeeper.stopwatch(configuration.clock), logger: logger),
            logger: logger)
        services.append(listener(webhooks, endpoint, configuration.limits))
        return services
    }
}
#endif
