#if Server
/// Where a delivery stands.
public enum DeliveryState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Behind the head of its lane (``DeliveryOrdering/perPerson``).
    case queued
    /// May be leased.
    case ready
    /// A worker has it.
    case leased
    /// Waits until a time.
    case waiting
    /// The handler said that it is done.
    case completed
    /// Will not be attempted again, unless an operator redelivers it.
    case deadLettered

    /// Whether anything is still to come of it by itself.
    public var isOpen: Bool { self != .completed && self != .deadLettered }

    /// From which an operator can send a delivery round again: nobody has it, and it is not about to be leased.
    public static let redeliverable: Set<DeliveryState> = [.completed, .deadLettered, .waiting]
}
#endif
