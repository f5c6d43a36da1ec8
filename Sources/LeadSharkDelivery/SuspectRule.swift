#if Server
/// How a worker wants *suspects* leased: deliveries whose lease has run out before, so that they may be what made the
/// process end.
///
/// A suspect is worked on alone. If the process ends again, nothing else can be blamed; so of all the times that a lease
/// of a delivery ran out, each but the first counts as its own crash.
public enum SuspectRule: Sendable, Hashable, CaseIterable {
    /// Nothing of the handler is at work: when the oldest delivery is a suspect, it alone is leased, else those before
    /// the first suspect.
    case alone
    /// Others of the handler are at work: those before the first suspect are leased. So a suspect waits only until what
    /// was begun before has ended.
    case held
    /// Suspects are left where they are, because another handler's is at work.
    case skipped

    /// Picks from the oldest deliveries that may be leased, in their order.
    ///
    /// - Parameter crashes: How often a lease of each has run out.
    /// - Returns: The places of those that are to be leased.
    package func pick(from crashes: some Sequence<Int>, limit: Int) -> [Int] {
        var picked: [Int] = []
        for (place, count) in crashes.enumerated() {
            if picked.count >= limit { break }
            if count == 0 {
                picked.append(place)
            } else if self != .skipped {
                if self == .alone, picked.isEmpty { picked.append(place) }
                break
            }
        }
        return picked
    }
}
#endif
