#if Server
/// A store that several processes share, and that can tell when another of them may have made something ready.
public protocol SharedDeliveryStore: DeliveryStore {
    /// Has `body` called, on any thread, when another process may have made something ready. It must not block. That it is
    /// called is no promise: a worker looks by itself too.
    func whenOthersEnqueue(_ body: @escaping @Sendable () -> Void)
}
#endif
