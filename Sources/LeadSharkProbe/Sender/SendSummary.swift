#if Server
/// What came of a run of a ``Sender``.
public struct SendSummary: Sendable, Hashable {
    /// How often each status was answered.
    public internal(set) var statuses: [Int: Int] = [:]
    /// How many requests got no answer, by the kind of failure.
    public internal(set) var failures: [ProbeFailure.Kind: Int] = [:]
    /// How long the run took.
    public internal(set) var elapsed: Duration = .zero
    /// Half of the answers came within this, up to three per cent; `nil` when none came.
    public internal(set) var medianLatency: Duration?
    /// 99 of 100 answers came within this, up to three per cent; `nil` when none came.
    public internal(set) var latency99: Duration?
    /// The slowest answer took this, exactly; `nil` when none came.
    public internal(set) var maximumLatency: Duration?

    /// How many requests were sent.
    public var count: Int { answered + failures.values.reduce(0, +) }
    /// How many were answered, whatever the status.
    public var answered: Int { statuses.values.reduce(0, +) }
    /// How many were answered with a 2xx.
    public var accepted: Int { statuses.reduce(0) { (200..<300).contains($1.key) ? $0 + $1.value : $0 } }
    /// Whether something was sent, and all of it was answered with a 2xx.
    public var isSuccess: Bool { count > 0 && accepted == count }
    /// Requests in a second.
    public var rate: Double {
        let seconds = elapsed / .seconds(1)
        return seconds > 0 ? Double(count) / seconds : 0
    }
}
#endif
