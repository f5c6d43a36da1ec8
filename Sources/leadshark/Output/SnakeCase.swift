#if Server
extension String {
    /// A Swift name as our JSON writes names: `nameNotResolved` becomes `name_not_resolved`, `signedJSONString`
    /// `signed_json_string`.
    var snakeCased: String {
        let characters = Array(self)
        var result = ""
        for (index, character) in characters.enumerated() {
            let endsWord = index > 0 && !characters[index - 1].isUppercase
            let endsAcronym = index > 0 && index + 1 < characters.count && characters[index + 1].isLowercase
            if character.isUppercase, endsWord || endsAcronym { result += "_" }
            result += character.lowercased()
        }
        return result
    }
}
#endif
