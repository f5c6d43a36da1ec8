#if Server
import GRDB
import LeadSharkDelivery

/// What SQLite's errors mean to those who use the store.
enum SQLiteErrors {
    /// Whether nobody knows after this error what is on the disk.
    static func isFatal(_ error: DatabaseError) -> Bool {
        // The -shm file, which holds nothing that has to be kept, did not fit on a full disk.
        error.resultCode == .SQLITE_IOERR && error.extendedResultCode != .SQLITE_IOERR_SHMSIZE
    }

    /// What is told while the user's quota on the disk is used up.
    static let quotaUsedUp = DeliveryStoreError(
        .diskFull, message: "the disk is full: this user's quota is used up, so SQLite could not write the store")

    /// What is told from then on.
    static func failure(_ error: DatabaseError) -> DeliveryStoreError {
        DeliveryStoreError(
            .failed,
            message: "the store's disk failed: SQLite reports an input/output error "
                + "(\(error.extendedResultCode.rawValue)); start again, which reads what the disk has kept, "
                + "and look into the disk's health")
    }

    /// Whether something did not fit on the disk.
    static func isDiskFull<Success>(_ result: Result<Success, any Error>) -> Bool {
        guard case .failure(let error as DeliveryStoreError) = result else { return false }
        return error.code == .diskFull
    }

    static func storeError(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return storeError(error)
    }

    static func storeError(_ error: DatabaseError) -> DeliveryStoreError {
        let number = error.extendedResultCode.rawValue
        switch error.resultCode {
        case .SQLITE_FULL:
            return DeliveryStoreError(.diskFull, message: "the disk is full: SQLite could not write the store")
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            return DeliveryStoreError(.diskFull, message: "the disk is full: SQLite could not enlarge the -shm file")
        case .SQLITE_IOERR:
            return DeliveryStoreError(
                .inputOutput, message: "the disk failed: SQLite reports an input/output error (\(number))")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return DeliveryStoreError(.busy, message: "another program keeps the store locked (\(number))")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return DeliveryStoreError(.corrupt, message: "the store's file is damaged (\(number))")
        case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH:
            return DeliveryStoreError(.rowRefused, message: "SQLite refused a row (\(number))")
        case .SQLITE_READONLY:
            return DeliveryStoreError(.readOnly, message: "the store's file cannot be written (\(number))")
        default:
            return DeliveryStoreError(.unavailable, message: "SQLite reports error \(number)")
        }
    }

    static func openingError(_ error: any Error, path: String) -> StoreOpeningError {
        if let error = error as? StoreOpeningError { return error }
        guard let error = error as? DatabaseError else {
            return StoreOpeningError(
                .unavailable, message: "the store \(path) cannot be opened: \(type(of: error))")
        }
        let number = error.extendedResultCode.rawValue
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return StoreFile.notADatabase(path)
        case .SQLITE_CORRUPT:
            return StoreFile.corrupt(path)
        case .SQLITE_FULL:
            return StoreOpeningError(
                .diskFull, message: "there is no space left for the store \(path); free some and start again")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StoreOpeningError(
                .inUse, message: "another program keeps the store \(path) locked; end it and start again")
        case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK:
            return StoreOpeningError(
                .olderSchema,
                message: "the store \(path) was not finished when it was made; start the receiver once to finish it")
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY:
            return StoreFile.notPermitted(path)
        default:
            return StoreOpeningError(
                .unavailable, message: "the store \(path) cannot be opened: SQLite reports error \(number)")
        }
    }
}
#endif
