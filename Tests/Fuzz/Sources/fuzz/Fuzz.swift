#if canImport(Glibc)
import Glibc
#endif

// One program with a fuzzer for each part of the SDK that reads what strangers send:
//
//     fuzz TARGET [what libFuzzer takes: options, folders with inputs, or files to try again]
//
// Scripts/fuzz builds it with libFuzzer and the address sanitizer, and runs it.

/// What is tried with each input. A property that does not hold ends the program, and libFuzzer writes the input to a file.
typealias Properties = @Sendable ([UInt8]) -> Void

/// The fuzzers by their names. Each file in `Targets` is one of them.
let targets: [(name: String, properties: Properties)] = [
    ("parse", ParseTarget.check),
    ("stringify", StringifyTarget.check),
    ("signature", SignatureTarget.check),
    ("timestamp", TimestampTarget.check),
    ("event", EventTarget.check),
    ("envelope", EnvelopeTarget.check),
    ("verify", VerifyTarget.check),
    ("diagnosis", DiagnosisTarget.check),
    // Not a part of the SDK: shows that what is planted gets found.
    ("control", ControlTarget.check),
]

/// Set once, before libFuzzer starts, which calls from one thread.
nonisolated(unsafe) private var chosen: Properties = { _ in }

/// Tries one input: what libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The program's start: SwiftPM gives it this name.
@_cdecl("fuzz_main")
public func start(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    guard count > 1, let arguments, let word = arguments[1],
        let target = targets.first(where: { $0.name == String(cString: word) })
    else {
        let names = targets.map(\.name).joined(separator: ", ")
        say("usage: fuzz TARGET [OPTION, FOLDER or FILE…]\nThe targets are \(names).")
        return 64
    }
    chosen = target.properties
    // libFuzzer is not to see the target's name.
    arguments[1] = arguments[0]
    var rest: Arguments? = arguments + 1
    var restCount = count - 1
    return runDriver(&restCount, &rest, testOneInput)
}

private func say(_ text: String) {
    print(text)
    fflush(nil)
}

/// Ends the program unless a property holds.
func require(_ holds: Bool, _ property: StaticString) {
    guard !holds else { return }
    say("PROPERTY DOES NOT HOLD: \(property)")
    abort()
}

/// What a throwing call gave, to look at both outcomes.
func outcome<Value, Failure>(_ body: () throws(Failure) -> Value) -> Result<Value, Failure> {
    do throws(Failure) {
        return .success(try body())
    } catch {
        return .failure(error)
    }
}

extension Result {
    var value: Success? { try? get() }

    var error: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
