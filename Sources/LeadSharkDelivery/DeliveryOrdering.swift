#if Server
/// The order in which a handler gets its deliveries.
public enum DeliveryOrdering: String, Sendable, Hashable, Codable, CaseIterable {
    /// As they come, several at once. One that has to wait for another attempt holds up none.
    case unordered
    /// In *lanes*: those of one person one at a time, in the order in which their events were stored; those of others beside
    /// them. Who is one person, ``EventEnvelope/lane`` says.
    ///
    /// Only the first of a lane, its *head*, is ready, at work or waiting for another attempt. Those behind it are
    /// ``DeliveryState/queued`` until it is completed or dead. A head that fails holds its lane up for a bounded time:
    /// ``Worker/Configuration/maximumLaneBlock``. Then it leaves the lane and goes on by itself, so that what is behind it
    /// may be done before it, or beside it.
    ///
    /// Not in order, besides, is what goes round again by an operator's will: it goes behind the head of its lane, before
    /// what is newer. And what was stored before the handler asked for lanes goes beside them.
    case perPerson
}
#endif
