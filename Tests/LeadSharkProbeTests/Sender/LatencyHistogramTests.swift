#if Server
import Testing

@testable import LeadSharkProbe

@Suite("Latencies")
struct LatencyHistogramTests {
    @Test("Without any there is no percentile")
    func empty() {
        #expect(LatencyHistogram().percentile(0.5) == nil)
    }

    @Test(
        "No duration is out of bounds",
        arguments: [Duration.seconds(-5), .zero, .nanoseconds(1), .seconds(1e12), .seconds(Int64.max)])
    func extremes(duration: Duration) {
        var histogram = LatencyHistogram()
        histogram.record(duration)
        #expect(histogram.count == 1)
        #expect(histogram.percentile(1) != nil)
    }

    @Test(
        "A percentile is off by at most one part in 32",
        arguments: [1, 5, 31, 32, 33, 63, 64, 65, 1_000, 12_345, 999_999, 10_000_000, 3_599_000_000])
    func precision(microseconds: Int) throws {
        var histogram = LatencyHistogram()
        histogram.record(.microseconds(microseconds))
        histogram.record(.seconds(7_200))
        let found = try #require(histogram.percentile(0.5)) / .microseconds(1)
        #expect(found >= Double(microseconds))
        #expect(found <= Double(microseconds) * (1 + 1.0 / 32))
    }

    @Test("Percentiles of a thousand, in two parts")
    func thousand() throws {
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        for number in 1...1_000 {
            if number % 2 == 0 { first.record(.milliseconds(number)) } else { second.record(.milliseconds(number)) }
        }
        first.merge(second)
        #expect(first.count == 1_000)
        #expect(first.maximum == .milliseconds(1_000))
        let median = try #require(first.percentile(0.5)) / .milliseconds(1)
        #expect((500...516).contains(median))
        let last = try #require(first.percentile(0.99)) / .milliseconds(1)
        #expect((990...1_000).contains(last))
        #expect(first.percentile(1) == .milliseconds(1_000))
    }
}
#endif
