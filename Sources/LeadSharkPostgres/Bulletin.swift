#if Postgres
import Glibc
import LeadSharkDelivery
import Logging

/// Tells other processes that there may be something to lease, and hears it from them: LISTEN and NOTIFY on a connection of
/// its own, with a thread of its own.
///
/// It is a hint, no more: at most one in ``interval``, after the commit, without content. Whoever misses one looks by itself.
final class Bulletin: Sendable {
    /// The shortest time between two notifications of this process.
    static let interval: Duration = .milliseconds(100)
    /// How often a silent connection is asked whether it is still there.
    private static let heartbeat: Duration = .seconds(10)
    private static let answerTimeout: Duration = .seconds(5)

    private struct State: Sendable {
        var subscribers: [@Sendable () -> Void] = []
        var isListening = false
        var isPending = false
        var isStopping = false
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: LockedValue<State>
    private let bell = Bell()
    private let loop: Loop

    init(target: PostgresURL, channel: String, backoff: BackoffPolicy, logger: Logger) {
        let state = LockedValue(State())
        self.state = state
        loop = Loop(
            target: target, channel: channel, backoff: backoff, logger: logger, bell: bell, state: state)
        BlockingThread.start { [loop] in loop.run() }
    }

    /// Has `body` called at each notification of another process, and whenever one may have been missed: so once as soon as
    /// this listens, or at once.
    func subscribe(_ body: @escaping @Sendable () -> Void) {
        let isListening = state.withLock { state in
            state.subscribers.append(body)
            return state.isListening
        }
        if isListening { body() }
    }

    /// Tells the others, soon.
    func publish() {
        let isFirst = state.withLock { state in
            defer { state.isPending = true }
            return !state.isPending
        }
        if isFirst { bell.ring() }
    }

    /// Has the thread end by itself.
    func stop() {
        state.withLock { $0.isStopping = true }
        bell.ring()
    }

    func close() async {
        stop()
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiter = waiter }
                return state.isOver
            }
            if isOver { waiter.resume() }
        }
    }

    /// What the thread does.
    private struct Loop: Sendable {
        let target: PostgresURL
        let channel: String
        let backoff: BackoffPolicy
        let logger: Logger
        let bell: Bell
        let state: LockedValue<State>

        func run() {
            var failures = 0
            var generator = SystemRandomNumberGenerator()
            while !isStopping {
                do {
                    try listen { failures = 0 }
                } catch {
                    failures += 1
                    if failures == 2 {
                        logger.warning(
                            "Notifications of other processes do not arrive; their events are found by looking",
                            metadata: ["error": "\(PostgresErrors.storeError(error))"])
                    }
                }
                if isStopping { break }
                let delay = backoff.delay(afterAttempt: max(failures, 1), using: &generator)
                wait(until: ContinuousClock.now + delay)
            }
            let waiter = state.withLock { state in
                state.isOver = true
                return state.waiter
            }
            waiter?.resume()
        }

        private var isStopping: Bool { state.withLock { $0.isStopping } }

        /// Until the connection breaks, or the thread is to end.
        private func listen(_ onConnected: () -> Void) throws(ConnectionFailure) {
            let connection = try Connection(target, preparesStatements: false)
            var heard = ContinuousClock.now
            var sent = heard - interval
            try connection.run("LISTEN \(channel)", by: heard + answerTimeout)
            onConnected()
            defer { state.withLock { $0.isListening = false } }
            // What was told before may have been missed.
            let subscribers = state.withLock { state in
                state.isListening = true
                return state.subscribers
            }
            for subscriber in subscribers { subscriber() }
            while !isStopping {
                let isPending = state.withLock { $0.isPending }
                if isPending, ContinuousClock.now - sent >= interval {
                    sent = .now
                    try notify(on: connection, by: sent + answerTimeout)
                    heard = .now
                } else if ContinuousClock.now - heard >= heartbeat {
                    try connection.run("SELECT 1", by: .now + answerTimeout)
                    heard = .now
                }
                if try connection.takeNotifications() { tell() }
                let due = isPending ? min(heard + heartbeat, sent + interval) : heard + heartbeat
                wait(until: due, at: connection.socket)
            }
            // What was made ready last is for others to do now.
            if state.withLock({ $0.isPending }) { try notify(on: connection, by: .now + answerTimeout) }
        }

        private func notify(
            on connection: Connection, by deadline: ContinuousClock.Instant
        ) throws(ConnectionFailure) {
            state.withLock { $0.isPending = false }
            do {
                try connection.run("NOTIFY \(channel)", by: deadline)
            } catch {
                state.withLock { $0.isPending = true }
                throw error
            }
        }

        private func tell() {
            for subscriber in state.withLock({ $0.subscribers }) { subscriber() }
        }

        /// Waits for the bell, and at a socket.
        private func wait(until deadline: ContinuousClock.Instant, at socket: Int32? = nil) {
            var places = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
            if let socket { places.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
            guard SocketWait.wait(at: &places, by: deadline), places[0].revents != 0 else { return }
            bell.hush()
        }

        private var interval: Duration { Bulletin.interval }
        private var heartbeat: Duration { Bulletin.heartbeat }
        private var answerTimeout: Duration { Bulletin.answerTimeout }
    }
}
#endif
