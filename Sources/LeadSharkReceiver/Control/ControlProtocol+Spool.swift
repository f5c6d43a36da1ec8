#if Server
public import LeadSharkDelivery

extension ControlProtocol {
    /// What is in the spool, and whether events go there now.
    public struct SpoolState: Sendable, Hashable, Codable {
        /// Whether the store does not take events now, so that they go to the spool; `nil` when nobody knows, since no receiver
        /// runs.
        public var isSpooling: Bool?
        /// How many events are in the spool; `nil` when it cannot be read.
        public var events: Int?
        /// How many of them were set aside, because the store refuses them.
        public var setAside: Int?
        /// How long ago the first of them came, in seconds.
        public var oldestSeconds: Int64?
        /// How many bytes they take, and may take.
        public var bytes: Int64?
        /// How many bytes they may take.
        public var maximumBytes: Int64?

        private enum CodingKeys: String, CodingKey {
            case events, bytes
            case isSpooling = "is_spooling"
            case setAside = "set_aside"
            case oldestSeconds = "oldest_seconds"
            case maximumBytes = "maximum_bytes"
        }

        /// What a receiver reports.
        public init(_ report: SpoolReport) {
            self.init(report.status, isSpooling: report.isSpooling)
        }

        /// What a spool counted.
        public init(_ status: SpoolStatus?, isSpooling: Bool? = nil) {
            self.isSpooling = isSpooling
            events = status?.eventCount
            setAside = status?.setAsideCount
            oldestSeconds = status?.oldestAge?.components.seconds
            bytes = status?.byteCount
            maximumBytes = status?.maximumByteCount
        }

        /// Whether there is nothing to tell: the store takes events, and none waits.
        var isIdle: Bool { isSpooling != true && events == 0 }
    }

    /// Tells what came of moving the spool's events. While events are left and nothing failed, ask again.
    public struct DrainResponse: Sendable, Hashable, Codable {
        /// How many were moved since the request came.
        public var moved: Int
        /// How many are left, those that were set aside not counted.
        public var left: Int
        /// Why it went no further.
        public var error: String?

        /// Tells of a move.
        public init(_ move: SpoolMove) {
            moved = move.movedCount
            left = move.waitingCount
            error = move.failure
        }
    }
}
#endif
