#if Server
import LeadSharkDelivery

/// Stands for the handler of the leads file where that is another process's: it gives the deliveries their name.
struct LeadsFileElsewhere: DeliveryHandler {
    // The name that `NDJSONFileHandler` has by default.
    let name: HandlerName = "leads-file"

    /// Never called: no worker runs here.
    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        .retry(after: nil, reason: "this process only receives")
    }
}
#endif
