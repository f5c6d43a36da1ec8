#if Server
import GRDB
import LeadSharkDelivery

/// What the owner of a store has, beside the connection that writes.
struct Ownership: Sendable {
    let lock: OwnerLock
    let guardian: StoreGuard
    let journal: Journal
    let durability: Durability
    let group = WriteGroup()

    /// Writes what waited together in one transaction; if that fails, each by itself.
    ///
    /// - Returns: What became of the last transaction.
    func commit(_ entries: [WriteGroup.Entry], _ db: Database) -> Result<Void, any Error> {
        let admitted = entries.filter { entry in
            do {
                try entry.check()
                return true
            } catch {
                entry.refuse(error)
                return false
            }
        }
        guard !admitted.isEmpty else { return .success(()) }
        let result = guardian.attempt(db) { try transact(admitted, db) }
        switch result {
        case .success(let completions):
            for complete in completions { complete() }
            return .success(())
        case .failure(let error):
            if admitted.count == 1 || guardian.failure != nil {
                for entry in admitted { entry.refuse(error) }
                return .failure(error)
            }
            return admitted.map { commit([$0], db) }.last ?? .failure(error)
        }
    }

    private func transact(_ entries: [WriteGroup.Entry], _ db: Database) throws -> [@Sendable () -> Void] {
        try durability.set(isDurable: entries.contains { $0.isDurable }, db)
        var completions: [@Sendable () -> Void] = []
        try db.inTransaction(.immediate) {
            for entry in entries { completions.append(try entry.body(db)) }
            return .commit
        }
        return completions
    }

    /// Brings the write-ahead log into the database when it is time to. Nobody waits for this; if it fails, the next one
    /// is told.
    func checkpointIfDue<Success>(_ db: Database, after result: Result<Success, any Error>) {
        _ = guardian.attempt(db, writing: .database) {
            try journal.checkpointIfDue(db, isFull: SQLiteErrors.isDiskFull(result))
        }
    }
}
#endif
