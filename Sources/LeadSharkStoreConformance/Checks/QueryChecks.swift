#if Server
import FoundationEssentials
import LeadSharkDelivery
import Testing

extension StoreConformance {
    /// Stores a dead letter for each of these reasons, an hour apart, and then a delivery without a reason.
    private static func fill(_ store: any ClockAdjustableStore, _ reasons: [String]) async throws -> [DeliveryID] {
        for (number, reason) in reasons.enumerated() {
            try await store.store(.fixture(number))
            let lease = try #require(try await store.leaseOne())
            _ = try await store.settle([Settlement(lease.token, .deadLetter(reason: reason))])
            try await store.advanceClock(by: .seconds(3600))
        }
        try await store.store(.fixture(reasons.count))
        let ids = try await store.ids()
        try #require(ids.count == reasons.count + 1)
        return ids
    }

    static let reasonQueries = Check("A text in a reason is looked for as it is, but for the case of ASCII letters") {
        store in
        let ids = try await fill(store, ["Timed out ß É", "100% of it", "a_b \\ 'c'"])
        let cases: [(text: String, found: [Int])] = [
            ("100%", [1]), ("%", [1]), ("_", [2]), ("\\", [2]), ("TIMED", [0]), ("0% of", [1]), ("ß", [0]), ("SS", []),
            ("'", [2]), ("\"", []), ("timed out", [0]), ("nothing", []), ("É", [0]), ("é", []),
        ]
        for (text, found) in cases {
            var query = DeliveryQuery()
            query.reasonContains = text
            let deliveries = try await store.deliveries(matching: query)
            #expect(deliveries.map(\.id) == found.map { ids[$0] }, "\(text)")
        }
    }

    static let timeQueries = Check("Times bound when an event was stored: from then on, and before then") { store in
        let ids = try await fill(store, ["a", "b", "c"])
        let second = try #require(try await store.deliveries(matching: DeliveryQuery()).first { $0.id == ids[1] })
        // Half an hour from anything, whatever the check itself takes.
        let half = 1800.0
        let cases: [(since: Date?, until: Date?, found: [Int])] = [
            (second.receivedAt - half, nil, [3, 2, 1]), (second.receivedAt + half, nil, [3, 2]),
            (second.receivedAt + half, second.receivedAt + 3 * half, [2]), (nil, second.receivedAt - half, [0]),
            (.distantFuture, nil, []), (nil, .distantPast, []), (.distantPast, .distantFuture, [3, 2, 1, 0]),
        ]
        for (since, until, found) in cases {
            var query = DeliveryQuery()
            query.since = since
            query.until = until
            #expect(try await store.deliveries(matching: query).map(\.id) == found.map { ids[$0] })
        }
    }

    static let pages = Check("Pages show every delivery once, newest first, up to the limit") { store in
        _ = try await store.enqueue((0..<25).map { .fixture($0) }, for: ["crm", "file"])
        let cases = [(100, 7, 25), (100, 25, 25), (100, 1, 25), (10, 3, 10), (0, 3, 0), (5, 0, 5), (Int.max, 100, 25)]
        let all = try await Array(store.ids().reversed())
        for (limit, size, count) in cases {
            var pages: [[DeliveryID]] = []
            try await store.forEachPage(of: DeliveryQuery(handler: "crm", limit: limit), size: size) { page in
                pages.append(page.map(\.id))
            }
            #expect(pages.flatMap { $0 } == Array(all.prefix(count)))
            #expect(pages.allSatisfy { !$0.isEmpty && $0.count <= max(size, 1) })
        }
    }

    static let queryChecks = [reasonQueries, timeQueries, pages]
}
#endif
