#if Server
    import ArgumentParser
    import Configuration
    @main struct M { static func main() {} }
#else
    @main struct M { static func main() {} }
#endif
