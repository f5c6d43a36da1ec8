#if Server
/// What queue and worker do with errors of others.
enum DeliveryError {
    /// A text for logs and reasons. Of an error that is not ours only the type's name: its description may hold anything.
    static func summary(of error: any Error) -> String {
        if let error = error as? DeliveryStoreError { return error.description }
        return "\(type(of: error))"
    }

    /// The error, if the store must not be used any more.
    static func end(of error: any Error) -> DeliveryStoreError? {
        guard let error = error as? DeliveryStoreError, error.code == .failed else { return nil }
        return error
    }

    /// Whether the rows of a batch may fare better one by one.
    static func mayConcernOneRow(_ error: any Error) -> Bool {
        guard let error = error as? DeliveryStoreError else { return true }
        return error.code == .rowRefused
    }
}
#endif
