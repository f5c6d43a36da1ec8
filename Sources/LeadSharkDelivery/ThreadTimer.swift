#if Server
import Dispatch

/// One sleep that no thread of Swift's pool has to end.
final class ThreadTimer: Sendable {
    private enum State: Sendable {
        case new
        case sleeping(CheckedContinuation<Void, any Error>)
        case over
    }

    private static let queue = DispatchQueue(label: "leadshark.worker.timer")

    private let state = LockedValue(State.new)

    /// Returns after a time; throws when the task is cancelled before.
    static func sleep(for duration: Duration) async throws {
        let timer = ThreadTimer()
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.setEventHandler { timer.end(.success(())) }
        let (seconds, attoseconds) = duration.components
        let nanoseconds = max(seconds, 0) * 1_000_000_000 + max(attoseconds, 0) / 1_000_000_000
        source.schedule(deadline: .now() + .nanoseconds(Int(clamping: nanoseconds)))
        defer { source.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard timer.begin(continuation) else { return continuation.resume(throwing: CancellationError()) }
                source.activate()
            }
        } onCancel: {
            timer.end(.failure(CancellationError()))
        }
    }

    /// - Returns: Whether it was not cancelled before.
    private func begin(_ continuation: CheckedContinuation<Void, any Error>) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .sleeping(continuation)
            return true
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        let continuation: CheckedContinuation<Void, any Error>? = state.withLock { state in
            defer { state = .over }
            guard case .sleeping(let continuation) = state else { return nil }
            return continuation
        }
        continuation?.resume(with: result)
    }
}
#endif
