import FoundationEssentials

/// Why a webhook's own time does not show that it is recent.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal.
public struct TimestampError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case missing, unreadable, tooOld, tooNew }
        private let base: Base

        /// The payload has no `timestamp`, or none that is a string.
        public static let missing = Self(base: .missing)
        /// The payload's `timestamp` is no date and time.
        public static let unreadable = Self(base: .unreadable)
        /// It lies further in the past than is tolerated.
        public static let tooOld = Self(base: .tooOld)
        /// It lies further in the future than is tolerated.
        public static let tooNew = Self(base: .tooNew)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong, in a sentence for a log: their time and our clock, since either may be wrong. Nothing else of the payload.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    /// Whether the codes are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }

    /// That two times are too far apart.
    ///
    /// - Parameter distance: How far, in seconds.
    static func apart(_ theirs: Date, now: Date, distance: Double, tolerance: Double) -> TimestampError {
        let isOlder = theirs < now
        return TimestampError(
            isOlder ? .tooOld : .tooNew,
            "the event's time, \(text(theirs)), is \(seconds(distance)) s \(isOlder ? "before" : "after") our clock, "
                + "\(text(now)); \(seconds(tolerance)) s are tolerated")
    }

    private static func seconds(_ value: Double) -> Int64 { Int64(exactly: value.rounded()) ?? .max }

    private static func text(_ date: Date) -> String {
        // Only the years that RFC 3339 can write: any other came from the caller, and may be no number at all.
        let years: ClosedRange<Double> = -62_167_219_200...253_402_300_799
        guard years.contains(date.timeIntervalSince1970) else { return "a time without a date" }
        // The format cuts to milliseconds, and a date is stored a little too early as often as too late.
        return date.addingTimeInterval(0.000_5).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
