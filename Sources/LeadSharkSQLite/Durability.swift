#if Server
import GRDB
import LeadSharkDelivery

/// Whether a commit of the writer waits until the disk has it.
///
/// What a caller relies upon does: new events, outcomes, what operators do. A lease does not: a loss of power that undoes one
/// makes the delivery ready again, as it would be anyway after the lease has run out. SQLite writes its log in order, so
/// the next commit that waits also waits for those before it that did not.
final class Durability: Sendable {
    /// What `PRAGMA synchronous` says of it.
    enum Level: String, Sendable {
        case full = "FULL"
        case normal = "NORMAL"
    }

    /// How durable a write is that has to be durable: `full`, but in tests.
    let highest: Level
    private let current = LockedValue<Level?>(nil)

    init(highest: Level) { self.highest = highest }

    /// Makes the writer's next commits durable, or as quick as can be.
    func set(isDurable: Bool, _ db: Database) throws {
        let level = isDurable ? highest : .normal
        guard current.withLock({ $0 }) != level else { return }
        try db.execute(sql: "PRAGMA synchronous = \(level.rawValue)")
        current.withLock { $0 = level }
    }

    /// Whether a durable commit of this connection is on the disk when it returns.
    func isKept(by db: Database) throws -> Bool {
        try set(isDurable: true, db)
        return try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2
            && String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal"
    }
}
#endif
