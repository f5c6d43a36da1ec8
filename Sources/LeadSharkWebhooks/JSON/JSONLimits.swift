/// Bounds on what the JSON parser takes.
public struct JSONLimits: Sendable, Hashable {
    /// How deep arrays and objects may be nested.
    public var maximumDepth: Int
    /// How many bytes a text may have; 1 GiB at most, whatever is written here.
    public var maximumByteCount: Int
    /// How many bytes a text may have that is written, as by ``JSONValue/stringified``. One that was parsed grows to little
    /// more than five times its length at most: `1e20` is written with 21 digits.
    public var maximumOutputByteCount: Int

    /// Makes limits; without arguments, those that events are decoded with, and all that these let in can be written.
    public init(
        maximumDepth: Int = 512, maximumByteCount: Int = 16 << 20, maximumOutputByteCount: Int = 96 << 20
    ) {
        self.maximumDepth = maximumDepth
        self.maximumByteCount = maximumByteCount
        self.maximumOutputByteCount = maximumOutputByteCount
    }
}
