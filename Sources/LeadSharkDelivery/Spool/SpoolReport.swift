#if Server
/// How things stand between a ``SpoolingDeliveryStore``'s two stores.
public struct SpoolReport: Sendable, Hashable {
    /// Whether the store does not take events now, so that they go to the spool.
    public var isSpooling: Bool
    /// What is in the spool; `nil` when it cannot be read.
    public var status: SpoolStatus?

    /// Puts a report together.
    public init(isSpooling: Bool, status: SpoolStatus?) {
        self.isSpooling = isSpooling
        self.status = status
    }
}

/// What came of moving events from the spool to the store.
public struct SpoolMove: Sendable, Hashable {
    /// How many were moved.
    public var movedCount: Int
    /// How many wait in the spool now, those that were set aside not counted.
    public var waitingCount: Int
    /// Why it went no further; `nil` when it did not stop, or is through.
    public var failure: String?

    /// Puts the result together.
    public init(movedCount: Int, waitingCount: Int, failure: String? = nil) {
        self.movedCount = movedCount
        self.waitingCount = waitingCount
        self.failure = failure
    }
}
#endif
