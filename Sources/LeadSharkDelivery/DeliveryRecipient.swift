#if Server
/// A handler as a store knows it: who gets a delivery of each event, and in which order.
///
/// A name alone, as `"crm"` in the source, is a handler that gets its deliveries as they come.
public struct DeliveryRecipient: Sendable, Hashable {
    /// The handler's name.
    public let handler: HandlerName
    /// The order in which it gets its deliveries.
    public let ordering: DeliveryOrdering

    /// Names a handler and its order.
    public init(_ handler: HandlerName, ordering: DeliveryOrdering = .unordered) {
        self.handler = handler
        self.ordering = ordering
    }

    /// The name and the order of a handler.
    public init(_ handler: any DeliveryHandler) {
        self.init(handler.name, ordering: handler.ordering)
    }
}

extension DeliveryRecipient: ExpressibleByStringLiteral {
    /// Takes a handler's name that stands in the source; one that is none stops the program where it stands.
    public init(stringLiteral text: String) {
        self.init(HandlerName(stringLiteral: text))
    }
}
#endif
