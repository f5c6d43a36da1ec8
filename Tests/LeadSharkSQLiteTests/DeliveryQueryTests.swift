#if Server
import Foundation
import LeadSharkDelivery
import Testing

/// What operators look for, against both stores.
@Suite struct DeliveryQueryTests {
    /// Three dead letters with these reasons, and one delivery without any.
    private func fill(_ store: any ClockAdjustableStore, _ reasons: [String]) async throws {
        for (number, reason) in reasons.enumerated() {
            try await store.store(.fixture(number))
            let lease = try #require(try await store.leaseOne())
            _ = try await store.settle([Settlement(lease.token, .deadLetter(reason: reason))])
            try await store.advanceClock(by: .seconds(3600))
        }
        try await store.store(.fixture(reasons.count))
    }

    @Test(
        "A text is looked for as it is, but for the case of ASCII letters",
        arguments: StoreKind.allCases,
        [
            ("100%", [1]), ("%", [1]), ("_", [2]), ("\\", [2]), ("TIMED", [0]), ("0% of", [1]), ("ß", [0]), ("SS", []),
            ("'", [2]), ("\"", []), ("timed out", [0]), ("nothing", []), ("É", [0]), ("é", []),
        ] as [(String, [Int])])
    func reasons(_ kind: StoreKind, _ sought: (text: String, found: [Int])) async throws {
        try await kind.withStore { store in
            try await fill(store, ["Timed out ß É", "100% of it", "a_b \\ 'c'"])
            var query = DeliveryQuery()
            query.reasonContains = sought.text
            let found = try await store.deliveries(matching: query)
            #expect(found.map { Int($0.id.rawValue) - 1 } == sought.found)
        }
    }

    @Test("Times bound when an event was stored: from then on, and before then", arguments: StoreKind.allCases)
    func times(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await fill(store, ["a", "b", "c"])
            let all = try await store.deliveries(matching: DeliveryQuery())
            #expect(all.map(\.id.rawValue) == [4, 3, 2, 1])
            let second = try #require(all.first { $0.id.rawValue == 2 }).receivedAt
            var query = DeliveryQuery()
            query.since = second.addingTimeInterval(-1800)
            #expect(try await store.deliveries(matching: query).map(\.id.rawValue) == [4, 3, 2])
            query.since = second.addingTimeInterval(1800)
            #expect(try await store.deliveries(matching: query).map(\.id.rawValue) == [4, 3])
            query.until = query.since?.addingTimeInterval(3600)
            #expect(try await store.deliveries(matching: query).map(\.id.rawValue) == [3])
            query.since = .distantFuture
            #expect(try await store.deliveries(matching: query).isEmpty)
            query.since = .distantPast
            query.until = nil
            #expect(try await store.deliveries(matching: query).count == 4)
        }
    }

    @Test("Pages show every delivery once, newest first, up to the limit", arguments: StoreKind.allCases)
    func pages(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            _ = try await store.enqueue((0..<25).map { .fixture($0) }, for: ["crm", "file"])
            for (limit, size, expected) in [
                (100, 7, 25), (100, 25, 25), (100, 1, 25), (10, 3, 10), (0, 3, 0), (5, 0, 5), (Int.max, 100, 25),
            ] {
                var pages: [[Int64]] = []
                try await store.forEachPage(of: DeliveryQuery(handler: "crm", limit: limit), size: size) { page in
                    pages.append(page.map(\.id.rawValue))
                }
                let ids = pages.flatMap { $0 }
                #expect(ids == Array(ids.sorted().reversed()) && Set(ids).count == expected)
                #expect(pages.allSatisfy { !$0.isEmpty && $0.count <= max(size, 1) })
            }
        }
    }
}
#endif
