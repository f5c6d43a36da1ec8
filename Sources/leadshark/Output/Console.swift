#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOConcurrencyHelpers

/// Where the command prints. Results go to standard output, everything else to standard error.
///
/// Text is made harmless by ``VisibleText`` on its way out, and so is machine output, by escapes of its own.
final class Console: Sendable {
    let output: @Sendable ([UInt8]) -> Int32
    let error: @Sendable ([UInt8]) -> Int32
    private let failure = NIOLockedValueBox<Int32>(0)

    /// - Parameters:
    ///   - output: Writes all of the bytes to standard output; returns 0 or what `errno` said.
    ///   - error: The same for standard error.
    init(
        output: @escaping @Sendable ([UInt8]) -> Int32, error: @escaping @Sendable ([UInt8]) -> Int32
    ) {
        self.output = output
        self.error = error
    }

    /// The process's own streams.
    static let standard = Console(
        output: { Descriptor.write($0, to: STDOUT_FILENO) }, error: { Descriptor.write($0, to: STDERR_FILENO) })

    /// What `errno` said when standard output could not be written; 0 while it can.
    var outputFailure: Int32 { failure.withLockedValue { $0 } }

    /// Prints text to standard output.
    func print(_ text: String) { write(Array((VisibleText.lines(text) + "\n").utf8)) }

    /// Prints machine output, which is harmless already, as it is.
    func printUnchanged(_ bytes: [UInt8]) { write(bytes) }

    /// Tells the person something that is not the result.
    func note(_ text: String) { _ = error(Array((VisibleText.lines(text) + "\n").utf8)) }

    /// Asks for something; the answer is written on the same line.
    func prompt(_ text: String) { _ = error(Array(VisibleText.lines(text).utf8)) }

    private func write(_ bytes: [UInt8]) {
        guard outputFailure == 0 else { return }
        let code = output(bytes)
        if code != 0 { failure.withLockedValue { $0 = code } }
    }
}
#endif
