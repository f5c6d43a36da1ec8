public import FoundationEssentials

/// A time in a payload: its text, always, and the instant that it means, if it can be read.
///
/// ``date`` follows from ``text``, so two timestamps are equal when their texts are, and one is stored as its text.
public struct EventTimestamp: Sendable, Hashable, CustomStringConvertible {
    /// The text in the payload.
    public let text: String

    /// Takes a text, whatever it is.
    public init(_ text: String) { self.text = text }

    /// The instant, when the text is a date and time as RFC 3339 defines it: `2026-05-04T09:00:00Z`,
    /// `2026-05-04T09:00:00.659+00:00`.
    ///
    /// `nil` for anything else: days that no calendar has, `24:00:00`, leap seconds (`:60`, of which the instant could not
    /// be told from the next second), years beyond four digits, a fraction of more than
    /// ``maximumFractionDigitCount`` digits. A fraction is kept as exactly as a `Date` can. Worked out when asked for.
    public var date: Date? { RFC3339.date(from: text) }

    /// How many digits a fraction of a second may have.
    public static let maximumFractionDigitCount = 32

    /// The text.
    public var description: String { text }
}

extension EventTimestamp: Codable {
    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
