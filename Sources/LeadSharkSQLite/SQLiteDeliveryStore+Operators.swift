#if Server
import Foundation
import GRDB
public import LeadSharkDelivery
import LeadSharkWebhooks

extension SQLiteDeliveryStore {
    /// Deliveries that match, newest first.
    public func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary] {
        try await read { db in
            var conditions: [String] = []
            var arguments: StatementArguments = []
            func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
                guard let value else { return }
                conditions.append(condition)
                arguments += [value]
            }
            if let ids = query.ids {
                // As one value, since the number of parameters is bounded.
                conditions.append("d.id IN (SELECT value FROM json_each(?))")
                arguments += ["[\(ids.map(\.description).joined(separator: ","))]"]
            }
            if !query.states.isEmpty {
                let states = query.states.map(\.rawValue).sorted()
                conditions.append("d.state IN (\(states.map { _ in "?" }.joined(separator: ", ")))")
                arguments += StatementArguments(states)
            }
            if let events = query.events {
                conditions.append("d.event IN (SELECT value FROM json_each(?))")
                arguments += ["[\(events.map(\.description).joined(separator: ","))]"]
            }
            if !query.people.isEmpty {
                let lanes = query.people.flatMap(EventEnvelope.lanes(ofPerson:)).map { Data($0.bytes) }
                conditions.append("e.lane IN (\(lanes.map { _ in "?" }.joined(separator: ", ")))")
                arguments += StatementArguments(lanes)
            }
            require("e.identity = ?", query.identity.map { Data($0.bytes) })
            require("d.handler = ?", query.handler?.text)
            require("e.webhook = ?", query.webhook?.text)
            require("e.type = CAST(? AS TEXT)", query.type.map { Data($0.rawValue.utf8) })
            require("e.received_at >= ?", query.since.map(Self.microseconds))
            require("e.received_at < ?", query.until.map(Self.microseconds))
            require("d.id < ?", query.before?.rawValue)
            require("d.reason LIKE ? ESCAPE '\\'", query.reasonContains.map(Self.pattern))
            arguments += [max(query.limit, 0)]
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            let sql = """
                SELECT \(StoredRows.summaryColumns) FROM delivery d CROSS JOIN event e ON e.id = d.event
                \(filter) ORDER BY d.id DESC LIMIT ?
                """
            return try Row.fetchAll(db, sql: sql, arguments: arguments).map(StoredRows.summary)
        }
    }

    private static func microseconds(_ date: Date) -> Int64 {
        Int64(exactly: (date.timeIntervalSince1970 * 1e6).rounded()) ?? (date.timeIntervalSince1970 < 0 ? .min : .max)
    }

    /// A pattern for text with another in it, whose own characters mean nothing but themselves.
    private static func pattern(_ text: String) -> String {
        "%" + text.reduce(into: "") { $0 += "\\%_".contains($1) ? "\\\($1)" : String($1) } + "%"
    }

    /// One event with all that belongs to it.
    public func record(of event: EventID) async throws -> EventRecord? {
        try await read { db in
            let id = event.rawValue
            let count = try Int.fetchOne(db, sql: "SELECT duplicate_count FROM event WHERE id = ?", arguments: [id])
            guard let count else { return nil }
            let sql = """
                SELECT \(StoredRows.summaryColumns) FROM delivery d JOIN event e ON e.id = d.event
                WHERE d.event = ? ORDER BY d.id
                """
            let variants = try Data.fetchAll(
                db, sql: "SELECT payload FROM variant WHERE event = ? ORDER BY id", arguments: [id])
            return EventRecord(
                event: try StoredEventReader(db).event(id),
                deliveries: try Row.fetchAll(db, sql: sql, arguments: [id]).map(StoredRows.summary),
                duplicateCount: count, otherPayloads: variants.map(StoredRows.bytes))
        }
    }

    /// Sends one delivery round again: into its lane, behind the head if that is another.
    static let redeliverStatement = """
        UPDATE delivery AS d
        SET state = CASE WHEN lane IS NOT NULL AND EXISTS (\(otherHeadQuery)) THEN 'queued' ELSE 'ready' END,
          left_lane = 0, blocking_since = NULL, attempt = 0, crashes = 0, reason = NULL, settled_at = NULL, due_at = NULL
        WHERE id = ? AND state IN (?, ?, ?)
        """

    /// Sends deliveries round again that are in one of `states`, their attempts counted anew.
    public func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> [DeliveryID] {
        let meant = states.intersection(DeliveryState.redeliverable).map(\.rawValue)
        // Three are asked for; NULL is none.
        let wanted: [String?] = meant + Array(repeating: nil, count: DeliveryState.redeliverable.count - meant.count)
        return try await write { db in
            let statement = try db.cachedStatement(sql: Self.redeliverStatement)
            // The oldest first, so that of those in one lane it becomes the head.
            return try deliveries.sorted().filter { id in
                try statement.execute(arguments: [id.rawValue] + StatementArguments(wanted))
                return db.changesCount == 1
            }
        }
    }

    /// Deletes events for good, but for their identities. Their bytes in the file are overwritten.
    public func delete(_ events: [EventID]) async throws -> [EventID] {
        try await access { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = FAST") }
            var deleted: [EventID] = []
            try db.inTransaction(.immediate) {
                deleted = try events.filter { try Self.delete(event: $0.rawValue, in: db) }
                return .commit
            }
            return deleted
        }
    }

    /// The number of deliveries in a state, and the oldest of them, by handler.
    static func countQuery(_ state: DeliveryState) -> String {
        let index: String? =
            switch state {
            case .ready: "delivery_ready"
            case .waiting: "delivery_waiting"
            case .leased: "delivery_leased"
            case .queued: "delivery_queued"
            case .deadLettered: "delivery_dead"
            case .completed: nil
            }
        return """
            SELECT handler, count(*), min(id) FROM delivery \(index.map { "INDEXED BY \($0)" } ?? "")
            WHERE state = '\(state.rawValue)' GROUP BY handler
            """
    }

    /// How many deliveries there are, by handler, and how old the oldest open one is. Only the completed ones take a scan.
    public func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        let now = clock.timeOfDay
        return try await read { db in
            var statistics: [HandlerName: DeliveryStatistics] = [:]
            for state in states {
                for row in try Row.fetchAll(db, sql: Self.countQuery(state)) {
                    guard let handler = HandlerName(row[0] as String) else { throw StoredRows.damage }
                    statistics[handler, default: DeliveryStatistics()].counts[state] = row[1]
                    guard state.isOpen else { continue }
                    let received = try Int64.fetchOne(
                        db, sql: "SELECT e.received_at FROM delivery d JOIN event e ON e.id = d.event WHERE d.id = ?",
                        arguments: [row[2] as Int64])
                    guard let received else { throw StoredRows.damage }
                    let age = Duration.microseconds(max(now - received, 0))
                    let oldest = statistics[handler]?.oldestOpenAge ?? .zero
                    statistics[handler]?.oldestOpenAge = max(oldest, age)
                }
            }
            return statistics
        }
    }

    /// Commits something small, and throws when that does not get to the disk, when hardly any space is left, or when the
    /// file is not in its place any more.
    public func checkHealth() async throws {
        let now = clock.timeOfDay
        try await checkPlace()
        let durability = owner?.durability
        let isSafe = try await access { try durability?.isKept(by: $0) ?? false }
        guard isSafe else {
            throw DeliveryStoreError(.unavailable, message: "commits are not safe from a loss of power")
        }
        try await write { db in
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO health (id, checked_at) VALUES (1, ?)")
                .execute(arguments: [now])
        }
    }

    private func checkPlace() async throws {
        let (now, guardian) = (clock.now, owner?.guardian)
        try await access { _ in
            try guardian?.checkFiles()
            try guardian?.checkSpace(for: 0, at: now)
        }
    }
}
#endif
