#if Server
import LeadSharkWebhooks
import Logging

/// A file to which whole lines are appended durably, all of a batch or none.
actor LineFile {
    private let path: String
    private let opening: [UInt8]
    private let calls: FileCalls
    private let logger: Logger
    private let executor = BlockingExecutor(label: "leadshark.line-file")

    private var file: OpenFile?
    /// Where a batch that failed began, until what was written of it is cut off.
    private var unfinishedFrom: Int64?
    /// Whether the file was made and its folder not yet synced.
    private var folderIsUnsynchronized = false

    /// The longest unfinished line that is looked for at the file's end, in bytes. A line of ours is far shorter.
    static let maximumUnfinishedLength: Int64 = 16 << 20
    /// How often opening begins anew when the path is renamed under it.
    static let maximumOpenTries = 8

    /// Prepares for a file in which each line begins with `opening`.
    init(path: String, opening: String, calls: FileCalls = .system, logger: Logger) {
        self.path = path
        self.opening = Array(opening.utf8)
        self.calls = calls
        self.logger = logger
    }

    /// The thread that may block.
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the file, or makes it, and repairs its end.
    func open() throws(LineFileError) { _ = try current() }

    /// Closes the file and gives up its lock.
    func close() {
        if let file { try? cutUnfinished(of: file) }
        unfinishedFrom = nil
        file = nil
    }

    /// Appends whole lines. On return they are on disk; when this throws, none of them is in the file.
    func append(_ lines: [UInt8]) throws(LineFileError) {
        let file = try current()
        do {
            let start = try file.length()
            unfinishedFrom = start
            try write(lines, to: file)
            try calls.synchronize(file.descriptor)
            unfinishedFrom = nil
        } catch {
            do { try cutUnfinished(of: file) } catch {
                logger.error(
                    "What was written of a failed batch cannot be cut off yet", metadata: ["cause": "\(error)"])
            }
            throw LineFileError(.cannotWrite, message: "\(path) cannot be written: \(error)")
        }
    }

    /// The file that is at the path now.
    private func current() throws(LineFileError) -> OpenFile {
        do {
            if let file {
                // Also when it was moved away meanwhile: what is half written is cut off where it is.
                try cutUnfinished(of: file)
                if try file.isAt(path) {
                    try synchronizeFolderIfNeeded()
                    return file
                }
                logger.info("The leads file was moved away; a new one begins")
            }
            self.file = nil
            let opened = try openFile()
            self.file = opened
            return opened
        } catch let error as LineFileError {
            throw error
        } catch let error as SystemError {
            throw LineFileError(.cannotOpen, message: "\(path) cannot be opened: \(error)")
        } catch {
            throw LineFileError(.cannotOpen, message: "\(path) cannot be opened")
        }
    }

    private func openFile() throws -> OpenFile {
        for _ in 0..<Self.maximumOpenTries {
            guard let file = try OpenFile(path: path) else { continue }
            if file.isNew { folderIsUnsynchronized = true }
            guard try file.isRegular() else {
                throw LineFileError(.notAFile, message: "\(path) is not a regular file")
            }
            guard try file.lock() else {
                throw LineFileError(.locked, message: "\(path) is written by another process; one alone may do so")
            }
            guard try file.isAt(path) else { continue }
            try repairEnd(of: file)
            do {
                // Also for a file that was there: who made it may have died before this.
                try OpenFile.synchronizeFolder(of: path, by: calls)
                folderIsUnsynchronized = false
            } catch {
                if folderIsUnsynchronized { throw error }
            }
            return file
        }
        throw LineFileError(.cannotOpen, message: "\(path) is replaced again and again")
    }

    private func synchronizeFolderIfNeeded() throws(SystemError) {
        guard folderIsUnsynchronized else { return }
        try OpenFile.synchronizeFolder(of: path, by: calls)
        folderIsUnsynchronized = false
    }

    private func write(_ bytes: [UInt8], to file: OpenFile) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // Untyped in the standard library: the error comes out of the closure as a result.
            let result = bytes.withUnsafeBytes { buffer in
                Result { () throws(SystemError) in
                    try calls.write(file.descriptor, UnsafeRawBufferPointer(rebasing: buffer[done...]))
                }
            }
            let count = try result.get()
            guard count > 0 else { throw SystemError.noSpace }
            done += count
        }
    }

    private func cutUnfinished(of file: OpenFile) throws(SystemError) {
        guard let start = unfinishedFrom else { return }
        // Never longer: somebody may have emptied the file since.
        if try file.length() > start { try calls.truncate(file.descriptor, start) }
        unfinishedFrom = nil
    }

    private func repairEnd(of file: OpenFile) throws {
        let length = try file.length()
        guard let start = try startOfUnfinishedLine(in: file, length: length) else { return }
        let unfinished = try file.read(from: start, to: length)
        // After the loss of power a file may end in zeros where data never got to the disk.
        let text = unfinished.drop { $0 == 0 }
        guard text.starts(with: opening) || opening.starts(with: text) else { throw foreign }
        if text.count == unfinished.count, (try? JSONValue(parsing: unfinished)) != nil {
            try write([UInt8(ascii: "\n")], to: file)
            logger.notice("The last line of the leads file lacked its line break and got it")
        } else {
            try calls.truncate(file.descriptor, start)
            logger.notice(
                "An unfinished last line of the leads file was cut off; its event is delivered again",
                metadata: ["bytes": "\(unfinished.count)"])
        }
        try calls.synchronize(file.descriptor)
    }

    /// Where the line begins that the file ends in; `nil` when its last byte is a line break, or there is none.
    private func startOfUnfinishedLine(in file: OpenFile, length: Int64) throws -> Int64? {
        var end = length
        while end > 0 {
            guard length - end < Self.maximumUnfinishedLength else { throw foreign }
            let start = max(0, end - 65_536)
            let bytes = try file.read(from: start, to: end)
            if let index = bytes.lastIndex(of: UInt8(ascii: "\n")) {
                let next = start + Int64(index) + 1
                return next == length ? nil : next
            }
            end = start
        }
        return length == 0 ? nil : 0
    }

    private var foreign: LineFileError {
        LineFileError(
            .foreign,
            message:
                "\(path) ends in an unfinished line that is not ours; add a line break to keep it, or name another file"
        )
    }
}
#endif
