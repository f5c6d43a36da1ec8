#if Server
import LeadSharkDelivery
import LeadSharkReceiver
import LeadSharkSQLite

/// Whoever may change a store: the process that owns it, over its control socket, or else this one.
///
/// A database has no owner: whoever may write to it does.
struct StoreOwner {
    private let location: StoreLocation
    private let context: Context

    init(_ location: StoreLocation, _ context: Context) {
        self.location = location
        self.context = context
    }

    /// Who did it.
    enum Doer { case receiver, command, database }

    /// Sends those of the deliveries round again that are in one of `states` by then.
    ///
    /// - Returns: The deliveries that go round again, and who sent them.
    func redeliver(
        _ ids: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> (done: [DeliveryID], by: Doer) {
        try await change(
            ids, atOnce: ControlProtocol.maximumDeliveryCount,
            by: { try await $0.redeliver($1, from: states) },
            asking: { try await $0.redeliver($1, from: states) })
    }

    /// - Returns: The events that are deleted, and who deleted them.
    func delete(_ events: [EventID]) async throws -> (done: [EventID], by: Doer) {
        try await change(
            events, atOnce: DeliveryEngine.eventsPerDeletion, by: { try await $0.delete($1) },
            asking: { try await $0.delete($1) })
    }

    /// Does something to each of `items`.
    ///
    /// - Parameters:
    ///   - count: How many the store is given in one call.
    ///   - body: How the store does it, when nobody else owns it.
    ///   - request: How the owner is asked for it.
    private func change<Item>(
        _ items: [Item], atOnce count: Int, by body: (any DeliveryStore, [Item]) async throws -> [Item],
        asking request: (ControlClient, [Item]) async throws -> [Item]
    ) async throws -> (done: [Item], by: Doer) {
        do {
            let store: any DeliveryStore
            var doer = Doer.database
            if let path = location.filePath(in: context) {
                do {
                    store = try await SQLiteDeliveryStore.open(path: path)
                    doer = .command
                } catch let error as StoreOpeningError where error.code == .inUse {
                    return (try await ask(items, of: path, inUse: error, request), .receiver)
                }
            } else {
                store = try await location.openForReading(in: context)
            }
            do {
                var done: [Item] = []
                for part in Self.parts(of: items, count) { done += try await body(store, part) }
                try await store.close()
                return (done, doer)
            } catch {
                try? await store.close()
                throw error
            }
        } catch {
            throw CommandError(cause: error) ?? error
        }
    }

    private func ask<Item>(
        _ items: [Item], of path: String, inUse: StoreOpeningError,
        _ request: (ControlClient, [Item]) async throws -> [Item]
    ) async throws -> [Item] {
        guard let socket = ControlSocketPath.of(store: path) else {
            throw CommandError(
                .temporary, "\(inUse.message): its path is too long for a control socket, so that one cannot be asked")
        }
        return try await ControlClient.with(socket: socket) { client in
            var done: [Item] = []
            for part in Self.parts(of: items, ControlProtocol.maximumDeliveryCount) {
                done += try await request(client, part)
            }
            return done
        }
    }

    private static func parts<Item>(of items: [Item], _ count: Int) -> [[Item]] {
        stride(from: 0, to: items.count, by: count).map { Array(items[$0..<min($0 + count, items.count)]) }
    }
}
#endif
