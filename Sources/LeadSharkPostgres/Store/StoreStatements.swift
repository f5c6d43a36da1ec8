#if Postgres
/// The statements that are used again and again.
struct StoreStatements: Sendable {
    let enqueue: Statement
    let lease: Statement
    let handBack: Statement
    let settle: Statement
    let renew: Statement
    let reclaim: Statement
    let dissolveLanes: Statement
    let lowestReady: Statement
    let timeUntilNext: Statement
    let prune: Statement
    let redeliver: Statement
    let deleteEvents: Statement
    let checkHealth: Statement
    let advanceClock: Statement

    init(_ schema: Schema) {
        func call(_ function: String, _ count: Int) -> Statement {
            let parameters = (1...max(count, 1)).prefix(count).map { "$\($0)" }.joined(separator: ", ")
            return schema.statement(function, "SELECT * FROM @schema@.\(function)(\(parameters))")
        }
        enqueue = call("enqueue", 15)
        lease = call("lease", 7)
        handBack = call("hand_back", 1)
        settle = call("settle", 7)
        renew = call("renew", 3)
        reclaim = call("reclaim", 1)
        dissolveLanes = call("dissolve_lanes", 2)
        lowestReady = call("lowest_ready", 1)
        timeUntilNext = call("time_until_next", 2)
        prune = call("prune", 3)
        redeliver = call("redeliver", 2)
        deleteEvents = call("delete_events", 1)
        checkHealth = call("check_health", 0)
        advanceClock = call("advance_clock", 1)
    }
}
#endif
