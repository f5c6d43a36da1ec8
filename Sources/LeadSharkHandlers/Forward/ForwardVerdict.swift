#if Server
/// What the status of a destination's answer means for a delivery.
enum ForwardVerdict: Hashable, Sendable {
    /// It has the event.
    case accepted
    /// It has passing trouble: soon again.
    case retry
    /// Somebody has to mend the set-up: seldom again, and loudly.
    case retryLater(remedy: String)
    /// It has read this very event and will never take it.
    case refused

    init(status: UInt) {
        switch status {
        case 200..<300: self = .accepted
        case 400, 413, 422: self = .refused
        case 408, 409, 423, 425, 429, 500..<600: self = .retry
        case 300..<400: self = .retryLater(remedy: "redirects are not followed: name the final URL")
        case 401, 403: self = .retryLater(remedy: "check the token that is sent")
        case 404, 410: self = .retryLater(remedy: "check the URL's path")
        case 405: self = .retryLater(remedy: "the path does not take POST: check the URL")
        default: self = .retryLater(remedy: "check the destination's set-up")
        }
    }
}
#endif
