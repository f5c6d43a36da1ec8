#if Server
import GRDB
public import LeadSharkDelivery

extension SQLiteDeliveryStore {
    /// What makes a delivery the head of its lane, as the index `delivery_head` has it.
    static let isHead = "left_lane = 0 AND state IN ('ready', 'leased', 'waiting')"

    /// The head of a handler's lane.
    static let headQuery = "SELECT 1 FROM delivery WHERE handler = ? AND lane = ? AND \(isHead)"

    /// Makes the oldest that is queued in the lane of a delivery the lane's head, if it has none.
    static let promoteStatement = """
        UPDATE delivery SET state = 'ready' WHERE id = (
          SELECT q.id FROM delivery d CROSS JOIN delivery q ON q.handler = d.handler AND q.lane = d.lane
          WHERE d.id = ? AND q.state = 'queued' AND NOT EXISTS (\(otherHeadQuery))
          ORDER BY q.id LIMIT 1)
        """

    /// The head of the lane of the delivery `d`, if that is another.
    static let otherHeadQuery = """
        SELECT 1 FROM delivery h WHERE h.handler = d.handler AND h.lane = d.lane AND h.left_lane = 0
          AND h.state IN ('ready', 'leased', 'waiting') AND h.id <> d.id
        """

    /// The deliveries of a handler that are queued, whatever their lanes.
    static let queuedQuery = "SELECT id FROM delivery WHERE handler = ? AND state = 'queued' LIMIT ?"

    /// Takes deliveries of a handler that asks for lanes no more out of them.
    public func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        guard limit > 0 else { return 0 }
        return try await write { db in
            try db.cachedStatement(
                sql: "UPDATE delivery SET state = 'ready', lane = NULL WHERE id IN (\(Self.queuedQuery))"
            ).execute(arguments: [handler.text, limit])
            return db.changesCount
        }
    }
}
#endif
