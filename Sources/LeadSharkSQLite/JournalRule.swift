#if Server
/// When the write-ahead log is brought into the database: the rule, without the log.
///
/// The writer alone does it, after it has let go of those who waited for their commit. A part at a time is cheap; a reader
/// that stands on an old state keeps the log from being begun anew, and then it grows until that reader ends.
struct JournalRule: Sendable {
    /// What is due.
    enum Checkpoint: Sendable {
        /// Whatever no reader stands in the way of.
        case passive
        /// All, and the file cut to nothing, if no reader stands in the way.
        case truncating
    }

    /// How many pages may be new before they are brought over while nobody waits for the writer: 4 MiB.
    static let idlePageCount = 1024
    /// How many before they are, whoever waits: 16 MiB.
    static let busyPageCount = 4096
    /// How long the log may get before the file is cut: 64 MiB.
    static let truncatingPageCount = 16_384
    /// How long it may get before that is told: 256 MiB.
    static let alarmPageCount = 65_536

    /// How many pages the log has.
    private(set) var pageCount = 0
    /// How many it had when they were last brought over, or could not be.
    private var pageCountThen = 0
    private var isTold = false

    /// Notes a commit, after which the log has so many pages. Fewer than before: it was begun anew.
    mutating func committed(pageCount: Int) {
        if pageCount < self.pageCount { pageCountThen = 0 }
        self.pageCount = pageCount
    }

    /// What is due now.
    ///
    /// - Parameter isIdle: Whether nobody waits for the writer.
    func due(isIdle: Bool) -> Checkpoint? {
        let new = pageCount - pageCountThen
        guard new >= (isIdle ? Self.idlePageCount : Self.busyPageCount) else { return nil }
        return pageCount >= Self.truncatingPageCount ? .truncating : .passive
    }

    /// Notes that what was due was done or tried.
    ///
    /// - Parameter isEmpty: Whether the log has nothing any more.
    mutating func checkpointed(isEmpty: Bool) {
        if isEmpty { pageCount = 0 }
        pageCountThen = pageCount
    }

    /// Whether it is time to tell that the log is long, which is once until it is short again.
    mutating func isToBeTold() -> Bool {
        let isLong = pageCount >= Self.alarmPageCount
        defer { isTold = isLong }
        return isLong && !isTold
    }
}
#endif
