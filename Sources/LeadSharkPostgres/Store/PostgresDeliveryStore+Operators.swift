#if Postgres
import FoundationEssentials
public import LeadSharkDelivery
import LeadSharkWebhooks

extension PostgresDeliveryStore {
    /// Deletes events whose deliveries are all completed, and identities, when their time is over.
    public func prune(_ retention: Retention, limit: Int) async throws -> Pruned {
        guard limit > 0 else { return Pruned() }
        return try await upkeep.run(within: configuration.operatorTimeout) { [statements] session, _ in
            let parameters = Parameters {
                $0.add(retention.completed?.inMicroseconds)
                $0.add(retention.identities?.inMicroseconds)
                $0.add(limit)
            }
            let result = try session.execute(statements.prune, parameters)
            return Pruned(
                events: Int(try result.integer(0, 0)), identities: Int(try result.integer(0, 1)),
                isMore: try result.boolean(0, 2))
        }
    }

    /// Deliveries that match, newest first.
    public func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary] {
        let (statement, parameters) = schema.search(query)
        return try await upkeep.run(within: configuration.operatorTimeout) { session, _ in
            try session.execute(statement, parameters).map(StoredRows.summary)
        }
    }

    /// One event with all that belongs to it.
    public func record(of event: EventID) async throws -> EventRecord? {
        let schema = schema
        return try await upkeep.run(within: configuration.operatorTimeout) { session, _ in
            let id = Parameters { $0.add(event.rawValue) }
            // One view of all three, so that what is deleted meanwhile is there as a whole or not at all.
            try session.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            let event = try session.execute(
                schema.statement(
                    "event",
                    "SELECT \(StoredRows.eventColumns), e.duplicate_count FROM @schema@.event e WHERE e.id = $1"), id)
            let deliveries = try session.execute(
                schema.statement(
                    "event_deliveries",
                    """
                    SELECT \(StoredRows.summaryColumns)
                    FROM @schema@.delivery d JOIN @schema@.event e ON e.id = d.event WHERE d.event = $1 ORDER BY d.id
                    """), id
            ).map(StoredRows.summary)
            let variants = try session.execute(
                schema.statement(
                    "event_variants", "SELECT v.payload FROM @schema@.variant v WHERE v.event = $1 ORDER BY v.id"), id
            ).map { try $0.bytes($1, 0) }
            try session.run("COMMIT")
            guard event.rowCount > 0 else { return nil }
            return EventRecord(
                event: try StoredRows.event(event, 0, from: 0), deliveries: deliveries,
                duplicateCount: Int(try event.integer(0, 8)), otherPayloads: variants)
        }
    }

    /// Sends deliveries round again that are in one of `states`, their attempts counted anew, and tells all workers.
    public func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> [DeliveryID] {
        let parameters = Parameters {
            $0.add(deliveries.map(\.rawValue))
            $0.add(states.map(\.rawValue))
        }
        return try await lowerFloors(to: { $0.map(\.rawValue).min() }) {
            try await upkeep.run(within: configuration.operatorTimeout) { [statements] session, _ in
                try session.execute(statements.redeliver, parameters)
                    .map { DeliveryID(rawValue: try $0.integer($1, 0)) }
            }
        }
    }

    /// Deletes events for good, but for their identities. The server may have their bytes in its log, and in its files until
    /// it cleans them up.
    public func delete(_ events: [EventID]) async throws -> [EventID] {
        // What waited behind one that is deleted may be anywhere.
        return try await lowerFloors(to: { $0.isEmpty ? nil : .min }) {
            try await upkeep.run(within: configuration.operatorTimeout) { [statements] session, _ in
                try session.execute(statements.deleteEvents, Parameters { $0.add(events.map(\.rawValue)) })
                    .map { EventID(rawValue: try $0.integer($1, 0)) }
            }
        }
    }

    /// How many deliveries there are, by handler, and how old the oldest open one is.
    public func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        guard !states.isEmpty else { return [:] }
        let statement = schema.count(states)
        return try await upkeep.run(within: configuration.operatorTimeout) { session, _ in
            let rows = try session.execute(statement).map { result, row in
                guard let handler = HandlerName(try result.text(row, 0)),
                    let state = DeliveryState(rawValue: try result.text(row, 1))
                else { throw QueryResult.damage }
                return (handler, state, Int(try result.integer(row, 2)), try result.optionalInteger(row, 3))
            }
            var statistics: [HandlerName: DeliveryStatistics] = [:]
            for (handler, state, count, age) in rows {
                statistics[handler, default: DeliveryStatistics()].counts[state] = count
                guard state.isOpen, let age else { continue }
                let oldest = statistics[handler]?.oldestOpenAge ?? .zero
                statistics[handler]?.oldestOpenAge = max(oldest, .microseconds(max(age, 0)))
            }
            return statistics
        }
    }
}

