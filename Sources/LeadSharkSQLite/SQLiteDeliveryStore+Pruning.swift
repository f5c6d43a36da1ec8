#if Server
import Foundation
import GRDB
public import LeadSharkDelivery

extension SQLiteDeliveryStore {
    /// The most bytes of payload that one transaction deletes, unless one event alone has more.
    private static let prunedByteCount = 1 << 20

    /// The events whose last delivery was completed by a time, those that were done first coming first.
    static let finishedQuery = """
        SELECT finished_at, event FROM finished WHERE finished_at <= ? ORDER BY finished_at, event LIMIT ?
        """

    /// The identities of events that are no longer kept which first came by a time.
    static let forgottenQuery = """
        SELECT identity FROM identity WHERE event = 0 AND first_seen_at <= ? ORDER BY first_seen_at LIMIT ?
        """

    /// What keeps an event: a delivery that is open or dead, or was completed (again) after a time.
    static let keptQuery = """
        SELECT 1 FROM delivery WHERE event = ? AND (state <> 'completed' OR settled_at > ?) LIMIT 1
        """

    /// Deletes events whose deliveries are all completed, and identities, when their time is over.
    public func prune(_ retention: Retention, limit: Int) async throws -> Pruned {
        let now = clock.now
        guard limit > 0 else { return Pruned() }
        return try await write { db in
            var pruned = Pruned()
            if let completed = retention.completed {
                try Self.pruneEvents(finishedBy: now - completed.inMicroseconds, limit: limit, in: db, &pruned)
            }
            if let identities = retention.identities {
                let old = try Data.fetchAll(
                    db.cachedStatement(sql: Self.forgottenQuery),
                    arguments: [now - identities.inMicroseconds, limit])
                let delete = try db.cachedStatement(sql: "DELETE FROM identity WHERE identity = ? AND event = 0")
                for identity in old { try delete.execute(arguments: [identity]) }
                pruned.identities = old.count
                if old.count == limit { pruned.isMore = true }
            }
            return pruned
        }
    }

    /// An entry of `finished` is looked at once. If its event is kept after all, because it was redelivered, another entry
    /// comes when it is completed again.
    private static func pruneEvents(
        finishedBy time: Int64, limit: Int, in db: Database, _ pruned: inout Pruned
    ) throws {
        let entries = try Row.fetchAll(
            db.cachedStatement(sql: finishedQuery), arguments: [time, limit])
        let kept = try db.cachedStatement(sql: keptQuery)
        let size = try db.cachedStatement(sql: "SELECT length(payload) FROM event WHERE id = ?")
        let deleteEntry = try db.cachedStatement(
            sql: "DELETE FROM finished WHERE finished_at = ? AND event = ?")
        var byteCount = 0
        for entry in entries {
            let event: Int64 = entry[1]
            if try Bool.fetchOne(kept, arguments: [event, time]) == nil,
                let count = try Int.fetchOne(size, arguments: [event])
            {
                if byteCount > 0, byteCount + count > prunedByteCount {
                    pruned.isMore = true
                    return
                }
                byteCount += count
                try delete(event: event, in: db)
                pruned.events += 1
            }
            try deleteEntry.execute(arguments: [entry[0] as Int64, event])
        }
        if entries.count == limit { pruned.isMore = true }
    }

    /// Deletes an event with its deliveries and variants. Its identity is kept, as that of an event that is gone. Where it was
    /// the head of a lane, the next becomes it.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    static func delete(event: Int64, in db: Database) throws -> Bool {
        try db.cachedStatement(
            sql: "UPDATE identity SET event = 0 WHERE identity = (SELECT identity FROM event WHERE id = ?)"
        ).execute(arguments: [event])
        let followers = try Int64.fetchAll(db.cachedStatement(sql: followersQuery), arguments: [event])
        try db.cachedStatement(sql: "DELETE FROM event WHERE id = ?").execute(arguments: [event])
        let wasThere = db.changesCount == 1
        let promote = try db.cachedStatement(sql: "UPDATE delivery SET state = 'ready' WHERE id = ?")
        for follower in followers { try promote.execute(arguments: [follower]) }
        return wasThere
    }

    /// For each delivery of an event that is the head of its lane, the next in the lane.
    static let followersQuery = """
        SELECT (SELECT q.id FROM delivery q WHERE q.handler = d.handler AND q.lane = d.lane AND q.state = 'queued'
          ORDER BY q.id LIMIT 1) AS follower
        FROM delivery d WHERE d.event = ? AND d.lane IS NOT NULL AND d.left_lane = 0
          AND d.state IN ('ready', 'leased', 'waiting') AND follower IS NOT NULL
        """
}
#endif
