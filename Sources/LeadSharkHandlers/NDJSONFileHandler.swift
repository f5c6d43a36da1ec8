#if Server
public import LeadSharkDelivery
public import Logging

/// Writes each event as a line of a file: one flat JSON object (NDJSON).
///
/// Every line has the same keys in the same order; what an event lacks is `null`.
///
/// | key | what it holds |
/// |---|---|
/// | `identity` | the event's identity, 64 hexadecimal digits: the key to join or to tell repeats by |
/// | `event`, `timestamp` | the event's type and time, as LeadShark sent them |
/// | `webhook` | the name of the webhook at which it arrived |
/// | `received_at` | when it was stored, RFC 3339 in UTC with milliseconds |
/// | `payload_version` | a number; `null` before version 2 |
/// | `name`, `first_name`, `title`, `linkedin_url`, `linkedin_username`, `connection_status`, `commenter_id`, `reactor_id`, `actor_id`, `email`, `is_anonymous`, `visitor_id` | the lead's fields under their own names; `is_anonymous` is a boolean, `visitor_id` the `visitor.id` of old profile visits |
/// | `message` | the text of the direct message |
/// | `post_id`, `post_url` | the post |
/// | `automation_id`, `automation_name` | the automation |
/// | `comment_id`, `reaction_id`, `visit_id` | the happening's id |
/// | `visit_timestamp` | the time of a profile visit |
/// | `profile_owner_id`, `profile_owner_name` | whose profile was visited |
/// | `payload` | the signed body as text, where the columns may not say it all: for a type that this version does not know, and for an event with anomalies |
///
/// A batch is appended and then synced to disk once; only then are its deliveries done. When that fails (no space, no
/// permission) the file is cut back to where the batch began and its deliveries are retried, so no lead is lost, doubled
/// or written half. Only when the process dies between the sync and the settling of its deliveries may a line come twice.
///
/// The file is made with mode 0600 in a folder that exists. It may be moved away or deleted at any time (log rotation): the
/// next batch goes to a new one. One handler in one process writes to it, which a lock on the file ensures. A last line
/// without its line break, left by a crash, was never acknowledged: it is cut off on opening, or completed with the line
/// break when nothing else is missing. If such a line was not written by this handler, the file is refused, untouched.
public struct NDJSONFileHandler: BatchDeliveryHandler {
    /// The handler's name.
    public let name: HandlerName
    /// How many events are synced together at most.
    public let maximumBatchCount: Int

    private let file: LineFile
    private let complaints: ComplaintLog

    /// The default of ``maximumBatchCount``.
    public static let defaultMaximumBatchCount = 256

    /// Opens the file, or makes it, and repairs its end.
    ///
    /// - Throws: ``LineFileError``.
    public init(
        name: HandlerName = "leads-file", path: String,
        maximumBatchCount: Int = Self.defaultMaximumBatchCount, logger: Logger
    ) async throws {
        try await self.init(
            name: name, path: path, maximumBatchCount: maximumBatchCount, calls: .system, logger: logger)
    }

    init(
        name: HandlerName = "leads-file", path: String, maximumBatchCount: Int = Self.defaultMaximumBatchCount,
        calls: FileCalls, complaints: ComplaintLog = ComplaintLog(), logger: Logger
    ) async throws {
        precondition(maximumBatchCount > 0, "a batch has at least one event")
        self.name = name
        self.maximumBatchCount = maximumBatchCount
        self.complaints = complaints
        self.logger = logger
        file = LineFile(path: path, opening: LeadLine.opening, calls: calls, logger: logger)
        try await file.open()
    }

    private let logger: Logger

    /// Appends a line for each delivery, and syncs them together.
    public func handle(_ deliveries: [Delivery]) async throws -> [DeliveryOutcome] {
        var lines: [UInt8] = []
        for delivery in deliveries { lines += LeadLine.bytes(of: delivery) }
        do {
            try await file.append(lines)
        } catch {
            if complaints.isDue(error.message) {
                logger.error("Leads cannot be written to the file", metadata: ["cause": "\(error.message)"])
            }
            return deliveries.map { _ in .retry(after: nil, reason: error.message) }
        }
        if complaints.end() { logger.notice("Leads are written to the file again") }
        return deliveries.map { _ in .done }
    }

    /// Closes the file and gives up its lock. A later batch would open it again.
    public func close() async { await file.close() }
}
#endif
