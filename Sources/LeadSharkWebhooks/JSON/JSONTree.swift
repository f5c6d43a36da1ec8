/// Builds the tree of values that stands in a document, without recursion.
enum JSONTree {
    static func value(of document: borrowing JSONDocument, at index: Int) -> JSONValue {
        var builders: [Builder] = []
        var position = index
        let end = Int(document.nodes[index].next)
        var finished: JSONValue?
        while true {
            if let value = finished {
                guard var builder = builders.popLast() else { return value }
                builder.append(value)
                builders.append(builder)
                finished = nil
            }
            if let builder = builders.last, position == builder.end {
                finished = builder.value
                builders.removeLast()
                if builders.isEmpty { return builder.value }
                continue
            }
            precondition(position < end, "a document's nodes are nested")
            if builders.last?.wantsName == true {
                builders[builders.count - 1].name = JSONString(node: position, in: document)
                position += 1
                continue
            }
            let node = document.nodes[position]
            switch node.kind {
            case .array, .object:
                builders.append(Builder(isObject: node.kind == .object, end: Int(node.next)))
            case .null: finished = .null
            case .true: finished = .bool(true)
            case .false: finished = .bool(false)
            case .number:
                finished = .number(
                    JSONNumber(
                        unchecked: String(decoding: document.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)))
            case .string: finished = .string(JSONString(node: position, in: document))
            }
            position += 1
        }
    }

    /// An array or object that is not complete yet.
    private struct Builder {
        let isObject: Bool
        let end: Int
        var name: JSONString?
        var elements: [JSONValue] = []
        var members: [JSONObject.Member] = []

        init(isObject: Bool, end: Int) {
            self.isObject = isObject
            self.end = end
        }

        var wantsName: Bool { isObject && name == nil }

        var value: JSONValue {
            isObject ? .object(JSONObject(members: members)) : .array(elements)
        }

        mutating func append(_ value: JSONValue) {
            if let name {
                members.append(JSONObject.Member(name: name, value: value))
                self.name = nil
            } else {
                elements.append(value)
            }
        }
    }
}

extension JSONString {
    fileprivate init(node index: Int, in document: borrowing JSONDocument) {
        let node = document.nodes[index]
        let text = document.bytes[Int(node.start)..<Int(node.end)]
        self.init(wtf8: node.isEscaped ? JSONUnescaping.bytes(of: text) : Array(text))
    }
}
