#if Server
import LeadSharkDelivery
#if Postgres
import LeadSharkPostgres
#endif
import LeadSharkSQLite
import Logging

extension StoreLocation {
    /// Opens the store as a receiver or a worker does, and makes it if there is none.
    ///
    /// - Parameter options: How a store in a file is used.
    func openForWork(
        in context: Context, options: SQLiteDeliveryStore.Options, logger: Logger
    ) async throws -> any DeliveryStore {
        switch self {
        case .sqlite(let path):
            try await SQLiteDeliveryStore.open(path: context.path(path), options: options, logger: logger)
        #if Postgres
        case .postgres(let url): try await PostgresDeliveryStore.open(.init(url: url), logger: logger)
        #endif
        }
    }

    /// Opens a store that is there, for questions.
    func openForReading(in context: Context) async throws -> any DeliveryStore {
        switch self {
        case .sqlite(let path): try await SQLiteDeliveryStore.openReadOnly(path: context.path(path))
        #if Postgres
        case .postgres(let url):
            try await PostgresDeliveryStore.openExisting(
                .init(url: url), logger: context.console.logger(level: .warning))
        #endif
        }
    }

    /// The path of the store's file, as other programs have to be told; `nil` for a database.
    func filePath(in context: Context) -> String? {
        if case .sqlite(let path) = self { return context.path(path) }
        return nil
    }
}
#endif
