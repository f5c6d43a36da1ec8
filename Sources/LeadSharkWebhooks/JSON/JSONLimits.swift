/// Bounds on what the JSON parser takes.
public struct JSONLimits: Sendable, Hashable {
    /// How deep arrays and objects may be nested.
    public var maximumDepth: Int
    /// How many bytes a text may have; 1 GiB at most, whatever is written here.
    public var maximumByteCount: Int

    /// Makes limits; without arguments, those that events are decoded with.
    public init(maximumDepth: Int = 512, maximumByteCount: Int = 16 << 20) {
        self.maximumDepth = maximumDepth
        self.maximumByteCount = maximumByteCount
    }
}
