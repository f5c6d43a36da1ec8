#if Server
/// How things stand with one handler.
public struct DeliveryStatistics: Sendable, Hashable {
    /// How many deliveries there are in each state that was asked for; those without any are left out.
    public var counts: [DeliveryState: Int]
    /// How long ago the event of the oldest open delivery was stored; `nil` without one.
    public var oldestOpenAge: Duration?

    /// Puts together what a store counted.
    public init(counts: [DeliveryState: Int] = [:], oldestOpenAge: Duration? = nil) {
        self.counts = counts
        self.oldestOpenAge = oldestOpenAge
    }
}
#endif
