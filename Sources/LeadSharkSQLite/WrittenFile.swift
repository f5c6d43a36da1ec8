#if Server
import Glibc
import GRDB
import GRDBSQLite

/// One of the files that a store writes to.
enum WrittenFile {
    /// The write-ahead log, to which every transaction is written.
    case log
    /// The database, into which the log is brought.
    case database

    /// Whether a write to it failed because the user's quota on the disk is used up. For SQLite that is a write that failed; but,
    /// as with a full disk, nothing was written, and there may be room again.
    ///
    /// SQLite tells the system's error through the file (`SQLITE_FCNTL_LAST_ERRNO`); what `sqlite3_system_errno` gives has been
    /// overwritten by then.
    func isQuotaUsedUp(_ error: DatabaseError, _ db: Database) -> Bool {
        guard error.extendedResultCode == .SQLITE_IOERR_WRITE else { return false }
        var file: UnsafeMutablePointer<sqlite3_file>?
        let operation = self == .log ? SQLITE_FCNTL_JOURNAL_POINTER : SQLITE_FCNTL_FILE_POINTER
        guard sqlite3_file_control(db.sqliteConnection, "main", operation, &file) == SQLITE_OK,
            let file, let control = file.pointee.pMethods?.pointee.xFileControl
        else { return false }
        var systemError: CInt = 0
        return control(file, SQLITE_FCNTL_LAST_ERRNO, &systemError) == SQLITE_OK && systemError == EDQUOT
    }
}
#endif
