#if Server
/// What one of a sender's tasks has counted.
struct Tally: Sendable {
    private var statuses: [Int: Int] = [:]
    private var failures: [ProbeFailure.Kind: Int] = [:]
    private var latencies = LatencyHistogram()

    mutating func record(_ exchange: (result: Result<ProbeAnswer, ProbeFailure>, duration: Duration)) {
        switch exchange.result {
        case .success(let answer):
            statuses[answer.status, default: 0] += 1
            latencies.record(exchange.duration)
        case .failure(let failure): failures[failure.kind, default: 0] += 1
        }
    }

    mutating func merge(_ other: Self) {
        statuses.merge(other.statuses, uniquingKeysWith: +)
        failures.merge(other.failures, uniquingKeysWith: +)
        latencies.merge(other.latencies)
    }

    func summary(elapsed: Duration) -> SendSummary {
        var summary = SendSummary()
        summary.statuses = statuses
        summary.failures = failures
        summary.elapsed = elapsed
        summary.medianLatency = latencies.percentile(0.5)
        summary.latency99 = latencies.percentile(0.99)
        summary.maximumLatency = latencies.count > 0 ? latencies.maximum : nil
        return summary
    }
}
#endif
