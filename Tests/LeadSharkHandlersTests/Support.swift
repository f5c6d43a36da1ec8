#if Server
import Foundation
import InMemoryLogging
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import NIOConcurrencyHelpers
import Testing

/// A delivery of a fixture.
func delivery(
    _ type: EventType = .dmSent, form: PayloadForm = .v2, number: Int = 1, name: String? = nil, attempt: Int = 1
) throws -> Delivery {
    try delivery(of: Fixture.payload(for: type, form: form, number: number, name: name), attempt: attempt)
}

/// A delivery of any payload.
func delivery(of payload: [UInt8], attempt: Int = 1) throws -> Delivery {
    let event = try WebhookEvent(payload: payload)
    let secret = try SigningSecret("a secret for tests")
    let verified = try WebhookVerifier(secrets: SecretSet(current: secret))
        .verify(payload, signature: secret.signature(for: payload.span).hexadecimal)
    return Delivery(
        id: DeliveryID(rawValue: 1), webhook: .leadshark,
        identity: EventEnvelope(of: verified, webhookName: "leadshark").identity, event: event, payload: payload,
        attempt: attempt, receivedAt: Date(timeIntervalSince1970: 1_774_000_000.125))
}

/// Deliveries of different events.
func deliveries(_ numbers: ClosedRange<Int>) throws -> [Delivery] { try numbers.map { try delivery(number: $0) } }

/// A folder that goes with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "leadshark-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String = "leads.ndjson") -> String { "\(path)/\(name)" }

    func content(_ name: String = "leads.ndjson") throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: file(name))))
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String = "leads.ndjson") throws {
        try Data(bytes).write(to: URL(filePath: file(name)))
    }

    func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: file(name), toPath: file(other))
    }

    /// The file's lines, each of which has to be JSON and to end.
    func lines(_ name: String = "leads.ndjson") throws -> [JSONValue] {
        let content = try content(name)
        try #require(content.isEmpty || content.last == UInt8(ascii: "\n"), "the last line ends")
        return try content.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
    }

    func identities(_ name: String = "leads.ndjson") throws -> [String] {
        try lines(name).map { try #require($0["identity"]?.text) }
    }
}

/// A logger whose lines can be read.
struct CapturedLog {
    private let handler = InMemoryLogHandler()
    let logger: Logger

    init() {
        let handler = handler
        logger = Logger(label: "test") { _ in handler }
    }

    var entries: [InMemoryLogHandler.Entry] { handler.entries }

    /// All that was logged, in one text.
    var text: String {
        entries.map { "\($0.level) \($0.message) \($0.metadata)" }.joined(separator: "\n")
    }

    func count(_ level: Logger.Level) -> Int { entries.count { $0.level == level } }
}

/// A clock that a test sets.
final class TestClock: Sendable {
    private let time = NIOLockedValueBox(Date(timeIntervalSince1970: 1_774_000_000))

    var now: @Sendable () -> Date { { [time] in time.withLockedValue { $0 } } }

    func advance(by seconds: TimeInterval) { time.withLockedValue { $0.addTimeInterval(seconds) } }
}
#endif
