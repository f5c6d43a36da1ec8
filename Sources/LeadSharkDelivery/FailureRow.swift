#if Server
/// Failures that follow each other: which of them are worth a line of log, and when they are over.
///
/// A disk that is full fails every commit, many times a second; a log that says so each time fills what is left of it.
struct FailureRow: Sendable {
    /// How long to be silent after a line.
    static let silence: Duration = .seconds(10)

    private var lastLine: Duration?
    private var untold = 0

    /// Notes that so many events were refused.
    ///
    /// - Returns: How many have been since the last line, when it is time for one; the first failure gets one at once.
    mutating func fail(_ count: Int, at now: Duration) -> Int? {
        untold += count
        if let lastLine, now - lastLine < Self.silence { return nil }
        lastLine = now
        defer { untold = 0 }
        return untold
    }

    /// Notes that it works.
    ///
    /// - Returns: How many were refused without a line, when there was a failure before; else `nil`.
    mutating func succeed() -> Int? {
        guard lastLine != nil else { return nil }
        defer { self = FailureRow() }
        return untold
    }
}
#endif
