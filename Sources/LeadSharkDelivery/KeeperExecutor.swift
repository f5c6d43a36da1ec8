#if Server
import Dispatch

/// Runs a worker's keeper, which renews leases and ends attempts at their deadlines, on a thread outside Swift's pool: so that
/// handlers that block all threads of the pool lose no lease, neither their own nor others'.
///
/// What a task with this executor awaits goes on here too. It must not sleep by a clock of Swift's, whose timers go through
/// the pool (``Timeline/sleepOffPool(until:)``).
final class KeeperExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "leadshark.worker.keeper")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
#endif
