#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

extension StoreConformance {
    static let duplicates = Check("A known identity enqueues nothing, in the same batch and in a later one") { store in
        let first = try await store.enqueue([.fixture(1), .fixture(1), .fixture(2)], for: ["crm"])
        guard case .stored(let id) = first[0] else {
            Issue.record("the first event was not stored")
            return
        }
        #expect(first[1] == .duplicate(payloadDiffers: false))
        #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
        #expect(try await store.counts() == ["crm": [.ready: 2]])
        let record = try #require(try await store.record(of: id))
        #expect(record.duplicateCount == 2)
        #expect(record.otherPayloads.isEmpty)
        #expect(record.deliveries.count == 1)
    }

    static let duplicateOfCompleted = Check("A duplicate of a completed delivery is not delivered again") { store in
        try await store.store(.fixture(1))
        let lease = try #require(try await store.leaseOne())
        #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
        #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
        #expect(try await store.leaseOne() == nil)
        #expect(try await store.states() == [.completed])
    }

    static let variants = Check("Duplicates with other bytes are counted, and four of them kept once each") { store in
        let id = try #require(try await store.store(.fixture(1)).first)
        let others = (0..<6).map { NewEvent.fixture(1, name: "Name \($0)") }
        for event in others + others {
            #expect(try await store.enqueue([event], for: ["crm"]) == [.duplicate(payloadDiffers: true)])
        }
        let record = try #require(try await store.record(of: id))
        #expect(record.duplicateCount == 12)
        #expect(record.otherPayloads == others.prefix(4).map(\.verified.payload))
        #expect(record.event.payload == NewEvent.fixture(1).verified.payload)
        #expect(try await store.counts() == ["crm": [.ready: 1]])
    }

    static let largeVariant = Check("A variant that is too large is counted but not kept") { store in
        let id = try #require(try await store.store(.fixture(1)).first)
        // The same JSON with a megabyte of blanks behind it.
        let payload =
            NewEvent.fixture(1).verified.payload
            + [UInt8](repeating: UInt8(ascii: " "), count: VariantLimits.byteCount)
        let large = NewEvent.payload(String(decoding: payload, as: UTF8.self))
        #expect(try await store.enqueue([large], for: ["crm"]) == [.duplicate(payloadDiffers: true)])
        let record = try #require(try await store.record(of: id))
        #expect(record.duplicateCount == 1)
        #expect(record.otherPayloads.isEmpty)
    }

    static let twoWebhooks = Check("One happening at two webhooks is two events") { store in
        let mail = try #require(WebhookName("mail"))
        #expect(try await store.store(.fixture(1), .fixture(1, webhook: mail)).count == 2)
        let found = try await store.deliveries(matching: DeliveryQuery(webhook: mail))
        #expect(found.map(\.webhook) == [mail])
    }

    static let testEvent = Check("A test event is stored without deliveries") { store in
        let payload = String(decoding: Fixture.testEvent(id: "1"), as: UTF8.self)
        let id = try #require(try await store.store(.payload(payload)).first)
        let record = try #require(try await store.record(of: id))
        #expect(record.deliveries.isEmpty)
        #expect(record.event.type == .test)
        #expect(try await store.leaseOne() == nil)
    }

    static let oddPayloads = Check("Bytes that are no event come back as they went in") { store in
        let texts = [
            "", "not JSON", "\u{FEFF}{}", "nul \u{0} inside", #"{"event":"a\u0000b","data":{}}"#, "[1,2,3]",
        ]
        for text in texts {
            let event = NewEvent.payload(text)
            let id = try #require(try await store.store(event).first)
            let record = try #require(try await store.record(of: id))
            #expect(record.event.payload == Array(text.utf8))
            #expect(record.event.type == event.envelope.type)
            #expect(record.event.identity == event.envelope.identity)
            #expect(record.event.secret == .previous)
            let lease = try #require(try await store.leaseOne())
            #expect(lease.event.payload == Array(text.utf8))
            #expect(lease.event.type == event.envelope.type)
            if let type = event.envelope.type {
                #expect(try await store.deliveries(matching: DeliveryQuery(type: type)).count == 1)
            }
        }
    }

    static let putAside = Check(
        "An event that is put aside has dead letters from the start, which go round as any other"
    ) { store in
        let verified = Fixture.webhook(for: .newComment, number: 1, happeningID: "happening-1")
        let reason = "too old\u{0}" + String(repeating: "é", count: 1000)
        let event = NewEvent(
            webhook: .leadshark, verified: verified, eventHeader: nil, deadLetterReason: reason)
        let ids = try await store.store(event, .fixture(2), for: ["crm", "mail"])
        #expect(
            try await store.counts() == [
                "crm": [.deadLettered: 1, .ready: 1], "mail": [.deadLettered: 1, .ready: 1],
            ])
        let dead = try await store.deliveries(matching: DeliveryQuery(states: [.deadLettered]))
        #expect(dead.map(\.attempts) == [0, 0])
        let kept = try #require(dead.first?.reason)
        #expect(kept.hasPrefix("too old\u{FFFD}éé") && kept.utf8.count <= 500)
        #expect(try await store.lease("crm", limit: 5, for: .seconds(30)).map(\.event.id) == [ids[1]])
        #expect(try await store.enqueue([event], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
        #expect(Set(try await store.redeliver(dead.map(\.id))) == Set(dead.map(\.id)))
        let lease = try #require(try await store.leaseOne())
        #expect(lease.event.id == ids[0])
        #expect(lease.attempt == 1)
        #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
    }

    static let header = Check("A header that contradicts the body is kept with the event") { store in
        let ids = try await store.store(.fixture(1, header: "dm.sent"), .fixture(2))
        let records = try await [store.record(of: ids[0]), store.record(of: ids[1])]
        #expect(records.map { $0?.event.contradictingHeader } == ["dm.sent", nil])
    }

    static let noHandlers = Check("An event without handlers is stored and has no deliveries") { store in
        let id = try #require(try await store.store(.fixture(1), for: []).first)
        #expect(try await store.record(of: id)?.deliveries.isEmpty == true)
        #expect(try await store.enqueue([], for: ["crm"]).isEmpty)
    }

    static let enqueuingChecks: [Check] = [
        duplicates, duplicateOfCompleted, variants, largeVariant, twoWebhooks, testEvent, oddPayloads, putAside, header,
        noHandlers,
    ]
}
#endif
