public import FoundationEssentials

/// A time in a payload: its text, always, and the instant that it means, if it can be read.
public struct EventTimestamp: Sendable, Hashable, Codable {
    /// The text in the payload.
    public let text: String
    /// The instant, when the text is a date and time as RFC 3339 defines it.
    public let date: Date?

    /// Reads a time.
    public init(_ text: String) { fatalError("unwritten") }
}