extension Schema {
    /// The statement that an operator's query becomes. What was asked for is in its parameters alone.
    fileprivate func search(_ query: DeliveryQuery) -> (Statement, Parameters) {
        var conditions: [String] = []
        let parameters = Parameters { parameters in
            func require(_ condition: String, _ add: (inout Parameters) -> Void) {
                add(&parameters)
                conditions.append(condition.replacing("?", with: "$\(parameters.entries.count)"))
            }
            if let ids = query.ids { require("d.id = ANY (?)") { $0.add(ids.map(\.rawValue)) } }
            if !query.states.isEmpty {
                require("d.state = ANY (?)") { $0.add(query.states.map { $0.rawValue as String? }) }
            }
            if let events = query.events { require("d.event = ANY (?)") { $0.add(events.map(\.rawValue)) } }
            if !query.people.isEmpty {
                let lanes = query.people.flatMap(EventEnvelope.lanes(ofPerson:)).map { $0.bytes as [UInt8]? }
                require("e.lane = ANY (?)") { $0.add(lanes) }
            }
            if let identity = query.identity { require("e.identity = ?") { $0.add(identity.bytes) } }
            if let handler = query.handler { require("d.handler = ?") { $0.add(handler.text) } }
            if let webhook = query.webhook { require("e.webhook = ?") { $0.add(webhook.text) } }
            if let type = query.type { require("e.type = ?") { $0.add(Array(type.rawValue.utf8)) } }
            if let since = query.since { require("e.received_at >= ?") { $0.add(Self.microseconds(since)) } }
            if let until = query.until { require("e.received_at < ?") { $0.add(Self.microseconds(until)) } }
            if let before = query.before { require("d.id < ?") { $0.add(before.rawValue) } }
            if let text = query.reasonContains {
                let lower = String(
                    decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
                if lower.utf8.contains(0) {
                    // No reason has one, and no parameter can.
                    conditions.append("false")
                } else {
                    require("position(? IN \(Self.lower("d.reason"))) > 0") { $0.add(lower) }
                }
            }
            parameters.add(max(query.limit, 0))
        }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let sql = """
            SELECT \(StoredRows.summaryColumns) FROM \(name).delivery d JOIN \(name).event e ON e.id = d.event
            \(filter) ORDER BY d.id DESC LIMIT $\(parameters.entries.count)
            """
        return (Statement(nil, sql), parameters)
    }

    /// Lower case for the letters of ASCII alone, whatever the database's language.
    private static func lower(_ column: String) -> String {
        "translate(\(column), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    }

    private static func microseconds(_ date: Date) -> Int64 {
        Int64(exactly: (date.timeIntervalSince1970 * 1e6).rounded()) ?? (date.timeIntervalSince1970 < 0 ? .min : .max)
    }

    /// Counts each state by its own index.
    fileprivate func count(_ states: Set<DeliveryState>) -> Statement {
        let parts = states.map(\.rawValue).sorted().map { state in
            """
            SELECT d.handler, '\(state)' AS state, count(*) AS count, min(d.id) AS oldest
            FROM \(name).delivery d WHERE d.state = '\(state)' GROUP BY d.handler
            """
        }
        return Statement(
            nil,
            """
            SELECT c.handler, c.state, c.count, \(name).now() - e.received_at
            FROM (\(parts.joined(separator: " UNION ALL "))) c
            LEFT JOIN \(name).delivery d ON d.id = c.oldest LEFT JOIN \(name).event e ON e.id = d.event
            """)
    }
}
#endif
