#if Server
import NIOConcurrencyHelpers

/// What went wrong after a listener was bound, carried out of a callback that cannot throw.
final class BindFailure: Sendable {
    private let box = NIOLockedValueBox<(any Error)?>(nil)

    func record(_ error: any Error) { box.withLockedValue { $0 = error } }

    var error: (any Error)? { box.withLockedValue { $0 } }
}
#endif
