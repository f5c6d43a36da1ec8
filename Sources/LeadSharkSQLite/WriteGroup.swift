#if Server
import GRDB
import LeadSharkDelivery

/// The writes that wait for the one connection that writes. Those that wait together are one transaction: while one is on its
/// way to the disk, the next forms, and one sync is for all that is in it.
final class WriteGroup: Sendable {
    /// Something to be written, which nobody else's mistake can spoil: when a transaction fails, each of its writes gets one
    /// of its own. Thus a body may run twice, and leaves nothing behind but what it writes.
    struct Entry: Sendable {
        /// Whether a loss of power must not undo it once its caller goes on.
        let isDurable: Bool
        /// Refuses the write before a transaction is begun for it.
        let check: @Sendable () throws -> Void
        /// Writes, and gives what is to be done once that is committed.
        let body: @Sendable (Database) throws -> @Sendable () -> Void
        /// Told why nothing was written.
        let refuse: @Sendable (any Error) -> Void
    }

    /// How many writes one transaction takes at most.
    static let maximumCount = 32

    private let waiting = LockedValue<[Entry]>([])

    /// How many writes wait.
    var waitingCount: Int { waiting.withLock { $0.count } }

    /// Lets a write wait.
    ///
    /// - Returns: Whether it is the first, so that the writer has to be told.
    func add(_ entry: Entry) -> Bool {
        waiting.withLock { waiting in
            waiting.append(entry)
            return waiting.count == 1
        }
    }

    /// The writes whose turn it is.
    ///
    /// - Returns: They, and whether others are left, so that the writer has to come again.
    func next() -> (entries: [Entry], isMore: Bool) {
        waiting.withLock { waiting in
            let entries = Array(waiting.prefix(Self.maximumCount))
            waiting.removeFirst(entries.count)
            return (entries, !waiting.isEmpty)
        }
    }
}
#endif
