#if Server
    import Hummingbird
    import NIOHTTPTypes
    import UnixSignals
#endif
