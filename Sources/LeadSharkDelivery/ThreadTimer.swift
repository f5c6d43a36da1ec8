#if Server
import Dispatch

/// One sleep that no thread of Swift's pool has to end.
final class ThreadTimer: Sendable {
    private enum State: Sendable {
        case new
        case sleeping(CheckedContinuation<Void, any Error>)
        case over(Result<Void, any Error>)
    }

    /// A longer time is as good as for ever, and too many nanoseconds to count.
    private static let longestSeconds: Int64 = 100 * 366 * 86_400

    private static let queue = DispatchQueue(label: "leadshark.worker.timer")

    private let state = LockedValue(State.new)

    /// Returns after a time; throws when the task is cancelled before.
    static func sleep(for duration: Duration) async throws {
        let timer = ThreadTimer()
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.setEventHandler { timer.end(.success(())) }
        let (seconds, attoseconds) = duration.components
        let nanoseconds = min(max(seconds, 0), longestSeconds) * 1_000_000_000 + max(attoseconds, 0) / 1_000_000_000
        source.schedule(deadline: .now() + .nanoseconds(Int(clamping: nanoseconds)))
        // At once, whether anybody will wait: Dispatch ends the process when a source is let go of that was never activated.
        source.activate()
        defer { source.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let result = timer.begin(continuation) { continuation.resume(with: result) }
            }
        } onCancel: {
            timer.end(.failure(CancellationError()))
        }
    }

    /// - Returns: How it ended, if it has already.
    private func begin(_ continuation: CheckedContinuation<Void, any Error>) -> Result<Void, any Error>? {
        state.withLock { state in
            if case .over(let result) = state { return result }
            state = .sleeping(continuation)
            return nil
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        let continuation: CheckedContinuation<Void, any Error>? = state.withLock { state in
            if case .over = state { return nil }
            defer { state = .over(result) }
            guard case .sleeping(let continuation) = state else { return nil }
            return continuation
        }
        continuation?.resume(with: result)
    }
}
#endif
