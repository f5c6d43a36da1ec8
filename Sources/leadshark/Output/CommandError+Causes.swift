#if Server
import LeadSharkDelivery
import LeadSharkHandlers
#if Postgres
import LeadSharkPostgres
#endif
import LeadSharkReceiver
import LeadSharkSQLite

extension CommandError {
    /// The exit code and the sentence for an error of the parts that the command puts together; `nil` for any other.
    init?(cause error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as StoreOpeningError: self.init(Self.status(of: error.code), error.message)
        case let error as ReceiverError: self.init(Self.status(of: error.code), error.message)
        case let error as LineFileError: self.init(Self.status(of: error.code), error.message)
        case let error as StoreBackupError: self.init(Self.status(of: error.code), error.message)
        case let error as ForwardError: self.init(.configuration, error.message)
        case let error as DeliveryStoreError: self.init(Self.status(of: error.code), error.message)
        default:
            #if Postgres
            guard let error = error as? PostgresOpeningError else { return nil }
            self.init(Self.status(of: error.code), error.message)
            #else
            return nil
            #endif
        }
    }

    #if Postgres
    private static func status(of code: PostgresOpeningError.Code) -> ExitStatus {
        switch code {
        case .invalidURL, .unsuitableServer: .configuration
        case .notPermitted: .noPermission
        case .notFound: .noInput
        case .foreignSchema, .newerSchema, .olderSchema: .badData
        default: .unavailable
        }
    }
    #endif

    private static func status(of code: StoreOpeningError.Code) -> ExitStatus {
        switch code {
        case .invalidPath: .configuration
        case .missingDirectory, .isDirectory, .cannotCreate: .cannotCreate
        case .notPermitted: .noPermission
        case .notFound: .noInput
        case .notADatabase, .foreignDatabase, .corrupt, .newerSchema, .olderSchema: .badData
        case .inUse: .temporary
        case .diskFull: .ioError
        default: .unavailable
        }
    }

    private static func status(of code: StoreBackupError.Code) -> ExitStatus {
        switch code {
        case .exists, .cannotCreate: .cannotCreate
        case .notPermitted: .noPermission
        case .corrupt: .badData
        default: .ioError
        }
    }

    private static func status(of code: ReceiverError.Code) -> ExitStatus {
        switch code {
        case .noWebhook, .duplicateWebhook, .invalidLimit, .addressNotAvailable: .configuration
        case .addressInUse, .controlSocketInUse: .temporary
        case .permissionDenied: .noPermission
        case .controlSocketFailed: .cannotCreate
        default: .unavailable
        }
    }

    private static func status(of code: LineFileError.Code) -> ExitStatus {
        switch code {
        case .locked: .temporary
        case .foreign: .badData
        case .cannotWrite: .ioError
        default: .cannotCreate
        }
    }

    private static func status(of code: DeliveryStoreError.Code) -> ExitStatus {
        switch code {
        case .busy: .temporary
        case .corrupt: .badData
        case .diskFull, .inputOutput, .failed: .ioError
        case .readOnly: .noPermission
        default: .unavailable
        }
    }
}
#endif
