#if Server
import Metrics

/// The metrics of queue, worker and spool, by the names under which they are reported.
///
/// | name | kind | what it counts |
/// |---|---|---|
/// | `leadshark_events_stored_total` | counter | events that are on disk |
/// | `leadshark_events_duplicate_total` | counter | webhooks whose identity was known |
/// | `leadshark_events_duplicate_differing_total` | counter | those among them with other bytes than the event |
/// | `leadshark_event_header_contradictions_total` | counter | stored events whose header named another type than the body |
/// | `leadshark_events_unreadable_total` | counter | stored events that are not JSON, or have no type |
/// | `leadshark_events_put_aside_total` | counter | stored events whose deliveries were dead letters from the start |
/// | `leadshark_events_refused_total{reason}` | counter | events that were not stored: `full`, `stopped`, `storeFailed` |
/// | `leadshark_queue_waiting_events` | gauge | events that wait for their commit |
/// | `leadshark_queue_commit_events` | recorder | events in one commit |
/// | `leadshark_deliveries_completed_total{handler}` | counter | deliveries that are done |
/// | `leadshark_deliveries_retried_total{handler}` | counter | attempts after which another was due |
/// | `leadshark_deliveries_left_lane_total{handler}` | counter | those among them that held up their lane for too long |
/// | `leadshark_deliveries_dead_lettered_total{handler}` | counter | deliveries that went to the dead letters |
/// | `leadshark_deliveries_unreadable_total{handler}` | counter | those among them whose payload is no event |
/// | `leadshark_deliveries_overdue_total{handler}` | counter | attempts that went past their deadline |
/// | `leadshark_deliveries_crashed_total{handler}` | counter | dead letters because the process ended too often during their attempts |
/// | `leadshark_leases_lost_total` | counter | leases that another holder or an operator took away |
/// | `leadshark_leases_reclaimed_total` | counter | leases that ran out |
/// | `leadshark_events_pruned_total` | counter | events that were deleted because they were done for long enough |
/// | `leadshark_identities_pruned_total` | counter | identities that were forgotten |
/// | `leadshark_store_errors_total{part}` | counter | failed calls of the store: `enqueue`, `lease`, `settle`, `renew`, `prune`, `dissolve`, `move`; of the spool: `spool` |
/// | `leadshark_spool_events_total` | counter | events that went to the spool, since the store did not take them |
/// | `leadshark_spool_moved_total` | counter | events that came from the spool to the store |
/// | `leadshark_spool_set_aside_total` | counter | events of the spool that the store refuses |
/// | `leadshark_spool_waiting_events` | gauge | events that are in the spool |
/// | `leadshark_spool_spooling` | gauge | 1 while the store does not take events, else 0 |
package enum DeliveryMetrics {
    /// What the queue reports.
    struct Queue: Sendable {
        let stored = Counter(label: "leadshark_events_stored_total")
        let duplicates = Counter(label: "leadshark_events_duplicate_total")
        let differingDuplicates = Counter(label: "leadshark_events_duplicate_differing_total")
        let contradictions = Counter(label: "leadshark_event_header_contradictions_total")
        let unreadable = Counter(label: "leadshark_events_unreadable_total")
        let putAside = Counter(label: "leadshark_events_put_aside_total")
        let refusedFull = Queue.refused("full")
        let refusedStopped = Queue.refused("stopped")
        let refusedStoreFailed = Queue.refused("storeFailed")
        let waiting = Gauge(label: "leadshark_queue_waiting_events")
        let commitSize = Recorder(label: "leadshark_queue_commit_events")
        let storeErrors = DeliveryMetrics.storeErrors("enqueue")

        private static func refused(_ reason: String) -> Counter {
            Counter(label: "leadshark_events_refused_total", dimensions: [("reason", reason)])
        }
    }

    /// What the worker reports of one handler.
    struct Handler: Sendable {
        let completed: Counter
        let retried: Counter
        let leftLane: Counter
        let deadLettered: Counter
        let unreadable: Counter
        let overdue: Counter
        let crashed: Counter

        init(_ name: HandlerName) {
            let dimensions = [("handler", name.text)]
            completed = Counter(label: "leadshark_deliveries_completed_total", dimensions: dimensions)
            retried = Counter(label: "leadshark_deliveries_retried_total", dimensions: dimensions)
            leftLane = Counter(label: "leadshark_deliveries_left_lane_total", dimensions: dimensions)
            deadLettered = Counter(label: "leadshark_deliveries_dead_lettered_total", dimensions: dimensions)
            unreadable = Counter(label: "leadshark_deliveries_unreadable_total", dimensions: dimensions)
            overdue = Counter(label: "leadshark_deliveries_overdue_total", dimensions: dimensions)
            crashed = Counter(label: "leadshark_deliveries_crashed_total", dimensions: dimensions)
        }
    }

    /// What the worker reports as a whole.
    struct Worker: Sendable {
        let leasesLost = Counter(label: "leadshark_leases_lost_total")
        let leasesReclaimed = Counter(label: "leadshark_leases_reclaimed_total")
        let eventsPruned = Counter(label: "leadshark_events_pruned_total")
        let identitiesPruned = Counter(label: "leadshark_identities_pruned_total")
        let dissolveErrors = DeliveryMetrics.storeErrors("dissolve")
        let pruneErrors = DeliveryMetrics.storeErrors("prune")
        let leaseErrors = DeliveryMetrics.storeErrors("lease")
        let settleErrors = DeliveryMetrics.storeErrors("settle")
        let renewErrors = DeliveryMetrics.storeErrors("renew")
    }

    /// What a store with a spool reports.
    struct Spool: Sendable {
        let spooled = Counter(label: "leadshark_spool_events_total")
        let moved = Counter(label: "leadshark_spool_moved_total")
        let setAside = Counter(label: "leadshark_spool_set_aside_total")
        let waiting = Gauge(label: "leadshark_spool_waiting_events")
        let spooling = Gauge(label: "leadshark_spool_spooling")
        let putErrors = DeliveryMetrics.storeErrors("spool")
        let moveErrors = DeliveryMetrics.storeErrors("move")
    }

    private static func storeErrors(_ part: String) -> Counter {
        Counter(label: "leadshark_store_errors_total", dimensions: [("part", part)])
    }
}
#endif
