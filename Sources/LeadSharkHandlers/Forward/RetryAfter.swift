#if Server
import FoundationEssentials

/// What a `Retry-After` header asks for.
enum RetryAfter {
    /// The longest wait that a destination can ask for.
    static let maximum: Duration = .seconds(24 * 60 * 60)

    /// The wait, at most ``maximum``; `nil` without one, for a past date, and for what cannot be read.
    static func duration(_ value: String?, now: Date) -> Duration? {
        guard let value else { return nil }
        let text = value.drop { $0 == " " }
        let seconds: Double
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // A number too large for any type is as good as the maximum.
            seconds = Double(text) ?? .infinity
        } else if let date = HTTPDate.date(String(text), now: now) {
            seconds = date.timeIntervalSince(now).rounded(.up)
        } else {
            return nil
        }
        guard seconds > 0 else { return nil }
        return min(.seconds(min(seconds, 1e9)), maximum)
    }
}
#endif
