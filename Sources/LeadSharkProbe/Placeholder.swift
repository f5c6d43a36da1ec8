#if Server
    import AsyncHTTPClient
#endif
