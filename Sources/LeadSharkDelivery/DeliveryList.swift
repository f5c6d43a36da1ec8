#if Server
/// Deliveries in the order of their numbers, quick at both ends.
struct DeliveryList: Sendable {
    private var ids: [DeliveryID] = []
    private var start = 0

    var isEmpty: Bool { start == ids.count }

    /// The oldest.
    var first: DeliveryID? { isEmpty ? nil : ids[start] }

    func prefix(_ count: Int) -> [DeliveryID] { Array(ids[start...].prefix(count)) }

    mutating func insert(_ id: DeliveryID) {
        guard let last = ids.last, start < ids.count, last > id else { return ids.append(id) }
        ids.insert(id, at: place(of: id))
    }

    mutating func remove(_ id: DeliveryID) {
        let place = place(of: id)
        guard place < ids.count, ids[place] == id else { return }
        if place == start {
            start += 1
            if start > 1024, start * 2 > ids.count {
                ids.removeFirst(start)
                start = 0
            }
        } else {
            ids.remove(at: place)
        }
    }

    private func place(of id: DeliveryID) -> Int {
        var low = start
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
#endif
