#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeadSharkDelivery

/// What can be seen to fail before anything is made: so that a start that cannot succeed leaves nothing behind.
///
/// What passes here may still fail later, with a sentence of its own.
enum Preflight {
    /// Whether somebody else listens at an address, or this user may not.
    static func check(_ address: Sourced<HostPort>) throws(CommandError) {
        guard address.value.port != 0 else { return }
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        #if canImport(Glibc)
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.value.host, String(address.value.port), &hints, &list) == 0, let first = list
        else { throw address.refusal("the host \(address.value.host) does not resolve") }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) != 0 else { return }
        switch errno {
        case EADDRINUSE:
            throw CommandError(
                .temporary,
                "\(address.label): another program listens at \(address.value) already; stop it, or choose another port"
            )
        case EACCES, EPERM:
            throw CommandError(
                .noPermission,
                "\(address.label): this user may not listen at \(address.value); "
                    + "choose a port of 1024 or more, and let a reverse proxy pass on to it")
        case EADDRNOTAVAIL:
            throw address.refusal("\(address.value.host) is no address of this machine")
        default:
            return
        }
    }

    /// Whether a socket can take the place of what lies at its path.
    static func checkControlSocket(at path: String) throws(CommandError) {
        guard let status = FileStatus(path: path), !status.isSocket else { return }
        throw CommandError(
            .cannotCreate, "the control socket \(path) cannot be made: a file is in its place; move that away")
    }

    /// Whether a file can be appended to, or made.
    static func checkAppending(to file: Sourced<String>, at path: String) throws(CommandError) {
        if let status = FileStatus(path: path) {
            guard status.isRegularFile else {
                throw CommandError(.cannotCreate, "\(file.label): \(file.value) is not a regular file")
            }
            guard access(path, W_OK) == 0 else {
                throw CommandError(.noPermission, "\(file.label): \(file.value) cannot be written by this user")
            }
            return
        }
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard FileStatus(path: directory)?.isDirectory == true else {
            throw CommandError(.cannotCreate, "\(file.label): the directory of \(file.value) does not exist")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            throw CommandError(
                .noPermission, "\(file.label): the directory of \(file.value) cannot be written by this user")
        }
    }
}
#endif
