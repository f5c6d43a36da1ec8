#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `read`, under a name that the function below does not hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

/// Reads a line from the terminal that does not appear on it.
///
/// Signals by key are off meanwhile and handled here, so that no way out leaves a terminal that does not echo.
enum HiddenLine {
    static func read(limit: Int) -> [UInt8]? {
        var saved = termios()
        guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
        var hidden = saved
        hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { return nil }
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved) }
        var line = Editor(limit: limit)
        while true {
            var byte: UInt8 = 0
            let count = systemRead(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            switch line.take(count == 1 ? byte : nil) {
            case .more: continue
            case .done(let bytes): return bytes
            case .cancelled: return nil
            }
        }
    }

    /// What keys do to the line. Apart from the terminal, so that it can be tested.
    struct Editor {
        enum Step: Equatable {
            case more
            case done([UInt8])
            case cancelled
        }

        private var bytes: [UInt8] = []
        private let limit: Int

        init(limit: Int) { self.limit = limit }

        /// - Parameter byte: What was read; `nil` at the end of the input.
        mutating func take(_ byte: UInt8?) -> Step {
            switch byte {
            case nil, 0x04: return bytes.isEmpty ? .cancelled : .done(bytes)  // end of input, Ctrl-D
            case 0x03, 0x1a, 0x1c: return .cancelled  // Ctrl-C, Ctrl-Z, Ctrl-backslash
            case 0x0a, 0x0d: return .done(bytes)
            case 0x15: bytes.removeAll()  // Ctrl-U
            case 0x7f, 0x08:  // erases a whole character of UTF-8
                while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
            case let byte?:
                guard bytes.count <= limit else { return .done(bytes) }
                bytes.append(byte)
            }
            return .more
        }
    }
}
#endif
