/// Why a text is not JSON (RFC 8259), or is more of it than the limits allow, or why a value cannot be written.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes and offsets are equal.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case unexpectedCharacter, unexpectedEnd, invalidUTF8, invalidEscape, controlCharacter, invalidNumber,
                trailingContent, tooDeep, tooLarge, outputTooLarge
        }
        private let base: Base

        /// Another character was expected here.
        public static let unexpectedCharacter = Self(base: .unexpectedCharacter)
        /// The text ends before the value does.
        public static let unexpectedEnd = Self(base: .unexpectedEnd)
        /// The bytes are not UTF-8.
        public static let invalidUTF8 = Self(base: .invalidUTF8)
        /// A backslash is followed by something that is no escape.
        public static let invalidEscape = Self(base: .invalidEscape)
        /// A control character stands in a string without an escape.
        public static let controlCharacter = Self(base: .controlCharacter)
        /// What begins like a number is none.
        public static let invalidNumber = Self(base: .invalidNumber)
        /// Something follows the value.
        public static let trailingContent = Self(base: .trailingContent)
        /// Arrays and objects are nested deeper than ``JSONLimits/maximumDepth``.
        public static let tooDeep = Self(base: .tooDeep)
        /// The text is longer than ``JSONLimits/maximumByteCount``.
        public static let tooLarge = Self(base: .tooLarge)
        /// What is to be written would be longer than ``JSONLimits/maximumOutputByteCount``.
        public static let outputTooLarge = Self(base: .outputTooLarge)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// Where: the number of bytes before it.
    public let offset: Int
    /// Where in the structure, e.g. `$.data.lead`. Names that do not look like the vendor's are shown as `*`.
    public let path: String
    /// What was expected there.
    public let expected: String
    /// What was found, by its kind.
    public let found: String

    /// Where, what was expected and what was found; nothing of the text itself.
    public var description: String {
        "byte \(offset), in \(path): expected \(expected), found \(found)"
    }

    /// Whether codes and offsets are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code && left.offset == right.offset }

    /// Hashes the code and the offset.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(offset)
    }
}
