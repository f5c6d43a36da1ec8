#if Server
import NIOConcurrencyHelpers

/// How many bytes of bodies the connections of one listener hold together.
final class BodyMemory: Sendable {
    private let maximumByteCount: Int
    private let used = NIOLockedValueBox(0)

    init(maximumByteCount: Int) { self.maximumByteCount = maximumByteCount }

    /// Takes `byteCount` bytes, or none when that would be too many.
    func take(_ byteCount: Int) -> Bool {
        used.withLockedValue { used in
            guard used + byteCount <= maximumByteCount else { return false }
            used += byteCount
            return true
        }
    }

    /// Gives bytes back.
    func give(back byteCount: Int) {
        used.withLockedValue { $0 -= byteCount }
    }

    var usedByteCount: Int { used.withLockedValue { $0 } }
}
#endif
