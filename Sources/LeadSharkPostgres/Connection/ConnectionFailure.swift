#if Postgres
/// Why a statement got no answer, or a bad one.
enum ConnectionFailure: Error {
    /// There is no connection, and none could be made. The text is libpq's, without what could be secret.
    case unreachable(String)
    /// The connection broke.
    ///
    /// - Parameter isAmbiguous: Whether the statement was sent, so that it may have been carried out.
    case lost(isAmbiguous: Bool)
    /// The server refused the statement, which has done nothing.
    case refused(state: String)
}
#endif
