#if Server
import Glibc
import LeadSharkDelivery

/// The store's clock, in microseconds since 1970.
///
/// Leases and waiting times go by ``now``: the time of day when the store was opened, and from then on a clock that
/// nobody sets (it goes on while the machine sleeps). So a time of day that is put back or forth while the store is open
/// neither ends leases early nor keeps deliveries waiting.
final class StoreClock: Sendable {
    private let start: Int64
    private let origin: Int64
    private let offset = LockedValue<Int64>(0)

    init() {
        start = Self.read(CLOCK_REALTIME)
        origin = Self.read(CLOCK_BOOTTIME)
    }

    /// The time for leases and waiting deliveries. Never goes back.
    var now: Int64 { start + Self.read(CLOCK_BOOTTIME) - origin + offset.withLock { $0 } }

    /// The time of day, for people.
    var timeOfDay: Int64 { Self.read(CLOCK_REALTIME) + offset.withLock { $0 } }

    func advance(by duration: Duration) {
        offset.withLock { $0 += duration.inMicroseconds }
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
#endif
