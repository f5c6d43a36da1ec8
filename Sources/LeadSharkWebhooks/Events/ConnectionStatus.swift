/// How a lead is connected to the account, compared without regard to case, with the original text kept.
public struct ConnectionStatus: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The text in the payload.
    public let rawValue: String

    /// Makes a status from its text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A first-degree connection.
    public static let connected = Self(rawValue: "Connected")
    /// A second-degree connection.
    public static let secondDegree = Self(rawValue: "2nd Connection")
    /// A third-degree connection.
    public static let thirdDegree = Self(rawValue: "3rd Connection")
    /// Not connected.
    public static let notConnected = Self(rawValue: "Not Connected")
    /// An invitation is on its way.
    public static let pending = Self(rawValue: "Pending")

    /// The text in the payload.
    public var description: String { rawValue }

    /// Whether both texts are equal but for case.
    public static func == (left: Self, right: Self) -> Bool {
        left.rawValue.lowercased() == right.rawValue.lowercased()
    }

    /// Hashes the text without regard to case.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rawValue.lowercased())
    }

    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
