#if Server
import LeadSharkDelivery
import Testing

@Suite struct BackoffPolicyTests {
    private func delay(_ policy: BackoffPolicy, _ attempt: Int, _ value: UInt64 = 0) -> Duration {
        var generator = FixedGenerator(value: value)
        return policy.delay(afterAttempt: attempt, using: &generator)
    }

    @Test("An absurd attempt number gives the cap and traps nothing", arguments: [64, 1000, Int.max])
    func hugeAttempt(_ attempt: Int) {
        #expect(delay(BackoffPolicy(minimumShare: 1), attempt) == .seconds(3600))
    }

    @Test("An attempt number that is none counts as the first", arguments: [0, -1, Int.min])
    func noAttempt(_ attempt: Int) {
        #expect(delay(BackoffPolicy(minimumShare: 1), attempt) == .seconds(5))
    }

    @Test(
        "Settings that make no sense give a wait within the cap",
        arguments: [
            BackoffPolicy(factor: .nan), BackoffPolicy(factor: .infinity), BackoffPolicy(factor: -3),
            BackoffPolicy(minimumShare: .nan), BackoffPolicy(minimumShare: 7), BackoffPolicy(minimumShare: -7),
            BackoffPolicy(base: .seconds(-5)), BackoffPolicy(cap: .seconds(-5)),
            BackoffPolicy(base: .seconds(Int64.max)),
        ])
    func senseless(_ policy: BackoffPolicy) {
        for attempt in [1, 2, 50] {
            let wait = delay(policy, attempt, .max)
            #expect(wait >= .zero && wait <= .seconds(3600))
        }
    }

    @Test(
        "The wait doubles up to the cap",
        arguments: [(1, 5), (2, 10), (3, 20), (9, 1280), (10, 2560), (11, 3600), (20, 3600)])
    func growth(_ attempt: Int, _ seconds: Int) {
        #expect(delay(BackoffPolicy(minimumShare: 1), attempt) == .seconds(seconds))
    }

    @Test("Jitter takes up to half of the wait")
    func jitter() {
        #expect(delay(BackoffPolicy(), 1, 0) == .milliseconds(2500))
        var generator = SystemRandomNumberGenerator()
        var seen: Set<Duration> = []
        for _ in 0..<100 {
            let wait = BackoffPolicy().delay(afterAttempt: 1, using: &generator)
            #expect(wait >= .milliseconds(2500) && wait <= .seconds(5))
            seen.insert(wait)
        }
        #expect(seen.count > 90)
    }

    @Test(
        "A duration is logged in seconds and their tenths",
        arguments: [
            (Duration.zero, "0.0 s"), (.milliseconds(3249), "3.2 s"), (.seconds(3600), "3600.0 s"),
            (.seconds(-1), "0.0 s"),
        ])
    func rounded(_ duration: Duration, _ text: String) { #expect(duration.rounded == text) }

    @Test(
        "Durations become microseconds, rounded up and cut to what can be added to a time of day",
        arguments: [
            (Duration.zero, 0), (.seconds(-1), 0), (.nanoseconds(-1), 0), (.nanoseconds(1), 1),
            (.microseconds(1), 1), (.seconds(2), 2_000_000), (.milliseconds(1500), 1_500_000),
            (.seconds(Int64.max), Int64.max / 10),
        ] as [(Duration, Int64)])
    func microseconds(_ duration: Duration, _ expected: Int64) {
        #expect(duration.inMicroseconds == expected)
    }
}
#endif
