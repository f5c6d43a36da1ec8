#if Server
import NIOConcurrencyHelpers

/// Carries a value out of a closure.
final class SendableBox<Value: Sendable>: Sendable {
    private let box = NIOLockedValueBox<Value?>(nil)
    var value: Value? { box.withLockedValue { $0 } }
    func set(_ value: Value) { box.withLockedValue { $0 = value } }
}
#endif
