#if Server
/// How long requests took, in a fixed amount of memory however many there are.
///
/// Durations are counted in classes that are at most 1/32 of their value wide, from a microsecond to more than an hour.
struct LatencyHistogram: Sendable {
    private static let subdivisions = 32
    private static let powers = 28
    private var counts = [Int](repeating: 0, count: subdivisions * powers)
    private(set) var count = 0
    private(set) var maximum = Duration.zero

    mutating func record(_ duration: Duration) {
        counts[Self.index(of: Self.microseconds(duration))] += 1
        count += 1
        maximum = max(maximum, duration)
    }

    mutating func merge(_ other: Self) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    /// The duration that this share of the requests did not exceed, up to the width of a class; `nil` without any.
    func percentile(_ share: Double) -> Duration? {
        guard count > 0 else { return nil }
        let rank = max(1, Int((Double(count) * share).rounded(.up)))
        var seen = 0
        for (index, number) in counts.enumerated() {
            seen += number
            if seen >= rank { return min(.microseconds(Self.upperBound(ofClass: index)), maximum) }
        }
        return maximum
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return min(max(0, seconds), 1 << 32) * 1_000_000 + max(0, attoseconds) / 1_000_000_000_000
    }

    /// Values below 32 have a class each; above that each power of two is divided into 32.
    private static func index(of value: Int64) -> Int {
        guard value >= Int64(subdivisions) else { return Int(value) }
        let power = 63 - value.leadingZeroBitCount - 5
        guard power < powers - 1 else { return subdivisions * powers - 1 }
        return (power + 1) * subdivisions + Int(value >> power) - subdivisions
    }

    private static func upperBound(ofClass index: Int) -> Int64 {
        let power = index / subdivisions
        guard power > 0 else { return Int64(index) }
        return (Int64(index % subdivisions + subdivisions + 1) << (power - 1)) - 1
    }
}
#endif
