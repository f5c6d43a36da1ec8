#if Server
/// Why a request got another answer than 200: the cause that stands in the log, and never in the answer.
enum Refusal: String, Sendable, CaseIterable {
    case malformedRequest
    case truncatedBody
    case headersTooLarge
    case missingHost
    case unknownTarget
    case methodNotAllowed
    case unknownExpectation
    case slowClient
    case bodyTooLarge
    case tooManyBodyParts
    case missingSignature
    case malformedSignature
    case conflictingSignatures
    case signatureMismatch
    case hmacUnavailable
    case bodyMemoryFull
    case queueFull
    case queueStopped
    case storeFailed
    case deadlinePassed

    var status: Answer.Status {
        switch self {
        case .malformedRequest, .truncatedBody, .missingHost: .badRequest
        case .headersTooLarge: .headerFieldsTooLarge
        case .unknownTarget: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .unknownExpectation: .expectationFailed
        case .slowClient: .requestTimeout
        case .bodyTooLarge, .tooManyBodyParts: .contentTooLarge
        case .missingSignature, .malformedSignature, .conflictingSignatures, .signatureMismatch: .unauthorized
        case .hmacUnavailable, .bodyMemoryFull, .queueFull, .queueStopped, .storeFailed, .deadlinePassed:
            .serviceUnavailable
        }
    }

    /// Whether it is our trouble rather than the sender's.
    var isOurs: Bool { status == .serviceUnavailable }
}
#endif
