#if Server
/// Why a file could not be opened, or lines could not be written to it.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal.
public struct LineFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case cannotOpen, notAFile, locked, foreign, cannotWrite }
        private let base: Base

        /// The system refused to open or to make the file.
        public static let cannotOpen = Self(base: .cannotOpen)
        /// The path names something else than a regular file.
        public static let notAFile = Self(base: .notAFile)
        /// Another process, or another handler of this one, writes to the file.
        public static let locked = Self(base: .locked)
        /// The file ends in an unfinished line that was not written by this handler.
        public static let foreign = Self(base: .foreign)
        /// The system refused to write. The file is as it was before.
        public static let cannotWrite = Self(base: .cannotWrite)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong, in a sentence. It names the file, and nothing of what is in it.
    public let message: String

    init(_ code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    /// Whether the codes are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
#endif
