#if Server
import LeadSharkProbe
import LeadSharkWebhooks

/// What `send` prints.
struct SendReport: Encodable {
    let sent: Int
    let accepted: Int
    let statuses: [String: Int]
    let failures: [String: Int]
    /// How many of each type, when they were made here and not from a file.
    let events: [String: Int]?
    let seconds: Double
    let perSecond: Double
    let medianMilliseconds: Double?
    let p99Milliseconds: Double?
    let maximumMilliseconds: Double?

    private enum CodingKeys: String, CodingKey {
        case sent, accepted, statuses, failures, events, seconds
        case perSecond = "per_second"
        case medianMilliseconds = "median_ms"
        case p99Milliseconds = "p99_ms"
        case maximumMilliseconds = "maximum_ms"
    }

    /// - Parameter types: Those that were sent in turn; none for a file.
    init(_ summary: SendSummary, types: [EventType] = []) {
        if types.isEmpty {
            events = nil
        } else {
            let sent = summary.count
            events = types.enumerated().reduce(into: [:]) { events, type in
                let (index, type) = type
                let count = sent / types.count + (index < sent % types.count ? 1 : 0)
                if count > 0 { events[type.rawValue, default: 0] += count }
            }
        }
        sent = summary.count
        accepted = summary.accepted
        statuses = Dictionary(uniqueKeysWithValues: summary.statuses.map { (String($0.key), $0.value) })
        failures = Dictionary(uniqueKeysWithValues: summary.failures.map { ($0.key.rawValue.snakeCased, $0.value) })
        seconds = Self.rounded(summary.elapsed / .seconds(1))
        perSecond = Self.rounded(summary.rate)
        medianMilliseconds = summary.medianLatency.map { Self.rounded($0 / .milliseconds(1)) }
        p99Milliseconds = summary.latency99.map { Self.rounded($0 / .milliseconds(1)) }
        maximumMilliseconds = summary.maximumLatency.map { Self.rounded($0 / .milliseconds(1)) }
    }

    /// The summary for people.
    static func text(_ summary: SendSummary) -> String {
        let report = SendReport(summary)
        var lines = [
            "\(report.sent) sent in \(report.seconds) s (\(report.perSecond) a second), \(report.accepted) answered with 2xx"
        ]
        for (status, count) in summary.statuses.sorted(by: { $0.key < $1.key }) {
            lines.append("  status \(status): \(count)")
        }
        for (kind, count) in summary.failures.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append("  no answer (\(kind.rawValue)): \(count)")
        }
        if let median = report.medianMilliseconds, let p99 = report.p99Milliseconds,
            let maximum = report.maximumMilliseconds
        {
            lines.append("  time to answer: median \(median) ms, 99 % within \(p99) ms, at most \(maximum) ms")
        }
        return lines.joined(separator: "\n")
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
#endif
