#if Server
extension DeliveryStore {
    /// For operators: goes through the deliveries that match, newest first, a page at a time, however many they are.
    ///
    /// What changes meanwhile may be seen or not; no delivery is seen twice.
    ///
    /// - Parameters:
    ///   - query: What to look for; its limit is that of all pages together.
    ///   - size: How many deliveries a page has at most.
    public func forEachPage(
        of query: DeliveryQuery, size: Int = 1000, _ body: ([DeliverySummary]) async throws -> Void
    ) async throws {
        var query = query
        var left = max(query.limit, 0)
        while left > 0 {
            query.limit = min(max(size, 1), left)
            let page = try await deliveries(matching: query)
            guard let last = page.last else { return }
            try await body(page)
            if page.count < query.limit { return }
            left -= page.count
            query.before = last.id
        }
    }
}
#endif
