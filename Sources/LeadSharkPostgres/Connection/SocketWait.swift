#if Postgres
import Glibc

/// Waiting at a descriptor, for a bounded time.
enum SocketWait {
    /// - Returns: What happened there; `nil` when the deadline passed.
    static func wait(at descriptor: Int32, for events: Int32, by deadline: ContinuousClock.Instant) -> Int32? {
        var places = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
        return wait(at: &places, by: deadline) ? Int32(places[0].revents) : nil
    }

    /// Waits at several.
    ///
    /// - Returns: Whether something happened before the deadline.
    static func wait(at places: inout [pollfd], by deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            let result = unsafe places.withUnsafeMutableBufferPointer {
                unsafe poll($0.baseAddress, nfds_t($0.count), Int32(min(max(milliseconds, 0), 3_600_000)))
            }
            if result > 0 { return true }
            if result < 0, errno != EINTR { return false }
            if ContinuousClock.now >= deadline { return false }
        }
    }
}
#endif
