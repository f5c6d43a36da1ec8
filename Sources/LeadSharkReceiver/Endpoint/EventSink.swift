#if Server
import LeadSharkDelivery

/// Where the endpoint puts what is authentic: the queue, or a test's stand-in.
protocol EventSink: Sendable {
    func enqueue(_ event: NewEvent) async throws(EnqueueError) -> EnqueueResult
}

extension DeliveryQueue: EventSink {}
#endif
