#if Server
import NIOConcurrencyHelpers
import NIOCore

/// Which listeners are bound, and whether the receiver is on its way out.
final class ReceiverStatus: Sendable {
    private struct State {
        var missing: Set<ListenPlace>
        var addresses: ReceiverAddresses
        var isStopping = false
    }

    private let state: NIOLockedValueBox<State>
    private let onListening: @Sendable (ReceiverAddresses) async -> Void

    init(
        places: [ListenPlace], addresses: ReceiverAddresses,
        onListening: @escaping @Sendable (ReceiverAddresses) async -> Void
    ) {
        state = NIOLockedValueBox(State(missing: Set(places), addresses: addresses))
        self.onListening = onListening
    }

    /// A listener is bound. The last one reports for all.
    func bound(_ place: ListenPlace, at address: SocketAddress?) async {
        let ready: ReceiverAddresses? = state.withLockedValue { state in
            let wasMissing = state.missing.remove(place) != nil
            switch place {
            case .webhooks(let asked):
                state.addresses.webhooks = ListenAddress(host: asked.host, port: address?.port ?? asked.port)
            case .admin(let asked):
                state.addresses.admin = ListenAddress(host: asked.host, port: address?.port ?? asked.port)
            case .controlSocket:
                break
            }
            return wasMissing && state.missing.isEmpty ? state.addresses : nil
        }
        if let ready { await onListening(ready) }
    }

    /// A listener ends; without the one for webhooks the receiver is not ready any more.
    func stop(_ place: ListenPlace) {
        guard case .webhooks = place else { return }
        state.withLockedValue { $0.isStopping = true }
    }

    var isStopping: Bool { state.withLockedValue { $0.isStopping } }

    /// Whether every listener is bound.
    var isListening: Bool { state.withLockedValue { $0.missing.isEmpty } }
}
#endif
