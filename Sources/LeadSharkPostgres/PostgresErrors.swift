#if Postgres
import LeadSharkDelivery

/// What the server's error codes mean to those who use the store. No text of the server's goes on: it may hold what is in a row.
enum PostgresErrors {
    /// Whether the same statement may do when it is tried again at once: it lost against another, and has done nothing.
    static func isTransient(_ state: String) -> Bool { state == "40001" || state == "40P01" }

    /// Whether it is the server's trouble rather than the statement's: it ends, starts, or has become a standby. On another
    /// connection, to another host perhaps, the statement may do.
    static func isOfServer(_ state: String) -> Bool {
        state.hasPrefix("08") || state.hasPrefix("57P") || state == "25006"
    }

    static func storeError(_ failure: ConnectionFailure) -> DeliveryStoreError {
        switch failure {
        case .unreachable(let text):
            DeliveryStoreError(.unavailable, message: "PostgreSQL cannot be reached: \(text)")
        case .lost:
            DeliveryStoreError(
                .unavailable, message: "the connection to PostgreSQL broke, or the server did not answer in time")
        case .refused(let state): storeError(state)
        }
    }

    static func storeError(_ state: String) -> DeliveryStoreError {
        switch state {
        case "53100":
            return DeliveryStoreError(.diskFull, message: "PostgreSQL has no space left on its disk (\(state))")
        case "58030", "58P01", "58P02":
            return DeliveryStoreError(.inputOutput, message: "PostgreSQL reports an input/output error (\(state))")
        case "25006":
            return DeliveryStoreError(.readOnly, message: "the PostgreSQL server can only be read (\(state))")
        case "42501":
            return DeliveryStoreError(
                .readOnly, message: "PostgreSQL does not let this user write the store (\(state))")
        case "40001", "40P01", "55P03", "57014":
            return DeliveryStoreError(
                .busy, message: "another user of the database was in the way for too long (\(state))")
        case "53300", "53200", "53400":
            return DeliveryStoreError(.busy, message: "PostgreSQL has no connection or memory left (\(state))")
        case "26000", "42P05":
            return DeliveryStoreError(
                .unavailable,
                message:
                    "a statement that was prepared is not there, or another's (\(state)): with a pooler in transaction mode say pooler=transaction in the URL"
            )
        default: break
        }
        return switch state.prefix(2) {
        case "22", "23", "54": DeliveryStoreError(.rowRefused, message: "PostgreSQL refused a row (\(state))")
        case "XX": DeliveryStoreError(.corrupt, message: "PostgreSQL reports damage (\(state))")
        case "42", "3F":
            DeliveryStoreError(
                .unavailable, message: "the store's tables are not as this program made them (\(state))")
        default: DeliveryStoreError(.unavailable, message: "PostgreSQL reports error \(state)")
        }
    }
}
#endif
