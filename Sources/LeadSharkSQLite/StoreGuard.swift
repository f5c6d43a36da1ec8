#if Server
import Glibc
import GRDB
import LeadSharkDelivery
import Logging

/// Sees to it that a store takes events only while it can keep them: there is space, the disk has not failed, and the file
/// is still the one at its path.
final class StoreGuard: Sendable {
    /// How long a look at the free space counts, in microseconds.
    static let lookInterval: Int64 = 1_000_000
    /// How many bytes of payload may be taken between two looks.
    static let lookByteCount = 4 << 20

    private struct State: Sendable {
        var failure: DeliveryStoreError?
        var lookedAt: Int64?
        var byteCountSince = 0
        var isLow = false
        var isGone = false
        var journal: FileIdentity?
    }

    private let path: String
    private let minimumFreeByteCount: Int64
    private let identity: FileIdentity?
    private let freeByteCount: @Sendable (String) -> Int64?
    private let logger: Logger?
    private let state = LockedValue(State())

    /// - Parameters:
    ///   - path: The store's file, without symbolic links.
    ///   - freeByteCount: How much is free on the disk of a file; `nil` when nobody knows.
    init(
        path: String, minimumFreeByteCount: Int64, logger: Logger?,
        freeByteCount: @escaping @Sendable (String) -> Int64? = FileSystem.freeByteCount
    ) {
        self.path = path
        self.minimumFreeByteCount = minimumFreeByteCount
        self.freeByteCount = freeByteCount
        self.logger = logger
        identity = FileIdentity(of: path)
    }

    /// Why the store is not to be used any more.
    var failure: DeliveryStoreError? { state.withLock { $0.failure } }

    /// Does something with the database, unless it has failed for good. If it does now, that is kept in mind.
    ///
    /// After a failed sync nobody knows what is on the disk, and a second one may succeed although the pages are lost. So an
    /// input/output error of the writer is the end: a new start reads what is there.
    func attempt<Success>(
        _ db: Database, writing file: WrittenFile = .log, _ body: () throws -> Success
    ) -> Result<Success, any Error> {
        if let failure { return .failure(failure) }
        do {
            return .success(try body())
        } catch let error as DatabaseError where file.isQuotaUsedUp(error, db) {
            return .failure(SQLiteErrors.quotaUsedUp)
        } catch let error as DatabaseError where SQLiteErrors.isFatal(error) {
            let failure = SQLiteErrors.failure(error)
            state.withLock { $0.failure = $0.failure ?? failure }
            logger?.critical("The disk failed, and the store is not used any more", metadata: ["error": "\(failure)"])
            return .failure(failure)
        } catch {
            return .failure(SQLiteErrors.storeError(error))
        }
    }

    /// Refuses events while less is free than should be. Looks at the disk once a second, and after every few megabytes.
    ///
    /// - Parameters:
    ///   - byteCount: How large the events are.
    ///   - now: The store's time, in microseconds.
    func checkSpace(for byteCount: Int, at now: Int64) throws(DeliveryStoreError) {
        guard minimumFreeByteCount > 0 else { return }
        let isDue = state.withLock { state in
            let isDue =
                state.lookedAt.map { now - $0 >= Self.lookInterval || now < $0 } ?? true
                || state.byteCountSince + byteCount > Self.lookByteCount
            if isDue {
                state.lookedAt = now
                state.byteCountSince = 0
            }
            state.byteCountSince += byteCount
            return isDue
        }
        if isDue, let free = freeByteCount(path) {
            let isLow = free < minimumFreeByteCount
            let hasChanged = state.withLock { state in
                defer { state.isLow = isLow }
                return state.isLow != isLow
            }
            if hasChanged { report(isLow: isLow, free) }
        }
        guard state.withLock({ $0.isLow }) else { return }
        throw DeliveryStoreError(
            .diskFull, message: "less than \(minimumFreeByteCount >> 20) MiB are free on the store's disk")
    }

    /// Throws when the files at the store's path are not those that are open: then what was committed is nowhere that a
    /// later start would find it.
    func checkFiles() throws(DeliveryStoreError) {
        let journal = FileIdentity(of: path + "-wal")
        let file = FileIdentity(of: path)
        let (isGone, hasChanged) = state.withLock { state in
            state.journal = state.journal ?? journal
            let isGone = file != identity || file == nil || journal != state.journal
            defer { state.isGone = isGone }
            return (isGone, state.isGone != isGone)
        }
        if hasChanged {
            logger?.log(
                level: isGone ? .critical : .notice,
                isGone ? "The store's file was moved, deleted or replaced" : "The store's file is in its place again")
        }
        guard isGone else { return }
        throw DeliveryStoreError(
            .unavailable,
            message: "the store's file, or its -wal, was moved, deleted or replaced while it is in use; "
                + "move it back, or start again")
    }

    private func report(isLow: Bool, _ free: Int64) {
        logger?.log(
            level: isLow ? .error : .notice,
            isLow ? "The store's disk is nearly full: no event is taken" : "The store's disk has space again",
            metadata: ["free": "\(free >> 20) MiB", "minimum": "\(minimumFreeByteCount >> 20) MiB"])
    }
}

/// Which file it is, whatever its name.
struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// The file at a path; `nil` when there is none.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}

enum FileSystem {
    /// How many bytes this user may still write on the disk of a file; `nil` when the system does not say.
    static func freeByteCount(_ path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, isTooLarge) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return isTooLarge ? .max : Int64(clamping: bytes)
    }
}
#endif
