#if Server
import NIOConcurrencyHelpers

/// How many bytes of memory for bodies the connections of one listener hold together.
///
/// Every connection has a share of its own that nobody can take from it; only what it needs beyond comes from what all
/// have in common. So senders that are not LeadShark, but fill all they can, do not keep out a body of usual size.
final class BodyMemory: Sendable {
    private let ownByteCount: Int
    private let commonByteCount: Int
    private let used = NIOLockedValueBox(0)

    init(limits: RequestLimits) {
        // Half of all at most, so that larger bodies fit as well.
        let largestShare = limits.maximumBufferedByteCount / 2 / limits.maximumConnectionCount
        ownByteCount = min(limits.reservedBodyByteCount, largestShare)
        commonByteCount = limits.maximumBufferedByteCount - ownByteCount * limits.maximumConnectionCount
    }

    /// Lets a connection that holds `held` bytes hold `wanted`, or not when that would be too many.
    func grow(from held: Int, to wanted: Int) -> Bool {
        let more = common(wanted) - common(held)
        return used.withLockedValue { used in
            guard used + more <= commonByteCount else { return false }
            used += more
            return true
        }
    }

    /// Takes back all that a connection holds.
    func giveBack(_ held: Int) {
        used.withLockedValue { $0 -= common(held) }
    }

    /// How many of the common bytes are taken.
    var usedByteCount: Int { used.withLockedValue { $0 } }

    private func common(_ held: Int) -> Int { max(0, held - ownByteCount) }
}
#endif
