#if Server
/// How long to wait before another attempt: a time that grows from attempt to attempt up to a cap, less a random part
/// of it, so that what failed together does not come back together.
public struct BackoffPolicy: Sendable, Hashable {
    /// The wait after the first attempt, before jitter.
    public var base: Duration
    /// By how much the wait grows from one attempt to the next. Less than 1 counts as 1.
    public var factor: Double
    /// The longest wait.
    public var cap: Duration
    /// The part of the wait that is kept at least, from 0 to 1; the rest is left to chance.
    public var minimumShare: Double

    /// Beyond so many attempts the wait grows no more, whatever the factor.
    public static let maximumExponent = 63

    /// Makes a policy; by default 5 s, doubled up to 1 h, of which 50 to 100 % are waited.
    public init(
        base: Duration = .seconds(5), factor: Double = 2, cap: Duration = .seconds(3600), minimumShare: Double = 0.5
    ) {
        self.base = base
        self.factor = factor
        self.cap = cap
        self.minimumShare = minimumShare
    }

    /// The wait after the attempt with this number; the first attempt is 1.
    public func delay(afterAttempt attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let longest = max(cap.inSeconds, 0)
        let growth = factor.isNaN ? 1 : max(factor, 1)
        var seconds = min(max(base.inSeconds, 0), longest)
        for _ in 0..<min(max(attempt, 1) - 1, Self.maximumExponent) where seconds < longest {
            seconds = min(seconds * growth, longest)
        }
        let share = minimumShare.isNaN ? 1 : min(max(minimumShare, 0), 1)
        // 53 random bits as a fraction. Unlike `Double.random(in:using:)` it draws once, whatever the generator gives.
        let chance = Double(generator.next() >> 11) * 0x1p-53
        return .seconds(seconds * (share + (1 - share) * chance))
    }
}

extension Duration {
    /// In seconds, as near as a `Double` gets.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    /// For a log line, in seconds and their tenths: `3.2 s`.
    package var rounded: String {
        let tenths = (max(inSeconds, 0) * 10).rounded()
        guard tenths < 1e15 else { return "\(tenths / 10) s" }
        return "\(Int(tenths) / 10).\(Int(tenths) % 10) s"
    }

    /// In whole microseconds, rounded up; what is too much for them (some 292,000 years) is cut to a tenth of that, so
    /// that adding it to a time of day overflows nothing. Negative counts as zero.
    package var inMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        let longest = Int64.max / 10
        guard seconds < longest / 1_000_000 else { return longest }
        return seconds * 1_000_000 + (attoseconds + 999_999_999_999) / 1_000_000_000_000
    }
}
#endif
