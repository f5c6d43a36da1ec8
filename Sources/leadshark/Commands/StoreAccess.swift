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
    /// - Parameters:
    ///   - options: How a store in a file is used.
    ///   - mayBeAway: Whether a database that cannot be reached now is to be opened later.
    func openForWork(
        in context: Context, options: SQLiteDeliveryStore.Options, mayBeAway: Bool = false, logger: Logger
    ) async throws -> any DeliveryStore {
        switch self {
        case .sqlite(let path):
            try await SQLiteDeliveryStore.open(path: context.path(path), options: options, logger: logger)
        #if Postgres
        case .postgres(let url) where mayBeAway:
            try await DeferredDeliveryStore.open(
                .init(
                    open: { try await PostgresDeliveryStore.open(.init(url: url), logger: logger) },
                    mayComeLater: Self.mayPass, text: { CommandError(cause: $0)?.message ?? "\(type(of: $0))" }),
                logger: logger)
        case .postgres(let url): try await PostgresDeliveryStore.open(.init(url: url), logger: logger)
        #endif
        }
    }

    #if Postgres
    /// Whether a database may be there later that could not be opened for this reason.
    private static func mayPass(_ error: any Error) -> Bool {
        guard let error = error as? PostgresOpeningError else { return false }
        return [.unreachable, .readOnly, .unavailable].contains(error.code)
    }
    #endif

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
