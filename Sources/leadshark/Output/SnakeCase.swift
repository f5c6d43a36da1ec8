#if Server
extension String {
    /// A Swift name as our JSON writes names: `nameNotResolved` becomes `name_not_resolved`.
    var snakeCased: String {
        var result = ""
        for character in self {
            if character.isUppercase, !result.isEmpty { result += "_" }
            result += character.lowercased()
        }
        return result
    }
}
#endif
