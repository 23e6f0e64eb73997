/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * http.h: the HTTP Server API, as of the Windows SDK 10.0.26100, for three kinds of compiler:
 *
 *   mingw-w64            put this directory first: its own <http.h> lacks much and has some wrong
 *   Microsoft and alike  C and C++
 *   ELF gcc and clang    with include/win32 for the Win32 types; links with the native library
 *
 * Names, values and layouts are Windows' (tests/abi checks them); the words are ours. Where public
 * sources disagree, the comment at the place says what was chosen.
 *
 *   1. versions, identifiers        5. the response
 *   2. verbs and headers            6. properties of sessions, URL groups and queues
 *   3. pieces of a body             7. machine-wide configuration
 *   4. the request                  8. functions
 *
 * Said once for all: lengths and sizes count bytes, also those of WCHAR strings, and leave out a
 * terminating NUL. Strings that the API hands out are NUL-terminated besides. A pointer inside a
 * structure that the API filled points into the buffer given for it.
 */
#ifndef __HTTP_H__ /* the guard of the SDK and of mingw-w64: so no file gets two of these headers */
#define __HTTP_H__

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#if !defined(SECURITY_WIN32) && !defined(SECURITY_KERNEL) && !defined(SECURITY_MAC)
#define SECURITY_WIN32
#endif
#include <sspi.h>
#else
#include <netinet/in.h>
#include <sys/socket.h>
#include <windef.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef _WIN32
typedef struct sockaddr SOCKADDR, *PSOCKADDR;
typedef struct sockaddr_in SOCKADDR_IN, *PSOCKADDR_IN;
typedef struct sockaddr_in6 SOCKADDR_IN6, *PSOCKADDR_IN6;
typedef struct sockaddr_storage __attribute__((aligned(8))) SOCKADDR_STORAGE; /* as Windows aligns it */
typedef SOCKADDR_STORAGE *PSOCKADDR_STORAGE;
#endif

/*
 * A DLL that implements the API defines HTTPAPI_LINKAGE (as nothing) before it includes this file.
 */
#ifndef HTTPAPI_LINKAGE
#define HTTPAPI_LINKAGE DECLSPEC_IMPORT
#endif

/* Before structures and unions without a name, which C11 has and C++ and older C only tolerate. */
#if defined(__GNUC__)
#define HTTPAPI_UNNAMED __extension__
#else
#define HTTPAPI_UNNAMED
#endif

#ifdef _MSC_VER
#pragma warning(push)
#pragma warning(disable : 4201) /* nameless struct/union */
#endif

/* ======== 1. Versions, identifiers ======== */

/* Version of the API: passed by value to the functions that create objects. */
typedef struct _HTTPAPI_VERSION {
    USHORT HttpApiMajorVersion;
    USHORT HttpApiMinorVersion;
} HTTPAPI_VERSION, *PHTTPAPI_VERSION;

/*
 * Initialisers. Version 1: HttpCreateHttpHandle and HttpAddUrl; version 2: sessions, URL groups,
 * named queues.
 */
#define HTTPAPI_VERSION_1 { 1, 0 }
#define HTTPAPI_VERSION_2 { 2, 0 }

#define HTTPAPI_EQUAL_VERSION(version, major, minor) \
    ((version).HttpApiMajorVersion == (major) && (version).HttpApiMinorVersion == (minor))
#define HTTPAPI_GREATER_VERSION(version, major, minor) \
    ((version).HttpApiMajorVersion > (major) || \
     ((version).HttpApiMajorVersion == (major) && (version).HttpApiMinorVersion > (minor)))
#define HTTPAPI_LESS_VERSION(version, major, minor) \
    ((version).HttpApiMajorVersion < (major) || \
     ((version).HttpApiMajorVersion == (major) && (version).HttpApiMinorVersion < (minor)))
#define HTTPAPI_VERSION_GREATER_OR_EQUAL(version, major, minor) \
    (!HTTPAPI_LESS_VERSION(version, major, minor))

/* Version of the HTTP protocol, in a request or a response. */
typedef struct _HTTP_VERSION {
    USHORT MajorVersion;
    USHORT MinorVersion;
} HTTP_VERSION, *PHTTP_VERSION;

/* Initialisers. HTTP_VERSION_3_0 isn't in every SDK. */
#define HTTP_VERSION_UNKNOWN { 0, 0 }
#define HTTP_VERSION_0_9 { 0, 9 }
#define HTTP_VERSION_1_0 { 1, 0 }
#define HTTP_VERSION_1_1 { 1, 1 }
#define HTTP_VERSION_2_0 { 2, 0 }
#define HTTP_VERSION_3_0 { 3, 0 }

#define HTTP_SET_VERSION(version, major, minor) \
    do { \
        (version).MajorVersion = (major); \
        (version).MinorVersion = (minor); \
    } while (0)
#define HTTP_EQUAL_VERSION(version, major, minor) \
    ((version).MajorVersion == (major) && (version).MinorVersion == (minor))
#define HTTP_GREATER_VERSION(version, major, minor) \
    ((version).MajorVersion > (major) || \
     ((version).MajorVersion == (major) && (version).MinorVersion > (minor)))
#define HTTP_LESS_VERSION(version, major, minor) \
    ((version).MajorVersion < (major) || \
     ((version).MajorVersion == (major) && (version).MinorVersion < (minor)))
#define HTTP_NOT_EQUAL_VERSION(version, major, minor) (!HTTP_EQUAL_VERSION(version, major, minor))
#define HTTP_GREATER_EQUAL_VERSION(version, major, minor) \
    (!HTTP_LESS_VERSION(version, major, minor))
#define HTTP_LESS_EQUAL_VERSION(version, major, minor) \
    (!HTTP_GREATER_VERSION(version, major, minor))

/* Names of the API's objects. Only the API makes them; nothing can be read from their digits. */
typedef ULONGLONG HTTP_OPAQUE_ID, *PHTTP_OPAQUE_ID;
typedef HTTP_OPAQUE_ID HTTP_SERVER_SESSION_ID, *PHTTP_SERVER_SESSION_ID;
typedef HTTP_OPAQUE_ID HTTP_URL_GROUP_ID, *PHTTP_URL_GROUP_ID;
typedef HTTP_OPAQUE_ID HTTP_REQUEST_ID, *PHTTP_REQUEST_ID;
typedef HTTP_OPAQUE_ID HTTP_CONNECTION_ID, *PHTTP_CONNECTION_ID;
typedef HTTP_OPAQUE_ID HTTP_RAW_CONNECTION_ID, *PHTTP_RAW_CONNECTION_ID;

/* Client-side ids of recent SDKs; no function below takes one. */
typedef HTTP_OPAQUE_ID HTTP_CLIENT_REQUEST_ID, *PHTTP_CLIENT_REQUEST_ID;
typedef HTTP_OPAQUE_ID HTTP_CLIENT_CONNECTION_ID, *PHTTP_CLIENT_CONNECTION_ID;
typedef HTTP_OPAQUE_ID HTTP_CLIENT_STREAM_ID, *PHTTP_CLIENT_STREAM_ID;
typedef HTTP_OPAQUE_ID HTTP_CLIENT_CREDENTIAL_ID, *PHTTP_CLIENT_CREDENTIAL_ID;

#define HTTP_NULL_ID (0ull)
#define HTTP_IS_NULL_ID(pid) (HTTP_NULL_ID == *(pid))
#define HTTP_SET_NULL_ID(pid) (*(pid) = HTTP_NULL_ID)

/*
 * A number of the application's choice, given with a URL and handed back with each of its requests.
 */
typedef ULONGLONG HTTP_URL_CONTEXT;

/* Flags of HttpInitialize and HttpTerminate. */
#define HTTP_INITIALIZE_SERVER 0x00000001 /* queues, requests, responses */
#define HTTP_INITIALIZE_CONFIG 0x00000002 /* the service configuration functions */
#define HTTP_DEMAND_CBT 0x00000004        /* fail if channel binding tokens aren't supported */

/* ======== 2. Verbs and headers ======== */

typedef enum _HTTP_SCHEME {
    HttpSchemeHttp = 0,
    HttpSchemeHttps = 1,
    HttpSchemeMaximum = 2
} HTTP_SCHEME, *PHTTP_URI_SCHEME; /* this pointer's name doesn't follow the others' pattern */

typedef enum _HTTP_VERB {
    HttpVerbUnparsed = 0,
    HttpVerbUnknown = 1, /* see pUnknownVerb; case counts, so `get` is one of these */
    HttpVerbInvalid = 2,
    HttpVerbOPTIONS = 3,
    HttpVerbGET = 4,
    HttpVerbHEAD = 5,
    HttpVerbPOST = 6,
    HttpVerbPUT = 7,
    HttpVerbDELETE = 8,
    HttpVerbTRACE = 9,
    HttpVerbCONNECT = 10,
    HttpVerbTRACK = 11, /* Microsoft's TRACE without the body */
    HttpVerbMOVE = 12,
    HttpVerbCOPY = 13,
    HttpVerbPROPFIND = 14,
    HttpVerbPROPPATCH = 15,
    HttpVerbMKCOL = 16,
    HttpVerbLOCK = 17,
    HttpVerbUNLOCK = 18,
    HttpVerbSEARCH = 19,
    HttpVerbMaximum = 20
} HTTP_VERB, *PHTTP_VERB;

/* Index of a known header. From 20 on requests and responses have lists of their own. */
typedef enum _HTTP_HEADER_ID {
    /* general and entity headers, in both */
    HttpHeaderCacheControl = 0,
    HttpHeaderConnection = 1,
    HttpHeaderDate = 2,
    HttpHeaderKeepAlive = 3,
    HttpHeaderPragma = 4,
    HttpHeaderTrailer = 5,
    HttpHeaderTransferEncoding = 6,
    HttpHeaderUpgrade = 7,
    HttpHeaderVia = 8,
    HttpHeaderWarning = 9,
    HttpHeaderAllow = 10,
    HttpHeaderContentLength = 11,
    HttpHeaderContentType = 12,
    HttpHeaderContentEncoding = 13,
    HttpHeaderContentLanguage = 14,
    HttpHeaderContentLocation = 15,
    HttpHeaderContentMd5 = 16,
    HttpHeaderContentRange = 17,
    HttpHeaderExpires = 18,
    HttpHeaderLastModified = 19,

    /* request headers */
    HttpHeaderAccept = 20,
    HttpHeaderAcceptCharset = 21,
    HttpHeaderAcceptEncoding = 22,
    HttpHeaderAcceptLanguage = 23,
    HttpHeaderAuthorization = 24,
    HttpHeaderCookie = 25,
    HttpHeaderExpect = 26,
    HttpHeaderFrom = 27,
    HttpHeaderHost = 28,
    HttpHeaderIfMatch = 29,
    HttpHeaderIfModifiedSince = 30,
    HttpHeaderIfNoneMatch = 31,
    HttpHeaderIfRange = 32,
    HttpHeaderIfUnmodifiedSince = 33,
    HttpHeaderMaxForwards = 34,
    HttpHeaderProxyAuthorization = 35,
    HttpHeaderReferer = 36,
    HttpHeaderRange = 37,
    HttpHeaderTe = 38,
    HttpHeaderTranslate = 39,
    HttpHeaderUserAgent = 40,
    HttpHeaderRequestMaximum = 41,

    /* response headers */
    HttpHeaderAcceptRanges = 20,
    HttpHeaderAge = 21,
    HttpHeaderEtag = 22,
    HttpHeaderLocation = 23,
    HttpHeaderProxyAuthenticate = 24,
    HttpHeaderRetryAfter = 25,
    HttpHeaderServer = 26,
    HttpHeaderSetCookie = 27,
    HttpHeaderVary = 28,
    HttpHeaderWwwAuthenticate = 29,
    HttpHeaderResponseMaximum = 30,

    HttpHeaderMaximum = 41
} HTTP_HEADER_ID, *PHTTP_HEADER_ID;

/*
 * The value of a header that has an HTTP_HEADER_ID. Absent: NULL; present and empty: length 0,
 * pointer not NULL.
 */
typedef struct _HTTP_KNOWN_HEADER {
    USHORT RawValueLength;
    PCSTR pRawValue;
} HTTP_KNOWN_HEADER, *PHTTP_KNOWN_HEADER;

/* Any other header, and every trailer. */
typedef struct _HTTP_UNKNOWN_HEADER {
    USHORT NameLength;
    USHORT RawValueLength;
    PCSTR pName;
    PCSTR pRawValue;
} HTTP_UNKNOWN_HEADER, *PHTTP_UNKNOWN_HEADER;

/* The API doesn't fill in the trailers of a request: the two members are reserved. */
typedef struct _HTTP_REQUEST_HEADERS {
    USHORT UnknownHeaderCount;
    PHTTP_UNKNOWN_HEADER pUnknownHeaders;
    USHORT TrailerCount;
    PHTTP_UNKNOWN_HEADER pTrailers;
    HTTP_KNOWN_HEADER KnownHeaders[HttpHeaderRequestMaximum];
} HTTP_REQUEST_HEADERS, *PHTTP_REQUEST_HEADERS;

/*
 * Trailers of a response are sent as an HttpDataChunkTrailers piece: the two members are reserved
 * here too.
 */
typedef struct _HTTP_RESPONSE_HEADERS {
    USHORT UnknownHeaderCount;
    PHTTP_UNKNOWN_HEADER pUnknownHeaders;
    USHORT TrailerCount;
    PHTTP_UNKNOWN_HEADER pTrailers;
    HTTP_KNOWN_HEADER KnownHeaders[HttpHeaderResponseMaximum];
} HTTP_RESPONSE_HEADERS, *PHTTP_RESPONSE_HEADERS;

/* ======== 3. Pieces of a body ======== */

/* Part of a file or a cached fragment. */
typedef struct _HTTP_BYTE_RANGE {
    ULARGE_INTEGER StartingOffset;
    ULARGE_INTEGER Length; /* or HTTP_BYTE_RANGE_TO_EOF */
} HTTP_BYTE_RANGE, *PHTTP_BYTE_RANGE;

#define HTTP_BYTE_RANGE_TO_EOF ((ULONGLONG)-1)

typedef enum _HTTP_DATA_CHUNK_TYPE {
    HttpDataChunkFromMemory = 0,
    HttpDataChunkFromFileHandle = 1,
    HttpDataChunkFromFragmentCache = 2,
    HttpDataChunkFromFragmentCacheEx = 3,
    HttpDataChunkTrailers = 4, /* only as the last piece of a response */
    HttpDataChunkFromWinHttpFastForwarding = 5,
    HttpDataChunkMaximum = 6
} HTTP_DATA_CHUNK_TYPE, *PHTTP_DATA_CHUNK_TYPE;

/* A WinHTTP response to pass on without reading it; WinHTTP alone knows the contents. */
typedef struct _HTTP_WINHTTP_FAST_FORWARDING_DATA {
    UCHAR Reserved[16];
} HTTP_WINHTTP_FAST_FORWARDING_DATA, *PHTTP_WINHTTP_FAST_FORWARDING_DATA;

/*
 * One piece of a body; DataChunkType says which member of the union holds it. Memory, names and
 * handles stay the caller's and must stay valid until the send has completed.
 */
typedef struct _HTTP_DATA_CHUNK {
    HTTP_DATA_CHUNK_TYPE DataChunkType;
    HTTPAPI_UNNAMED union {
        HTTPAPI_UNNAMED struct {
            PVOID pBuffer;
            ULONG BufferLength;
        } FromMemory;
        HTTPAPI_UNNAMED struct {
            HTTP_BYTE_RANGE ByteRange;
            HANDLE FileHandle;
        } FromFileHandle;
        HTTPAPI_UNNAMED struct {
            USHORT FragmentNameLength;
            PCWSTR pFragmentName;
        } FromFragmentCache;
        HTTPAPI_UNNAMED struct {
            HTTP_BYTE_RANGE ByteRange;
            PCWSTR pFragmentName; /* NUL-terminated, no length of its own */
        } FromFragmentCacheEx;
        HTTPAPI_UNNAMED struct {
            USHORT TrailerCount;
            PHTTP_UNKNOWN_HEADER pTrailers;
        } Trailers;
        HTTPAPI_UNNAMED struct {
            HTTP_WINHTTP_FAST_FORWARDING_DATA WhFastForwardingData;
        } FromWinHttpFastForwarding;
    };
} HTTP_DATA_CHUNK, *PHTTP_DATA_CHUNK;

/* How long a response or a fragment may be kept in the response cache. */
typedef enum _HTTP_CACHE_POLICY_TYPE {
    HttpCachePolicyNocache = 0,
    HttpCachePolicyUserInvalidates = 1, /* until HttpFlushResponseCache */
    HttpCachePolicyTimeToLive = 2,      /* SecondsToLive */
    HttpCachePolicyMaximum = 3
} HTTP_CACHE_POLICY_TYPE, *PHTTP_CACHE_POLICY_TYPE;

typedef struct _HTTP_CACHE_POLICY {
    HTTP_CACHE_POLICY_TYPE Policy;
    ULONG SecondsToLive; /* seconds, for HttpCachePolicyTimeToLive only */
} HTTP_CACHE_POLICY, *PHTTP_CACHE_POLICY;

/* Flag of HttpFlushResponseCache: also everything below the URL. */
#define HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE 0x00000001

/* ======== 4. The request ======== */

/* Both ends of the connection: sockaddr_in or sockaddr_in6. */
typedef struct _HTTP_TRANSPORT_ADDRESS {
    PSOCKADDR pRemoteAddress;
    PSOCKADDR pLocalAddress;
} HTTP_TRANSPORT_ADDRESS, *PHTTP_TRANSPORT_ADDRESS;

/*
 * The URL as it was used to find the queue: scheme://host:port/path?query, escapes of the path
 * resolved. The other three point into pFullUrl, so only the last of them ends with a NUL. pHost
 * includes the port, pQueryString the `?`; without a query it is NULL.
 */
typedef struct _HTTP_COOKED_URL {
    USHORT FullUrlLength;
    USHORT HostLength;
    USHORT AbsPathLength;
    USHORT QueryStringLength;
    PCWSTR pFullUrl;
    PCWSTR pHost;
    PCWSTR pAbsPath;
    PCWSTR pQueryString;
} HTTP_COOKED_URL, *PHTTP_COOKED_URL;

/* A client's certificate. Token, if any, is the caller's to close. */
typedef struct _HTTP_SSL_CLIENT_CERT_INFO {
    ULONG CertFlags;            /* 0, or why the certificate isn't good: a CERT_E_* or SSPI code */
    ULONG CertEncodedSize;
    PUCHAR pCertEncoded;        /* X.509, DER */
    HANDLE Token;               /* of the account the certificate was mapped to, or NULL */
    BOOLEAN CertDeniedByMapper; /* reserved */
} HTTP_SSL_CLIENT_CERT_INFO, *PHTTP_SSL_CLIENT_CERT_INFO;

/* Flags of HttpReceiveClientCertificate. */
#define HTTP_RECEIVE_SECURE_CHANNEL_TOKEN 0x00000001 /* HTTP_REQUEST_CHANNEL_BIND_STATUS instead */
#define HTTP_RECEIVE_FULL_CHAIN 0x00000002           /* the issuers' certificates too */

/* The TLS connection below a request. */
typedef struct _HTTP_SSL_INFO {
    USHORT ServerCertKeySize;
    USHORT ConnectionKeySize;
    ULONG ServerCertIssuerSize;
    ULONG ServerCertSubjectSize;
    PCSTR pServerCertIssuer;
    PCSTR pServerCertSubject;
    PHTTP_SSL_CLIENT_CERT_INFO pClientCertInfo; /* NULL unless the certificate was retrieved */
    ULONG SslClientCertNegotiated; /* not 0: there is one, for HttpReceiveClientCertificate */
} HTTP_SSL_INFO, *PHTTP_SSL_INFO;

/* HTTP_REQUEST_INFO.pInfo points to the structure named here. */
typedef enum _HTTP_REQUEST_INFO_TYPE {
    HttpRequestInfoTypeAuth = 0,                 /* HTTP_REQUEST_AUTH_INFO */
    HttpRequestInfoTypeChannelBind = 1,          /* HTTP_REQUEST_CHANNEL_BIND_STATUS */
    HttpRequestInfoTypeSslProtocol = 2,          /* HTTP_SSL_PROTOCOL_INFO */
    HttpRequestInfoTypeSslTokenBindingDraft = 3, /* HTTP_REQUEST_TOKEN_BINDING_INFO */
    HttpRequestInfoTypeSslTokenBinding = 4,      /* HTTP_REQUEST_TOKEN_BINDING_INFO */
    HttpRequestInfoTypeRequestTiming = 5,        /* HTTP_REQUEST_TIMING_INFO */
    HttpRequestInfoTypeTcpInfoV0 = 6,            /* TCP_INFO_v0 of mstcpip.h */
    HttpRequestInfoTypeRequestSizing = 7,        /* HTTP_REQUEST_SIZING_INFO */
    HttpRequestInfoTypeQuicStats = 8,            /* QUIC_STATISTICS of msquic.h */
    HttpRequestInfoTypeTcpInfoV1 = 9,            /* TCP_INFO_v1 */
    HttpRequestInfoTypeQuicStatsV2 = 10,         /* QUIC_STATISTICS_V2 */
    HttpRequestInfoTypeTcpInfoV2 = 11,           /* TCP_INFO_v2 */
    HttpRequestInfoTypeTransportIdleConnectionTimeout = 12,
    HttpRequestInfoTypeDscpTag = 13,             /* HTTP_REQUEST_DSCP_INFO */
    HttpRequestInfoTypeInitialPacketTtl = 14     /* HTTP_REQUEST_INITIAL_PACKET_TTL_INFO */
} HTTP_REQUEST_INFO_TYPE, *PHTTP_REQUEST_INFO_TYPE;

/* Something more about a request. At most one of each type. */
typedef struct _HTTP_REQUEST_INFO {
    HTTP_REQUEST_INFO_TYPE InfoType;
    ULONG InfoLength;
    PVOID pInfo;
} HTTP_REQUEST_INFO, *PHTTP_REQUEST_INFO;

/* HTTP_REQUEST.Flags */
#define HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS 0x00000001 /* HttpReceiveRequestEntityBody */
#define HTTP_REQUEST_FLAG_IP_ROUTED 0x00000002 /* the local address took part in the routing */
#define HTTP_REQUEST_FLAG_HTTP2 0x00000004
#define HTTP_REQUEST_FLAG_HTTP3 0x00000008
#define HTTP_REQUEST_FLAG_FAST_FORWARDING_ALLOWED 0x00000010 /* response from WinHTTP */
#define HTTP_REQUEST_FLAG_FAST_FORWARDING_RESPONSE_ALLOWED 0x00000010 /* older name */

/*
 * A request, as version 1 of the API gave it and as the beginning of what version 2 gives.
 *
 * The members are a list of their own because C has to repeat them in HTTP_REQUEST_V2.
 */
#define HTTPAPI_REQUEST_V1_MEMBERS \
    ULONG Flags; /* HTTP_REQUEST_FLAG_* */ \
    HTTP_CONNECTION_ID ConnectionId; \
    HTTP_REQUEST_ID RequestId; /* good until the last byte of the response was given to the API */ \
    HTTP_URL_CONTEXT UrlContext; /* given with the URL that matched */ \
    HTTP_VERSION Version; \
    HTTP_VERB Verb; \
    USHORT UnknownVerbLength; \
    USHORT RawUrlLength; \
    PCSTR pUnknownVerb; /* NULL unless Verb is HttpVerbUnknown */ \
    PCSTR pRawUrl; /* the request target as received */ \
    HTTP_COOKED_URL CookedUrl; \
    HTTP_TRANSPORT_ADDRESS Address; \
    HTTP_REQUEST_HEADERS Headers; \
    ULONGLONG BytesReceived; /* so far, headers and body */ \
    USHORT EntityChunkCount; \
    PHTTP_DATA_CHUNK pEntityChunks; /* what HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY brought */ \
    HTTP_RAW_CONNECTION_ID RawConnectionId; /* of the connection to the network; may be 0 */ \
    PHTTP_SSL_INFO pSslInfo; /* NULL without TLS */

typedef struct _HTTP_REQUEST_V1 {
    HTTPAPI_REQUEST_V1_MEMBERS
} HTTP_REQUEST_V1, *PHTTP_REQUEST_V1;

/*
 * Version 2's request. Version 1's members are used directly, request->Verb, in both languages: C++
 * inherits them, C has them in a structure without a name, which also keeps the padding at the end
 * of version 1 (on 32 bits there is some) where C++ has it. `Base` is ours: what a C++ program gets
 * by the conversion to HTTP_REQUEST_V1 *.
 */
#ifdef __cplusplus
typedef struct _HTTP_REQUEST_V2 : _HTTP_REQUEST_V1 {
#else
typedef struct _HTTP_REQUEST_V2 {
    HTTPAPI_UNNAMED union {
        HTTP_REQUEST_V1 Base;
        HTTPAPI_UNNAMED struct {
            HTTPAPI_REQUEST_V1_MEMBERS
        };
    };
#endif
    USHORT RequestInfoCount;
    PHTTP_REQUEST_INFO pRequestInfo;
} HTTP_REQUEST_V2, *PHTTP_REQUEST_V2;
#undef HTTPAPI_REQUEST_V1_MEMBERS

#if !defined(_WIN32_WINNT) || _WIN32_WINNT >= 0x0600
typedef HTTP_REQUEST_V2 HTTP_REQUEST;
#else
typedef HTTP_REQUEST_V1 HTTP_REQUEST;
#endif
typedef HTTP_REQUEST *PHTTP_REQUEST;

/* Flags of HttpReceiveHttpRequest: neither, or one of them. */
#define HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY 0x00000001  /* and what has arrived of the body */
#define HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY 0x00000002 /* all of the body */

/* Flag of HttpReceiveRequestEntityBody: wait until the buffer is full or the body has ended. */
#define HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER 0x00000001

/* What can be asked or set of one request (or connection) after it was received. */
typedef enum _HTTP_REQUEST_PROPERTY {
    HttpRequestPropertyIsb = 0,             /* ideal send backlog */
    HttpRequestPropertyTcpInfoV0 = 1,       /* TCP_INFO_v0 of mstcpip.h */
    HttpRequestPropertyQuicStats = 2,       /* QUIC_STATISTICS of msquic.h */
    HttpRequestPropertyTcpInfoV1 = 3,       /* TCP_INFO_v1 */
    HttpRequestPropertySni = 4,             /* HTTP_REQUEST_PROPERTY_SNI */
    HttpRequestPropertyStreamError = 5,     /* HTTP_REQUEST_PROPERTY_STREAM_ERROR; set only */
    HttpRequestPropertyWskApiTimings = 6,   /* HTTP_WSK_API_TIMINGS */
    HttpRequestPropertyQuicApiTimings = 7,  /* HTTP_QUIC_API_TIMINGS */
    HttpRequestPropertyQuicStatsV2 = 8,     /* QUIC_STATISTICS_V2 */
    HttpRequestPropertyQuicStreamStats = 9, /* HTTP_QUIC_STREAM_REQUEST_STATS */
    HttpRequestPropertyTcpInfoV2 = 10,      /* TCP_INFO_v2 */
    HttpRequestPropertyTlsClientHello = 11, /* the message's bytes */
    HttpRequestPropertyTransportIdleConnectionTimeout = 12,
    HttpRequestPropertyDscpTag = 13,        /* HTTP_REQUEST_DSCP_INFO */
    HttpRequestPropertyTlsCipherInfo = 14   /* SecPkgContext_CipherInfo of schannel.h */
} HTTP_REQUEST_PROPERTY, *PHTTP_REQUEST_PROPERTY;

/* Qualifiers of the TCP and QUIC queries: how old the figures may be. */
typedef struct _HTTP_QUERY_REQUEST_QUALIFIER_TCP {
    ULONGLONG Freshness;
} HTTP_QUERY_REQUEST_QUALIFIER_TCP, *PHTTP_QUERY_REQUEST_QUALIFIER_TCP;

typedef struct _HTTP_QUERY_REQUEST_QUALIFIER_QUIC {
    ULONGLONG Freshness;
} HTTP_QUERY_REQUEST_QUALIFIER_QUIC, *PHTTP_QUERY_REQUEST_QUALIFIER_QUIC;

/* The name the client asked for in its TLS hello. */
#define HTTP_REQUEST_PROPERTY_SNI_HOST_MAX_LENGTH 255
#define HTTP_REQUEST_PROPERTY_SNI_FLAG_SNI_USED 0x00000001 /* it chose the certificate */
#define HTTP_REQUEST_PROPERTY_SNI_FLAG_NO_SNI 0x00000002   /* the client named no host */

typedef struct _HTTP_REQUEST_PROPERTY_SNI {
    WCHAR Hostname[HTTP_REQUEST_PROPERTY_SNI_HOST_MAX_LENGTH + 1];
    ULONG Flags;
} HTTP_REQUEST_PROPERTY_SNI, *PHTTP_REQUEST_PROPERTY_SNI;

/*
 * The code sent when the request is cancelled: in RST_STREAM for HTTP/2, in RESET_STREAM for
 * HTTP/3.
 */
typedef struct _HTTP_REQUEST_PROPERTY_STREAM_ERROR {
    ULONG ErrorCode;
} HTTP_REQUEST_PROPERTY_STREAM_ERROR, *PHTTP_REQUEST_PROPERTY_STREAM_ERROR;

typedef struct _HTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO {
    USHORT TransportIdleConnectionTimeout;
} HTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO,
    *PHTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO;

/* The IP header's differentiated services code point. */
typedef struct _HTTP_REQUEST_DSCP_INFO {
    UCHAR DscpTag;
} HTTP_REQUEST_DSCP_INFO, *PHTTP_REQUEST_DSCP_INFO;

/* Time to live (hop limit) of the connection's first packet. */
typedef struct _HTTP_REQUEST_INITIAL_PACKET_TTL_INFO {
    UCHAR InitialPacketTtl;
} HTTP_REQUEST_INITIAL_PACKET_TTL_INFO, *PHTTP_REQUEST_INITIAL_PACKET_TTL_INFO;

/* The TLS version and algorithms in use, as schannel.h numbers them; strengths in bits. */
typedef struct _HTTP_SSL_PROTOCOL_INFO {
    ULONG Protocol;
    ULONG CipherType;
    ULONG CipherStrength;
    ULONG HashType;
    ULONG HashStrength;
    ULONG KeyExchangeType;
    ULONG KeyExchangeStrength;
} HTTP_SSL_PROTOCOL_INFO, *PHTTP_SSL_PROTOCOL_INFO;

/* Index into HTTP_REQUEST_SIZING_INFO.RequestSizing. */
typedef enum _HTTP_REQUEST_SIZING_TYPE {
    HttpRequestSizingTypeTlsHandshakeLeg1ClientData = 0,
    HttpRequestSizingTypeTlsHandshakeLeg1ServerData = 1,
    HttpRequestSizingTypeTlsHandshakeLeg2ClientData = 2,
    HttpRequestSizingTypeTlsHandshakeLeg2ServerData = 3,
    HttpRequestSizingTypeHeaders = 4,
    HttpRequestSizingTypeMax = 5
} HTTP_REQUEST_SIZING_TYPE, *PHTTP_REQUEST_SIZING_TYPE;

#define HTTP_REQUEST_SIZING_INFO_FLAG_TCP_FAST_OPEN 0x00000001
#define HTTP_REQUEST_SIZING_INFO_FLAG_TLS_SESSION_RESUMPTION 0x00000002
#define HTTP_REQUEST_SIZING_INFO_FLAG_TLS_FALSE_START 0x00000004
#define HTTP_REQUEST_SIZING_INFO_FLAG_FIRST_REQUEST 0x00000008 /* of its connection */

/* How many bytes the stages of a request took. */
typedef struct _HTTP_REQUEST_SIZING_INFO {
    ULONGLONG Flags;
    ULONG RequestIndex; /* on its connection, from 0 */
    ULONG RequestSizingCount;
    ULONGLONG RequestSizing[HttpRequestSizingTypeMax];
} HTTP_REQUEST_SIZING_INFO, *PHTTP_REQUEST_SIZING_INFO;

/* Index into HTTP_REQUEST_TIMING_INFO.RequestTiming. */
typedef enum _HTTP_REQUEST_TIMING_TYPE {
    HttpRequestTimingTypeConnectionStart = 0,
    HttpRequestTimingTypeDataStart = 1,
    HttpRequestTimingTypeTlsCertificateLoadStart = 2,
    HttpRequestTimingTypeTlsCertificateLoadEnd = 3,
    HttpRequestTimingTypeTlsHandshakeLeg1Start = 4,
    HttpRequestTimingTypeTlsHandshakeLeg1End = 5,
    HttpRequestTimingTypeTlsHandshakeLeg2Start = 6,
    HttpRequestTimingTypeTlsHandshakeLeg2End = 7,
    HttpRequestTimingTypeTlsAttributesQueryStart = 8,
    HttpRequestTimingTypeTlsAttributesQueryEnd = 9,
    HttpRequestTimingTypeTlsClientCertQueryStart = 10,
    HttpRequestTimingTypeTlsClientCertQueryEnd = 11,
    HttpRequestTimingTypeHttp2StreamStart = 12,
    HttpRequestTimingTypeHttp2HeaderDecodeStart = 13,
    HttpRequestTimingTypeHttp2HeaderDecodeEnd = 14,
    HttpRequestTimingTypeRequestHeaderParseStart = 15,
    HttpRequestTimingTypeRequestHeaderParseEnd = 16,
    HttpRequestTimingTypeRequestRoutingStart = 17,
    HttpRequestTimingTypeRequestRoutingEnd = 18,
    HttpRequestTimingTypeRequestQueuedForInspection = 19,
    HttpRequestTimingTypeRequestDeliveredForInspection = 20,
    HttpRequestTimingTypeRequestReturnedAfterInspection = 21,
    HttpRequestTimingTypeRequestQueuedForDelegation = 22,
    HttpRequestTimingTypeRequestDeliveredForDelegation = 23,
    HttpRequestTimingTypeRequestReturnedAfterDelegation = 24,
    HttpRequestTimingTypeRequestQueuedForIO = 25,
    HttpRequestTimingTypeRequestDeliveredForIO = 26,
    HttpRequestTimingTypeHttp3StreamStart = 27,
    HttpRequestTimingTypeHttp3HeaderDecodeStart = 28,
    HttpRequestTimingTypeHttp3HeaderDecodeEnd = 29,
    HttpRequestTimingTypeMax = 30
} HTTP_REQUEST_TIMING_TYPE, *PHTTP_REQUEST_TIMING_TYPE;

/*
 * When the stages of a request were reached: QueryPerformanceCounter ticks, 0 for a stage it didn't
 * pass.
 */
typedef struct _HTTP_REQUEST_TIMING_INFO {
    ULONG RequestTimingCount;
    ULONGLONG RequestTiming[HttpRequestTimingTypeMax];
} HTTP_REQUEST_TIMING_INFO, *PHTTP_REQUEST_TIMING_INFO;

/* Calls of the kernel's socket API for a connection, and the time spent in them. */
typedef struct _HTTP_WSK_API_TIMINGS {
    ULONGLONG ConnectCount;
    ULONGLONG ConnectSum;
    ULONGLONG DisconnectCount;
    ULONGLONG DisconnectSum;
    ULONGLONG SendCount;
    ULONGLONG SendSum;
    ULONGLONG ReceiveCount;
    ULONGLONG ReceiveSum;
    ULONGLONG ReleaseCount;
    ULONGLONG ReleaseSum;
    ULONGLONG ControlSocketCount;
    ULONGLONG ControlSocketSum;
} HTTP_WSK_API_TIMINGS, *PHTTP_WSK_API_TIMINGS;

/* The same for calls to QUIC: of streams, of the connection, and of both. */
typedef struct _HTTP_QUIC_STREAM_API_TIMINGS {
    ULONGLONG OpenCount;
    ULONGLONG OpenSum;
    ULONGLONG CloseCount;
    ULONGLONG CloseSum;
    ULONGLONG StartCount;
    ULONGLONG StartSum;
    ULONGLONG ShutdownCount;
    ULONGLONG ShutdownSum;
    ULONGLONG SendCount;
    ULONGLONG SendSum;
    ULONGLONG ReceiveSetEnabledCount;
    ULONGLONG ReceiveSetEnabledSum;
    ULONGLONG GetParamCount;
    ULONGLONG GetParamSum;
    ULONGLONG SetParamCount;
    ULONGLONG SetParamSum;
    ULONGLONG SetCallbackHandlerCount;
    ULONGLONG SetCallbackHandlerSum;
} HTTP_QUIC_STREAM_API_TIMINGS, *PHTTP_QUIC_STREAM_API_TIMINGS;

typedef struct _HTTP_QUIC_CONNECTION_API_TIMINGS {
    ULONGLONG OpenTime;
    ULONGLONG CloseTime;
    ULONGLONG StartTime;
    ULONGLONG ShutdownTime;
    ULONGLONG SecConfigCreateTime;
    ULONGLONG SecConfigDeleteTime;
    ULONGLONG GetParamCount;
    ULONGLONG GetParamSum;
    ULONGLONG SetParamCount;
    ULONGLONG SetParamSum;
    ULONGLONG SetCallbackHandlerCount;
    ULONGLONG SetCallbackHandlerSum;
    HTTP_QUIC_STREAM_API_TIMINGS ControlStreamTimings;
} HTTP_QUIC_CONNECTION_API_TIMINGS, *PHTTP_QUIC_CONNECTION_API_TIMINGS;

typedef struct _HTTP_QUIC_API_TIMINGS {
    HTTP_QUIC_CONNECTION_API_TIMINGS ConnectionTimings;
    HTTP_QUIC_STREAM_API_TIMINGS StreamTimings;
} HTTP_QUIC_API_TIMINGS, *PHTTP_QUIC_API_TIMINGS;

/* The times and header sizes of one HTTP/3 stream. */
typedef struct _HTTP_QUIC_STREAM_REQUEST_STATS {
    ULONGLONG StreamWaitStart;
    ULONGLONG StreamWaitEnd;
    ULONGLONG RequestHeadersCompressionStart;
    ULONGLONG RequestHeadersCompressionEnd;
    ULONGLONG ResponseHeadersDecompressionStart;
    ULONGLONG ResponseHeadersDecompressionEnd;
    ULONGLONG RequestHeadersCompressedSize;
    ULONGLONG ResponseHeadersCompressedSize;
} HTTP_QUIC_STREAM_REQUEST_STATS, *PHTTP_QUIC_STREAM_REQUEST_STATS;

#define HTTP_QUIC_KEEPALIVE_TIMEOUT_DISABLED ((ULONG)-1)

/* Properties that a request takes along when HttpDelegateRequestEx hands it to another queue. */
typedef enum _HTTP_DELEGATE_REQUEST_PROPERTY_ID {
    DelegateRequestReservedProperty = 0,
    DelegateRequestDelegateUrlProperty = 1 /* WCHAR[]: the other queue's URL */
} HTTP_DELEGATE_REQUEST_PROPERTY_ID, *PHTTP_DELEGATE_REQUEST_PROPERTY_ID;

typedef struct _HTTP_DELEGATE_REQUEST_PROPERTY_INFO {
    HTTP_DELEGATE_REQUEST_PROPERTY_ID PropertyId;
    ULONG PropertyInfoLength;
    PVOID PropertyInfo;
} HTTP_DELEGATE_REQUEST_PROPERTY_INFO, *PHTTP_DELEGATE_REQUEST_PROPERTY_INFO;

/* ======== 5. The response ======== */

/* HTTP_RESPONSE.Flags */
#define HTTP_RESPONSE_FLAG_MULTIPLE_ENCODINGS_AVAILABLE 0x00000001 /* hint for the cache */
#define HTTP_RESPONSE_FLAG_MORE_ENTITY_BODY_EXISTS 0x00000002 /* of responses received, not sent */

/* HTTP_RESPONSE_INFO.pInfo points to the structure named here. */
typedef enum _HTTP_RESPONSE_INFO_TYPE {
    HttpResponseInfoTypeMultipleKnownHeaders = 0,   /* HTTP_MULTIPLE_KNOWN_HEADERS */
    HttpResponseInfoTypeAuthenticationProperty = 1, /* HTTP_SERVER_AUTHENTICATION_INFO */
    HttpResponseInfoTypeQoSProperty = 2,            /* HTTP_QOS_SETTING_INFO, for this response */
    HttpResponseInfoTypeChannelBind = 3             /* HTTP_CHANNEL_BIND_INFO */
} HTTP_RESPONSE_INFO_TYPE, *PHTTP_RESPONSE_INFO_TYPE;

/* mingw-w64's spelling. */
#define HttpResponseInfoTypeQosProperty HttpResponseInfoTypeQoSProperty

/* Something more about a response. */
typedef struct _HTTP_RESPONSE_INFO {
    HTTP_RESPONSE_INFO_TYPE Type;
    ULONG Length;
    PVOID pInfo;
} HTTP_RESPONSE_INFO, *PHTTP_RESPONSE_INFO;

/* HTTP_MULTIPLE_KNOWN_HEADERS.Flags: keep the order of the WWW-Authenticate headers. */
#define HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER 0x00000001

/* A known header sent more than once: Set-Cookie, WWW-Authenticate and so on. */
typedef struct _HTTP_MULTIPLE_KNOWN_HEADERS {
    HTTP_HEADER_ID HeaderId;
    ULONG Flags;
    USHORT KnownHeaderCount;
    PHTTP_KNOWN_HEADER KnownHeaders;
} HTTP_MULTIPLE_KNOWN_HEADERS, *PHTTP_MULTIPLE_KNOWN_HEADERS;

/*
 * A response; everything it points to is the caller's. Both versions and the list are as for the
 * request.
 */
#define HTTPAPI_RESPONSE_V1_MEMBERS \
    ULONG Flags; /* HTTP_RESPONSE_FLAG_* */ \
    HTTP_VERSION Version; /* ignored: the API answers in the connection's protocol */ \
    USHORT StatusCode; \
    USHORT ReasonLength; \
    PCSTR pReason; \
    HTTP_RESPONSE_HEADERS Headers; \
    USHORT EntityChunkCount; \
    PHTTP_DATA_CHUNK pEntityChunks; /* the body, or its first part */

typedef struct _HTTP_RESPONSE_V1 {
    HTTPAPI_RESPONSE_V1_MEMBERS
} HTTP_RESPONSE_V1, *PHTTP_RESPONSE_V1;

#ifdef __cplusplus
typedef struct _HTTP_RESPONSE_V2 : _HTTP_RESPONSE_V1 {
#else
typedef struct _HTTP_RESPONSE_V2 {
    HTTPAPI_UNNAMED union {
        HTTP_RESPONSE_V1 Base;
        HTTPAPI_UNNAMED struct {
            HTTPAPI_RESPONSE_V1_MEMBERS
        };
    };
#endif
    USHORT ResponseInfoCount;
    PHTTP_RESPONSE_INFO pResponseInfo;
} HTTP_RESPONSE_V2, *PHTTP_RESPONSE_V2;
#undef HTTPAPI_RESPONSE_V1_MEMBERS

#if !defined(_WIN32_WINNT) || _WIN32_WINNT >= 0x0600
typedef HTTP_RESPONSE_V2 HTTP_RESPONSE;
#else
typedef HTTP_RESPONSE_V1 HTTP_RESPONSE;
#endif
typedef HTTP_RESPONSE *PHTTP_RESPONSE;

/*
 * Flags of HttpSendHttpResponse and HttpSendResponseEntityBody. DISCONNECT and MORE_DATA exclude
 * each other.
 */
#define HTTP_SEND_RESPONSE_FLAG_DISCONNECT 0x00000001     /* close the connection after this */
#define HTTP_SEND_RESPONSE_FLAG_MORE_DATA 0x00000002      /* HttpSendResponseEntityBody follows */
#define HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA 0x00000004    /* copy it, complete at once */
#define HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING 0x00000008 /* TCP may hold small packets back */
#define HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES 0x00000020 /* cut out what the Range header asks */
#define HTTP_SEND_RESPONSE_FLAG_OPAQUE 0x00000040 /* with status 101: no more HTTP */
#define HTTP_SEND_RESPONSE_FLAG_GOAWAY 0x00000100 /* no further request on the connection */
#define HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING 0x00000200 /* frame a body of unknown length */

/* ======== 6. Properties of server sessions, URL groups and request queues ======== */

/* A group's property comes before its session's, and that before the API's default. */

/*
 * With the structure of each, and the objects documented to have it: (s)ession, URL (g)roup,
 * request (q)ueue.
 */
typedef enum _HTTP_SERVER_PROPERTY {
    HttpServerAuthenticationProperty = 0,  /* HTTP_SERVER_AUTHENTICATION_INFO: s g */
    HttpServerLoggingProperty = 1,         /* HTTP_LOGGING_INFO: s g */
    HttpServerQosProperty = 2,             /* HTTP_QOS_SETTING_INFO: s g */
    HttpServerTimeoutsProperty = 3,        /* HTTP_TIMEOUT_LIMIT_INFO: s g */
    HttpServerQueueLengthProperty = 4,     /* ULONG, requests: q */
    HttpServerStateProperty = 5,           /* HTTP_STATE_INFO: s g; HTTP_ENABLED_STATE: q */
    HttpServer503VerbosityProperty = 6,    /* HTTP_503_RESPONSE_VERBOSITY: q */
    HttpServerBindingProperty = 7,         /* HTTP_BINDING_INFO: g */
    HttpServerExtendedAuthenticationProperty = 8, /* as Authentication, for Kerberos: s g */
    HttpServerListenEndpointProperty = 9,  /* HTTP_LISTEN_ENDPOINT_INFO */
    HttpServerChannelBindProperty = 10,    /* HTTP_CHANNEL_BIND_INFO: s g */
    HttpServerProtectionLevelProperty = 11, /* HTTP_PROTECTION_LEVEL_INFO */
    HttpServerDelegationProperty = 16,     /* HTTP_BINDING_INFO: g, of the queue to delegate to */
    HttpServerFastForwardingProperty = 18, /* HTTP_FAST_FORWARD_INFO */
    HttpServerRequestInfoProperty = 19     /* HTTP_REQUEST_INFO_PROPERTY_INFO */
} HTTP_SERVER_PROPERTY, *PHTTP_SERVER_PROPERTY;

/* The beginning of most property structures. Present 0 takes the property away again. */
typedef struct _HTTP_PROPERTY_FLAGS {
    ULONG Present : 1;
} HTTP_PROPERTY_FLAGS, *PHTTP_PROPERTY_FLAGS;

/* Bounds of HttpServerQueueLengthProperty. */
#define HTTP_MIN_SERVER_QUEUE_LENGTH 1
#define HTTP_MAX_SERVER_QUEUE_LENGTH 0x7FFFFFFF

typedef enum _HTTP_ENABLED_STATE {
    HttpEnabledStateActive = 0,
    HttpEnabledStateInactive = 1 /* requests get 503 */
} HTTP_ENABLED_STATE, *PHTTP_ENABLED_STATE;

typedef struct _HTTP_STATE_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    HTTP_ENABLED_STATE State;
} HTTP_STATE_INFO, *PHTTP_STATE_INFO;

/* What a client sees when its request can't be queued. */
typedef enum _HTTP_503_RESPONSE_VERBOSITY {
    Http503ResponseVerbosityBasic = 0,   /* the default: the connection is reset */
    Http503ResponseVerbosityLimited = 1, /* 503 Service Unavailable */
    Http503ResponseVerbosityFull = 2     /* 503 and the reason */
} HTTP_503_RESPONSE_VERBOSITY, *PHTTP_503_RESPONSE_VERBOSITY;

/* The queue that gets a group's requests. Without one they get 503. */
typedef struct _HTTP_BINDING_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    HANDLE RequestQueueHandle;
} HTTP_BINDING_INFO, *PHTTP_BINDING_INFO;

/*
 * Whether URLs that name an IP address listen on all addresses, shared with others, or on that
 * address alone.
 */
typedef struct _HTTP_LISTEN_ENDPOINT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    BOOLEAN EnableSharing;
} HTTP_LISTEN_ENDPOINT_INFO, *PHTTP_LISTEN_ENDPOINT_INFO;

/* From which networks requests are taken: the protection levels of IPv6 sockets. */
typedef enum _HTTP_PROTECTION_LEVEL_TYPE {
    HttpProtectionLevelUnrestricted = 0,
    HttpProtectionLevelEdgeRestricted = 1,
    HttpProtectionLevelRestricted = 2
} HTTP_PROTECTION_LEVEL_TYPE, *PHTTP_PROTECTION_LEVEL_TYPE;

typedef struct _HTTP_PROTECTION_LEVEL_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    HTTP_PROTECTION_LEVEL_TYPE Level;
} HTTP_PROTECTION_LEVEL_INFO, *PHTTP_PROTECTION_LEVEL_INFO;

/* Lets responses come from WinHTTP (HttpDataChunkFromWinHttpFastForwarding). */
typedef struct _HTTP_FAST_FORWARD_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    BOOLEAN EnableFastForwarding;
} HTTP_FAST_FORWARD_INFO, *PHTTP_FAST_FORWARD_INFO;

/* Which optional HTTP_REQUEST_INFOs come with each request. */
#define HTTP_REQUEST_INFO_FLAG_INITIAL_TTL 0x00000001ull

typedef struct _HTTP_REQUEST_INFO_PROPERTY_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONGLONG RequestInfoFlags;
} HTTP_REQUEST_INFO_PROPERTY_INFO, *PHTTP_REQUEST_INFO_PROPERTY_INFO;

/*
 * Timeouts: seconds, and 0 for the next outer object's value. The API's defaults are 120 s and 150
 * bytes a second.
 */
typedef struct _HTTP_TIMEOUT_LIMIT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    USHORT EntityBody;      /* between two pieces of the request's body */
    USHORT DrainEntityBody; /* for a body that nobody reads, after the response */
    USHORT RequestQueue;    /* in the queue, until received */
    USHORT IdleConnection;  /* between requests, from the connection's second request on */
    USHORT HeaderWait;      /* for the headers, from the connection's second request on */
    ULONG MinSendRate;      /* bytes a second that the client must take; MAXULONG: none */
} HTTP_TIMEOUT_LIMIT_INFO, *PHTTP_TIMEOUT_LIMIT_INFO;

/* QosSetting points to the structure named here. */
typedef enum _HTTP_QOS_SETTING_TYPE {
    HttpQosSettingTypeBandwidth = 0,       /* HTTP_BANDWIDTH_LIMIT_INFO: s g */
    HttpQosSettingTypeConnectionLimit = 1, /* HTTP_CONNECTION_LIMIT_INFO: g */
    HttpQosSettingTypeFlowRate = 2         /* HTTP_FLOWRATE_INFO: responses */
} HTTP_QOS_SETTING_TYPE, *PHTTP_QOS_SETTING_TYPE;

typedef struct _HTTP_QOS_SETTING_INFO {
    HTTP_QOS_SETTING_TYPE QosType;
    PVOID QosSetting;
} HTTP_QOS_SETTING_INFO, *PHTTP_QOS_SETTING_INFO;

/* No limit, for bandwidths, connections and log file sizes. */
#define HTTP_LIMIT_INFINITE ((ULONG)-1)

/* The least value of the bandwidths below, bytes a second. */
#define HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE ((ULONG)1024)

typedef struct _HTTP_CONNECTION_LIMIT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG MaxConnections;
} HTTP_CONNECTION_LIMIT_INFO, *PHTTP_CONNECTION_LIMIT_INFO;

typedef struct _HTTP_BANDWIDTH_LIMIT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG MaxBandwidth; /* bytes a second */
} HTTP_BANDWIDTH_LIMIT_INFO, *PHTTP_BANDWIDTH_LIMIT_INFO;

/* The first BurstSize bytes of a response at MaxPeakBandwidth, the rest at MaxBandwidth. */
typedef struct _HTTP_FLOWRATE_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG MaxBandwidth;     /* bytes a second */
    ULONG MaxPeakBandwidth; /* bytes a second */
    ULONG BurstSize;
} HTTP_FLOWRATE_INFO, *PHTTP_FLOWRATE_INFO;

/* -- authentication -- */

/* HTTP_SERVER_AUTHENTICATION_INFO.AuthSchemes */
#define HTTP_AUTH_ENABLE_BASIC 0x00000001
#define HTTP_AUTH_ENABLE_DIGEST 0x00000002
#define HTTP_AUTH_ENABLE_NTLM 0x00000004
#define HTTP_AUTH_ENABLE_NEGOTIATE 0x00000008
#define HTTP_AUTH_ENABLE_KERBEROS 0x00000010 /* HttpServerExtendedAuthenticationProperty only */
#define HTTP_AUTH_ENABLE_ALL \
    (HTTP_AUTH_ENABLE_BASIC | HTTP_AUTH_ENABLE_DIGEST | HTTP_AUTH_ENABLE_NTLM | \
     HTTP_AUTH_ENABLE_NEGOTIATE | HTTP_AUTH_ENABLE_KERBEROS)

/*
 * HTTP_SERVER_AUTHENTICATION_INFO.ExFlags, for Kerberos and Negotiate: authenticate once for a
 * connection; use the credentials of the thread that sets the property.
 */
#define HTTP_AUTH_EX_FLAG_ENABLE_KERBEROS_CREDENTIAL_CACHING 0x01
#define HTTP_AUTH_EX_FLAG_CAPTURE_CREDENTIAL 0x02

typedef struct _HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS {
    USHORT DomainNameLength;
    PWSTR DomainName; /* the protection space; NULL: all URLs of the server */
    USHORT RealmLength;
    PWSTR Realm;
} HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS, *PHTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS;

typedef struct _HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS {
    USHORT RealmLength;
    PWSTR Realm;
} HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS, *PHTTP_SERVER_AUTHENTICATION_BASIC_PARAMS;

/*
 * Which schemes the API itself carries out; the result comes with each request as
 * HTTP_REQUEST_AUTH_INFO.
 */
typedef struct _HTTP_SERVER_AUTHENTICATION_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG AuthSchemes;
    BOOLEAN ReceiveMutualAuth;            /* requests come with pMutualAuthData */
    BOOLEAN ReceiveContextHandle;         /* requests come with PackedContext */
    BOOLEAN DisableNTLMCredentialCaching; /* authenticate each request, not each connection */
    UCHAR ExFlags;
    HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS DigestParams;
    HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS BasicParams;
} HTTP_SERVER_AUTHENTICATION_INFO, *PHTTP_SERVER_AUTHENTICATION_INFO;

typedef enum _HTTP_AUTH_STATUS {
    HttpAuthStatusSuccess = 0,
    HttpAuthStatusNotAuthenticated = 1, /* nothing tried: the application sends the 401 */
    HttpAuthStatusFailure = 2           /* SecStatus says why */
} HTTP_AUTH_STATUS, *PHTTP_AUTH_STATUS;

typedef enum _HTTP_REQUEST_AUTH_TYPE {
    HttpRequestAuthTypeNone = 0,
    HttpRequestAuthTypeBasic = 1,
    HttpRequestAuthTypeDigest = 2,
    HttpRequestAuthTypeNTLM = 3,
    HttpRequestAuthTypeNegotiate = 4,
    HttpRequestAuthTypeKerberos = 5
} HTTP_REQUEST_AUTH_TYPE, *PHTTP_REQUEST_AUTH_TYPE;

/*
 * HTTP_REQUEST_AUTH_INFO.Flags: an earlier request of the connection was authenticated, this one
 * wasn't again.
 */
#define HTTP_REQUEST_AUTH_FLAG_TOKEN_FOR_CACHED_CRED 0x00000001

/*
 * Who sent a request. After anything but success only AuthStatus, SecStatus and AuthType mean
 * something.
 */
typedef struct _HTTP_REQUEST_AUTH_INFO {
    HTTP_AUTH_STATUS AuthStatus;
    SECURITY_STATUS SecStatus;
    ULONG Flags;
    HTTP_REQUEST_AUTH_TYPE AuthType;
    HANDLE AccessToken; /* the application closes it */
    ULONG ContextAttributes;
    ULONG PackedContextLength;
    ULONG PackedContextType;
    PVOID PackedContext; /* the application frees it: FreeContextBuffer */
    ULONG MutualAuthDataLength;
    PCHAR pMutualAuthData; /* the value for the WWW-Authenticate header of the final response */
    USHORT PackageNameLength;
    PWSTR pPackageName; /* what Negotiate settled on */
} HTTP_REQUEST_AUTH_INFO, *PHTTP_REQUEST_AUTH_INFO;

/* -- channel binding, token binding -- */

/* How much a client must bind its authentication to the TLS connection. */
typedef enum _HTTP_AUTHENTICATION_HARDENING_LEVELS {
    HttpAuthenticationHardeningLegacy = 0, /* not checked */
    HttpAuthenticationHardeningMedium = 1, /* checked when the client sends a token */
    HttpAuthenticationHardeningStrict = 2  /* required */
} HTTP_AUTHENTICATION_HARDENING_LEVELS;

typedef enum _HTTP_SERVICE_BINDING_TYPE {
    HttpServiceBindingTypeNone = 0,
    HttpServiceBindingTypeW = 1,
    HttpServiceBindingTypeA = 2
} HTTP_SERVICE_BINDING_TYPE;

/* A service principal name; Type says whether the structure goes on as A or as W. */
typedef struct _HTTP_SERVICE_BINDING_BASE {
    HTTP_SERVICE_BINDING_TYPE Type;
} HTTP_SERVICE_BINDING_BASE, *PHTTP_SERVICE_BINDING_BASE;

typedef struct _HTTP_SERVICE_BINDING_A {
    HTTP_SERVICE_BINDING_BASE Base;
    PCHAR Buffer;
    ULONG BufferSize;
} HTTP_SERVICE_BINDING_A, *PHTTP_SERVICE_BINDING_A;

typedef struct _HTTP_SERVICE_BINDING_W {
    HTTP_SERVICE_BINDING_BASE Base;
    PWCHAR Buffer;
    ULONG BufferSize;
} HTTP_SERVICE_BINDING_W, *PHTTP_SERVICE_BINDING_W;

/* HTTP_CHANNEL_BIND_INFO.Flags */
#define HTTP_CHANNEL_BIND_PROXY 0x00000001 /* TLS ends in a proxy: any token will do */
#define HTTP_CHANNEL_BIND_NO_SERVICE_NAME_CHECK 0x00000002
#define HTTP_CHANNEL_BIND_DOTLESS_SERVICE 0x00000004 /* ServiceNames may have names without a dot */
#define HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN 0x00000008 /* requests come with their token */
#define HTTP_CHANNEL_BIND_CLIENT_SERVICE 0x00000010  /* and with the service name the client used */
#define HTTP_CHANNEL_BIND_PROXY_COHOSTING 0x00000020 /* with PROXY: also requests without TLS */

typedef struct _HTTP_CHANNEL_BIND_INFO {
    HTTP_AUTHENTICATION_HARDENING_LEVELS Hardening;
    ULONG Flags;
    PHTTP_SERVICE_BINDING_BASE *ServiceNames;
    ULONG NumberOfServiceNames;
} HTTP_CHANNEL_BIND_INFO, *PHTTP_CHANNEL_BIND_INFO;

/* The token of a request's connection. ServiceName is an HTTP_SERVICE_BINDING_W. */
typedef struct _HTTP_REQUEST_CHANNEL_BIND_STATUS {
    PHTTP_SERVICE_BINDING_BASE ServiceName;
    PUCHAR ChannelToken;
    ULONG ChannelTokenSize;
    ULONG Flags;
} HTTP_REQUEST_CHANNEL_BIND_STATUS, *PHTTP_REQUEST_CHANNEL_BIND_STATUS;

/* Token binding (RFC 8471): the message, and the connection's exported keying material. */
typedef struct _HTTP_REQUEST_TOKEN_BINDING_INFO {
    PUCHAR TokenBinding;
    ULONG TokenBindingSize;
    PUCHAR EKM;
    ULONG EKMSize;
    BYTE KeyType;
} HTTP_REQUEST_TOKEN_BINDING_INFO, *PHTTP_REQUEST_TOKEN_BINDING_INFO;

/* -- logging -- */

/* The fields of a W3C log: HTTP_LOGGING_INFO.Fields. */
#define HTTP_LOG_FIELD_DATE 0x00000001
#define HTTP_LOG_FIELD_TIME 0x00000002
#define HTTP_LOG_FIELD_CLIENT_IP 0x00000004
#define HTTP_LOG_FIELD_USER_NAME 0x00000008
#define HTTP_LOG_FIELD_SITE_NAME 0x00000010
#define HTTP_LOG_FIELD_COMPUTER_NAME 0x00000020
#define HTTP_LOG_FIELD_SERVER_IP 0x00000040
#define HTTP_LOG_FIELD_METHOD 0x00000080
#define HTTP_LOG_FIELD_URI_STEM 0x00000100
#define HTTP_LOG_FIELD_URI_QUERY 0x00000200
#define HTTP_LOG_FIELD_STATUS 0x00000400
#define HTTP_LOG_FIELD_WIN32_STATUS 0x00000800
#define HTTP_LOG_FIELD_BYTES_SENT 0x00001000
#define HTTP_LOG_FIELD_BYTES_RECV 0x00002000
#define HTTP_LOG_FIELD_TIME_TAKEN 0x00004000 /* milliseconds */
#define HTTP_LOG_FIELD_SERVER_PORT 0x00008000
#define HTTP_LOG_FIELD_USER_AGENT 0x00010000
#define HTTP_LOG_FIELD_COOKIE 0x00020000
#define HTTP_LOG_FIELD_REFERER 0x00040000
#define HTTP_LOG_FIELD_VERSION 0x00080000
#define HTTP_LOG_FIELD_HOST 0x00100000
#define HTTP_LOG_FIELD_SUB_STATUS 0x00200000
#define HTTP_LOG_FIELD_STREAM_ID 0x08000000
#define HTTP_LOG_FIELD_STREAM_ID_EX 0x10000000
#define HTTP_LOG_FIELD_TRANSPORT_TYPE 0x20000000

/* Fields of the error log alone, which isn't configured through this API. */
#define HTTP_LOG_FIELD_CLIENT_PORT 0x00400000
#define HTTP_LOG_FIELD_URI 0x00800000
#define HTTP_LOG_FIELD_SITE_ID 0x01000000
#define HTTP_LOG_FIELD_REASON 0x02000000
#define HTTP_LOG_FIELD_QUEUE_NAME 0x04000000
#define HTTP_LOG_FIELD_CORRELATION_ID 0x40000000
#define HTTP_LOG_FIELD_FAULT_CODE 0x80000000

/* The first of a second set of fields. Sources differ on its width; 64 bits serve both. */
#define HTTP_LOG_FIELD_EXT_FAULT_CODE_EXT 0x00000001ull

/* HTTP_LOGGING_INFO.LoggingFlags. The last two exclude each other. */
#define HTTP_LOGGING_FLAG_LOCAL_TIME_ROLLOVER 0x00000001 /* days begin by local time, not UTC */
#define HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION 0x00000002 /* write UTF-8, not the local code page */
#define HTTP_LOGGING_FLAG_LOG_ERRORS_ONLY 0x00000004
#define HTTP_LOGGING_FLAG_LOG_SUCCESS_ONLY 0x00000008

typedef enum _HTTP_LOGGING_TYPE {
    HttpLoggingTypeW3C = 0,  /* s g */
    HttpLoggingTypeIIS = 1,  /* g */
    HttpLoggingTypeNCSA = 2, /* g */
    HttpLoggingTypeRaw = 3   /* s: central and binary */
} HTTP_LOGGING_TYPE, *PHTTP_LOGGING_TYPE;

/* When a new log file begins. */
typedef enum _HTTP_LOGGING_ROLLOVER_TYPE {
    HttpLoggingRolloverSize = 0,
    HttpLoggingRolloverDaily = 1,
    HttpLoggingRolloverWeekly = 2,
    HttpLoggingRolloverMonthly = 3,
    HttpLoggingRolloverHourly = 4
} HTTP_LOGGING_ROLLOVER_TYPE, *PHTTP_LOGGING_ROLLOVER_TYPE;

/* The least RolloverSize, bytes. */
#define HTTP_MIN_ALLOWED_LOG_FILE_ROLLOVER_SIZE ((ULONG)(1 * 1024 * 1024))

/* Where and what to log. A response is logged only if it was sent with HTTP_LOG_FIELDS_DATA. */
typedef struct _HTTP_LOGGING_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG LoggingFlags;
    PCWSTR SoftwareName; /* the W3C header's #Software; NULL: the API's own */
    USHORT SoftwareNameLength;
    USHORT DirectoryNameLength;
    PCWSTR DirectoryName; /* full path, at most 424 bytes, one log's alone */
    HTTP_LOGGING_TYPE Format;
    ULONG Fields;
    PVOID pExtFields;      /* reserved */
    USHORT NumOfExtFields; /* reserved */
    USHORT MaxRecordSize;  /* reserved */
    HTTP_LOGGING_ROLLOVER_TYPE RolloverType;
    ULONG RolloverSize; /* bytes, for HttpLoggingRolloverSize; or HTTP_LIMIT_INFINITE */
    PSECURITY_DESCRIPTOR pSecurityDescriptor; /* of the directory; NULL: inherited */
} HTTP_LOGGING_INFO, *PHTTP_LOGGING_INFO;

typedef enum _HTTP_LOG_DATA_TYPE {
    HttpLogDataTypeFields = 0
} HTTP_LOG_DATA_TYPE, *PHTTP_LOG_DATA_TYPE;

/* What the send functions take; HTTP_LOG_FIELDS_DATA is the only kind. */
typedef struct _HTTP_LOG_DATA {
    HTTP_LOG_DATA_TYPE Type;
} HTTP_LOG_DATA, *PHTTP_LOG_DATA;

/*
 * What to log of one response, given with its last send. A NULL pointer with length 0 leaves a
 * field empty.
 */
typedef struct _HTTP_LOG_FIELDS_DATA {
    HTTP_LOG_DATA Base;
    USHORT UserNameLength;
    USHORT UriStemLength;
    USHORT ClientIpLength;
    USHORT ServerNameLength;
    USHORT ServiceNameLength;
    USHORT ServerIpLength;
    USHORT MethodLength;
    USHORT UriQueryLength;
    USHORT HostLength;
    USHORT UserAgentLength;
    USHORT CookieLength;
    USHORT ReferrerLength;
    PWCHAR UserName;
    PWCHAR UriStem;
    PCHAR ClientIp;
    PCHAR ServerName;
    PCHAR ServiceName;
    PCHAR ServerIp;
    PCHAR Method;
    PCHAR UriQuery;
    PCHAR Host;
    PCHAR UserAgent;
    PCHAR Cookie;
    PCHAR Referrer;
    USHORT ServerPort;
    USHORT ProtocolStatus;
    ULONG Win32Status;
    HTTP_VERB MethodNum;
    USHORT SubStatus;
} HTTP_LOG_FIELDS_DATA, *PHTTP_LOG_FIELDS_DATA;

/* -- creating queues and URL groups -- */

/* Flags of HttpCreateRequestQueue. */
#define HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING 0x00000001 /* another process's, by name */
#define HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER 0x00000002    /* configure it, receive nothing */
#define HTTP_CREATE_REQUEST_QUEUE_FLAG_DELEGATION 0x00000008    /* to delegate requests to it */

/*
 * Properties of a queue given at its creation. The function that takes them has no public
 * prototype.
 */
typedef enum _HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID {
    CreateRequestQueueExternalIdProperty = 1,
    CreateRequestQueueMax = 2
} HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID, *PHTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID;

typedef struct _HTTP_CREATE_REQUEST_QUEUE_PROPERTY_INFO {
    HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID PropertyId;
    ULONG PropertyInfoLength;
    PVOID PropertyInfo;
} HTTP_CREATE_REQUEST_QUEUE_PROPERTY_INFO, *PHTTP_CREATE_REQUEST_QUEUE_PROPERTY_INFO;

/* Flag of HttpRemoveUrlFromUrlGroup: every URL of the group. */
#define HTTP_URL_FLAG_REMOVE_ALL 0x00000001

/* ======== 7. Machine-wide configuration ======== */

/*
 * The kinds of record. A *_SET sets, updates and deletes one (of the listen list a *_PARAM); of a
 * delete only the key counts. A *_QUERY asks for one and gets a *_SET; of timeouts, cache and
 * settings the *_KEY asks and gets the *_PARAM.
 */
typedef enum _HTTP_SERVICE_CONFIG_ID {
    HttpServiceConfigIPListenList = 0,      /* HTTP_SERVICE_CONFIG_IP_LISTEN_* */
    HttpServiceConfigSSLCertInfo = 1,       /* HTTP_SERVICE_CONFIG_SSL_*, by address and port */
    HttpServiceConfigUrlAclInfo = 2,        /* HTTP_SERVICE_CONFIG_URLACL_* */
    HttpServiceConfigTimeout = 3,           /* HTTP_SERVICE_CONFIG_TIMEOUT_* */
    HttpServiceConfigCache = 4,             /* HTTP_SERVICE_CONFIG_CACHE_* */
    HttpServiceConfigSslSniCertInfo = 5,    /* HTTP_SERVICE_CONFIG_SSL_SNI_*, by host and port */
    HttpServiceConfigSslCcsCertInfo = 6,    /* HTTP_SERVICE_CONFIG_SSL_CCS_*, by port */
    HttpServiceConfigSetting = 7,           /* HTTP_SERVICE_CONFIG_SETTING_* */
    HttpServiceConfigSslCertInfoEx = 8,     /* HTTP_SERVICE_CONFIG_SSL_*_EX */
    HttpServiceConfigSslSniCertInfoEx = 9,  /* HTTP_SERVICE_CONFIG_SSL_SNI_*_EX */
    HttpServiceConfigSslCcsCertInfoEx = 10, /* HTTP_SERVICE_CONFIG_SSL_CCS_*_EX */
    HttpServiceConfigSslScopedCcsCertInfo = 11, /* central store, by host and port */
    HttpServiceConfigSslScopedCcsCertInfoEx = 12,
    HttpServiceConfigMax = 13
} HTTP_SERVICE_CONFIG_ID, *PHTTP_SERVICE_CONFIG_ID;

typedef enum _HTTP_SERVICE_CONFIG_QUERY_TYPE {
    HttpServiceConfigQueryExact = 0, /* the record with the key in KeyDesc */
    HttpServiceConfigQueryNext = 1,  /* record number dwToken, from 0 */
    HttpServiceConfigQueryMax = 2
} HTTP_SERVICE_CONFIG_QUERY_TYPE, *PHTTP_SERVICE_CONFIG_QUERY_TYPE;

/* -- timeouts, cache, settings -- */

typedef enum _HTTP_SERVICE_CONFIG_TIMEOUT_KEY {
    IdleConnectionTimeout = 0,
    HeaderWaitTimeout = 1
} HTTP_SERVICE_CONFIG_TIMEOUT_KEY, *PHTTP_SERVICE_CONFIG_TIMEOUT_KEY;

typedef USHORT HTTP_SERVICE_CONFIG_TIMEOUT_PARAM, *PHTTP_SERVICE_CONFIG_TIMEOUT_PARAM; /* seconds */

typedef struct _HTTP_SERVICE_CONFIG_TIMEOUT_SET {
    HTTP_SERVICE_CONFIG_TIMEOUT_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_TIMEOUT_PARAM ParamDesc;
} HTTP_SERVICE_CONFIG_TIMEOUT_SET, *PHTTP_SERVICE_CONFIG_TIMEOUT_SET;

typedef enum _HTTP_SERVICE_CONFIG_CACHE_KEY {
    MaxCacheResponseSize = 0,
    CacheRangeChunkSize = 1
} HTTP_SERVICE_CONFIG_CACHE_KEY, *PHTTP_SERVICE_CONFIG_CACHE_KEY;

typedef ULONG HTTP_SERVICE_CONFIG_CACHE_PARAM, *PHTTP_SERVICE_CONFIG_CACHE_PARAM; /* bytes */

typedef struct _HTTP_SERVICE_CONFIG_CACHE_SET {
    HTTP_SERVICE_CONFIG_CACHE_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_CACHE_PARAM ParamDesc;
} HTTP_SERVICE_CONFIG_CACHE_SET, *PHTTP_SERVICE_CONFIG_CACHE_SET;

typedef enum _HTTP_SERVICE_CONFIG_SETTING_KEY {
    HttpNone = 0,
    HttpTlsThrottle = 1
} HTTP_SERVICE_CONFIG_SETTING_KEY, *PHTTP_SERVICE_CONFIG_SETTING_KEY;

typedef ULONG HTTP_SERVICE_CONFIG_SETTING_PARAM, *PHTTP_SERVICE_CONFIG_SETTING_PARAM;

typedef struct _HTTP_SERVICE_CONFIG_SETTING_SET {
    HTTP_SERVICE_CONFIG_SETTING_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_SETTING_PARAM ParamDesc;
} HTTP_SERVICE_CONFIG_SETTING_SET, *PHTTP_SERVICE_CONFIG_SETTING_SET;

/* -- addresses to listen on; none configured: all -- */

typedef struct _HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM {
    USHORT AddrLength;
    PSOCKADDR pAddress;
} HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM, *PHTTP_SERVICE_CONFIG_IP_LISTEN_PARAM;

typedef struct _HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY {
    ULONG AddrCount;
    SOCKADDR_STORAGE AddrList[ANYSIZE_ARRAY]; /* AddrCount of them */
} HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY, *PHTTP_SERVICE_CONFIG_IP_LISTEN_QUERY;

/* -- URL reservations: who may add which URLs -- */

typedef struct _HTTP_SERVICE_CONFIG_URLACL_KEY {
    PWSTR pUrlPrefix;
} HTTP_SERVICE_CONFIG_URLACL_KEY, *PHTTP_SERVICE_CONFIG_URLACL_KEY;

typedef struct _HTTP_SERVICE_CONFIG_URLACL_PARAM {
    PWSTR pStringSecurityDescriptor; /* SDDL; GX: may add, GW: may reserve below, GA: both */
} HTTP_SERVICE_CONFIG_URLACL_PARAM, *PHTTP_SERVICE_CONFIG_URLACL_PARAM;

typedef struct _HTTP_SERVICE_CONFIG_URLACL_SET {
    HTTP_SERVICE_CONFIG_URLACL_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_URLACL_PARAM ParamDesc;
} HTTP_SERVICE_CONFIG_URLACL_SET, *PHTTP_SERVICE_CONFIG_URLACL_SET;

typedef struct _HTTP_SERVICE_CONFIG_URLACL_QUERY {
    HTTP_SERVICE_CONFIG_QUERY_TYPE QueryDesc;
    HTTP_SERVICE_CONFIG_URLACL_KEY KeyDesc;
    DWORD dwToken;
} HTTP_SERVICE_CONFIG_URLACL_QUERY, *PHTTP_SERVICE_CONFIG_URLACL_QUERY;

/* -- TLS: which certificate a listening address, host name or port uses -- */

typedef struct _HTTP_SERVICE_CONFIG_SSL_KEY {
    PSOCKADDR pIpPort;
} HTTP_SERVICE_CONFIG_SSL_KEY, *PHTTP_SERVICE_CONFIG_SSL_KEY;

typedef struct _HTTP_SERVICE_CONFIG_SSL_KEY_EX {
    SOCKADDR_STORAGE IpPort;
} HTTP_SERVICE_CONFIG_SSL_KEY_EX, *PHTTP_SERVICE_CONFIG_SSL_KEY_EX;

/* By the name in the client's hello (SNI) and the port; the address is the unspecified one. */
typedef struct _HTTP_SERVICE_CONFIG_SSL_SNI_KEY {
    SOCKADDR_STORAGE IpPort;
    PWSTR Host;
} HTTP_SERVICE_CONFIG_SSL_SNI_KEY, *PHTTP_SERVICE_CONFIG_SSL_SNI_KEY;

/* By port: the certificate is looked up by name in the central certificate store (CCS). */
typedef struct _HTTP_SERVICE_CONFIG_SSL_CCS_KEY {
    SOCKADDR_STORAGE LocalAddress;
} HTTP_SERVICE_CONFIG_SSL_CCS_KEY, *PHTTP_SERVICE_CONFIG_SSL_CCS_KEY;

/*
 * HTTP_SERVICE_CONFIG_SSL_PARAM.DefaultCertCheckMode: how client certificates are checked; 0:
 * fully.
 */
#define HTTP_CERT_CHECK_MODE_NO_REVOCATION 0x00000001
#define HTTP_CERT_CHECK_MODE_CACHED_REVOCATION 0x00000002 /* fetch no revocation list */
#define HTTP_CERT_CHECK_MODE_USE_REVOCATION_FRESHNESS 0x00000004 /* ...FreshnessTime counts */
#define HTTP_CERT_CHECK_MODE_CACHED_URLS 0x00000008 /* fetch nothing at all */
#define HTTP_CERT_CHECK_MODE_NO_AIA 0x00000010      /* fetch no missing issuers */
#define HTTP_CERT_CHECK_MODE_NO_USAGE_CHECK 0x00010000

/* HTTP_SERVICE_CONFIG_SSL_PARAM.DefaultFlags */
#define HTTP_SERVICE_CONFIG_SSL_FLAG_USE_DS_MAPPER 0x00000001 /* map certificates to accounts */
#define HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT 0x00000002 /* in the handshake */
#define HTTP_SERVICE_CONFIG_SSL_FLAG_NO_RAW_FILTER 0x00000004 /* no raw ISAPI filters */
#define HTTP_SERVICE_CONFIG_SSL_FLAG_REJECT 0x00000008        /* refuse the connection */
#define HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_HTTP2 0x00000010
#define HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_QUIC 0x00000020
#define HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_TLS13 0x00000040
#define HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_OCSP_STAPLING 0x00000080
#define HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_TOKEN_BINDING 0x00000100
#define HTTP_SERVICE_CONFIG_SSL_FLAG_LOG_EXTENDED_EVENTS 0x00000200
#define HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_LEGACY_TLS 0x00000400 /* TLS 1.0 and 1.1 */
#define HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_SESSION_TICKET 0x00000800
#define HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_TLS12 0x00001000
#define HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_CLIENT_CORRELATION 0x00002000
#define HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_SESSION_ID 0x00004000
#define HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_CACHE_CLIENT_HELLO 0x00008000

typedef struct _HTTP_SERVICE_CONFIG_SSL_PARAM {
    ULONG SslHashLength;
    PVOID pSslHash;          /* SHA-1 of the certificate */
    GUID AppId;              /* who made the record */
    PWSTR pSslCertStoreName; /* of the machine's stores; NULL: MY */
    DWORD DefaultCertCheckMode;
    DWORD DefaultRevocationFreshnessTime;       /* seconds; 0: until the list expires */
    DWORD DefaultRevocationUrlRetrievalTimeout; /* milliseconds */
    PWSTR pDefaultSslCtlIdentifier; /* the list of issuers to trust, and its store */
    PWSTR pDefaultSslCtlStoreName;
    DWORD DefaultFlags;
} HTTP_SERVICE_CONFIG_SSL_PARAM, *PHTTP_SERVICE_CONFIG_SSL_PARAM;

/*
 * Further parameters of a record, each set and queried by its own:
 * HTTP_SERVICE_CONFIG_SSL_PARAM_EX.
 */
typedef enum _HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE {
    ExParamTypeHttp2Window = 0,
    ExParamTypeHttp2SettingsLimits = 1,
    ExParamTypeHttpPerformance = 2,
    ExParamTypeTlsRestrictions = 3,
    ExParamTypeErrorHeaders = 4,
    ExParamTypeTlsSessionTicketKeys = 5,
    ExParamTypeCertConfig = 6,
    ExParamTypeMax = 7
} HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE, *PHTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE;

typedef struct _HTTP2_WINDOW_SIZE_PARAM {
    DWORD Http2ReceiveWindowSize; /* bytes */
} HTTP2_WINDOW_SIZE_PARAM, *PHTTP2_WINDOW_SIZE_PARAM;

/* How many settings a client may send before its connection is closed. */
typedef struct _HTTP2_SETTINGS_LIMITS_PARAM {
    DWORD Http2MaxSettingsPerFrame;
    DWORD Http2MaxSettingsPerMinute;
} HTTP2_SETTINGS_LIMITS_PARAM, *PHTTP2_SETTINGS_LIMITS_PARAM;

typedef enum _HTTP_PERFORMANCE_PARAM_TYPE {
    PerformanceParamSendBufferingFlags = 0,
    PerformanceParamAggressiveICW = 1, /* a larger initial congestion window */
    PerformanceParamMaxSendBufferSize = 2,
    PerformanceParamMaxConcurrentClientStreams = 3,
    PerformanceParamMaxReceiveBufferSize = 4,
    PerformanceParamDecryptOnSspiThread = 5,
    PerformanceParamMax = 6
} HTTP_PERFORMANCE_PARAM_TYPE, *PHTTP_PERFORMANCE_PARAM_TYPE;

typedef struct _HTTP_PERFORMANCE_PARAM {
    HTTP_PERFORMANCE_PARAM_TYPE Type;
    ULONG BufferSize;
    PVOID Buffer;
} HTTP_PERFORMANCE_PARAM, *PHTTP_PERFORMANCE_PARAM;

typedef struct _HTTP_TLS_RESTRICTIONS_PARAM {
    ULONG RestrictionCount;
    PVOID TlsRestrictions;
} HTTP_TLS_RESTRICTIONS_PARAM, *PHTTP_TLS_RESTRICTIONS_PARAM;

/* Headers that the API adds to its own responses with this status. */
typedef struct _HTTP_ERROR_HEADERS_PARAM {
    USHORT StatusCode;
    USHORT HeaderCount;
    PHTTP_UNKNOWN_HEADER Headers;
} HTTP_ERROR_HEADERS_PARAM, *PHTTP_ERROR_HEADERS_PARAM;

typedef struct _HTTP_TLS_SESSION_TICKET_KEYS_PARAM {
    ULONG SessionTicketKeyCount;
    PVOID SessionTicketKeys;
} HTTP_TLS_SESSION_TICKET_KEYS_PARAM, *PHTTP_TLS_SESSION_TICKET_KEYS_PARAM;

#define HTTP_SSL_CERT_SHA_HASH_LENGTH 20
#define HTTP_SSL_CERT_STORE_NAME_LENGTH 128

/* Several certificates for one record, so that the client's algorithms choose. */
typedef struct _HTTP_CERT_CONFIG_ENTRY {
    UCHAR CertHash[HTTP_SSL_CERT_SHA_HASH_LENGTH];
    WCHAR CertStoreName[HTTP_SSL_CERT_STORE_NAME_LENGTH];
} HTTP_CERT_CONFIG_ENTRY, *PHTTP_CERT_CONFIG_ENTRY;

typedef struct _HTTP_CERT_CONFIG_PARAM {
    ULONG CertConfigCount;
    PHTTP_CERT_CONFIG_ENTRY CertConfigs;
} HTTP_CERT_CONFIG_PARAM, *PHTTP_CERT_CONFIG_PARAM;

typedef struct _HTTP_SERVICE_CONFIG_SSL_PARAM_EX {
    HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE ParamType;
    ULONGLONG Flags;
    HTTPAPI_UNNAMED union {
        HTTP2_WINDOW_SIZE_PARAM Http2WindowSizeParam;
        HTTP2_SETTINGS_LIMITS_PARAM Http2SettingsLimitsParam;
        HTTP_PERFORMANCE_PARAM HttpPerformanceParam;
        HTTP_TLS_RESTRICTIONS_PARAM HttpTlsRestrictionsParam;
        HTTP_ERROR_HEADERS_PARAM HttpErrorHeadersParam;
        HTTP_TLS_SESSION_TICKET_KEYS_PARAM HttpTlsSessionTicketKeysParam;
        HTTP_CERT_CONFIG_PARAM HttpCertConfigParam;
    };
} HTTP_SERVICE_CONFIG_SSL_PARAM_EX, *PHTTP_SERVICE_CONFIG_SSL_PARAM_EX;

typedef struct _HTTP_SERVICE_CONFIG_SSL_SET {
    HTTP_SERVICE_CONFIG_SSL_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_SSL_PARAM ParamDesc;
} HTTP_SERVICE_CONFIG_SSL_SET, *PHTTP_SERVICE_CONFIG_SSL_SET;

typedef struct _HTTP_SERVICE_CONFIG_SSL_SNI_SET {
    HTTP_SERVICE_CONFIG_SSL_SNI_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_SSL_PARAM ParamDesc;
} HTTP_SERVICE_CONFIG_SSL_SNI_SET, *PHTTP_SERVICE_CONFIG_SSL_SNI_SET;

typedef struct _HTTP_SERVICE_CONFIG_SSL_CCS_SET {
    HTTP_SERVICE_CONFIG_SSL_CCS_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_SSL_PARAM ParamDesc;
} HTTP_SERVICE_CONFIG_SSL_CCS_SET, *PHTTP_SERVICE_CONFIG_SSL_CCS_SET;

typedef struct _HTTP_SERVICE_CONFIG_SSL_SET_EX {
    HTTP_SERVICE_CONFIG_SSL_KEY_EX KeyDesc;
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX ParamDesc;
} HTTP_SERVICE_CONFIG_SSL_SET_EX, *PHTTP_SERVICE_CONFIG_SSL_SET_EX;

typedef struct _HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX {
    HTTP_SERVICE_CONFIG_SSL_SNI_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX ParamDesc;
} HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX, *PHTTP_SERVICE_CONFIG_SSL_SNI_SET_EX;

typedef struct _HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX {
    HTTP_SERVICE_CONFIG_SSL_CCS_KEY KeyDesc;
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX ParamDesc;
} HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX, *PHTTP_SERVICE_CONFIG_SSL_CCS_SET_EX;

typedef struct _HTTP_SERVICE_CONFIG_SSL_QUERY {
    HTTP_SERVICE_CONFIG_QUERY_TYPE QueryDesc;
    HTTP_SERVICE_CONFIG_SSL_KEY KeyDesc;
    DWORD dwToken;
} HTTP_SERVICE_CONFIG_SSL_QUERY, *PHTTP_SERVICE_CONFIG_SSL_QUERY;

typedef struct _HTTP_SERVICE_CONFIG_SSL_SNI_QUERY {
    HTTP_SERVICE_CONFIG_QUERY_TYPE QueryDesc;
    HTTP_SERVICE_CONFIG_SSL_SNI_KEY KeyDesc;
    DWORD dwToken;
} HTTP_SERVICE_CONFIG_SSL_SNI_QUERY, *PHTTP_SERVICE_CONFIG_SSL_SNI_QUERY;

typedef struct _HTTP_SERVICE_CONFIG_SSL_CCS_QUERY {
    HTTP_SERVICE_CONFIG_QUERY_TYPE QueryDesc;
    HTTP_SERVICE_CONFIG_SSL_CCS_KEY KeyDesc;
    DWORD dwToken;
} HTTP_SERVICE_CONFIG_SSL_CCS_QUERY, *PHTTP_SERVICE_CONFIG_SSL_CCS_QUERY;

typedef struct _HTTP_SERVICE_CONFIG_SSL_QUERY_EX {
    HTTP_SERVICE_CONFIG_QUERY_TYPE QueryDesc;
    HTTP_SERVICE_CONFIG_SSL_KEY_EX KeyDesc;
    DWORD dwToken;
    HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE ParamType;
} HTTP_SERVICE_CONFIG_SSL_QUERY_EX, *PHTTP_SERVICE_CONFIG_SSL_QUERY_EX;

typedef struct _HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX {
    HTTP_SERVICE_CONFIG_QUERY_TYPE QueryDesc;
    HTTP_SERVICE_CONFIG_SSL_SNI_KEY KeyDesc;
    DWORD dwToken;
    HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE ParamType;
} HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX, *PHTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX;

typedef struct _HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX {
    HTTP_SERVICE_CONFIG_QUERY_TYPE QueryDesc;
    HTTP_SERVICE_CONFIG_SSL_CCS_KEY KeyDesc;
    DWORD dwToken;
    HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE ParamType;
} HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX, *PHTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX;

/* What HttpIsFeatureSupported can be asked. */
typedef enum _HTTP_FEATURE_ID {
    HttpFeatureUnknown = 0,
    HttpFeatureResponseTrailers = 1,
    HttpFeatureApiTimings = 2,
    HttpFeatureDelegateEx = 3,
    HttpFeatureHttp3 = 4,
    HttpFeatureTlsSessionTickets = 5,
    HttpFeatureDisableTlsSessionId = 6,
    HttpFeatureTlsDualCerts = 7,
    HttpFeatureAutomaticChunkedEncoding = 8,
    HttpFeatureDedicatedReqQueueDelegationType = 9,
    HttpFeatureFastForwardResponse = 10,
    HttpFeatureCacheTlsClientHello = 11,
    HttpFeatureIdleConnectionTimeoutRequestProperty = 12,
    HttpFeatureDisableAiaFlag = 13,
    HttpFeatureDscp = 14,
    HttpFeatureQueryCipherInfo = 15,
    HttpFeatureQueryInitialPacketTtl = 16,
    HttpFeatureTlsHandshakePerformanceCounters = 17,
    HttpFeatureLast = 18, /* 17 in SDKs before the handshake counters */
    HttpFeaturemax = -1   /* 0xFFFFFFFF */
} HTTP_FEATURE_ID, *PHTTP_FEATURE_ID;

/* ======== 8. Functions ======== */

/*
 * A function returns a Win32 error code, NO_ERROR for success; it isn't GetLastError's. Besides the
 * codes of its own:
 *
 *   ERROR_DLL_INIT_FAILED      HttpInitialize wasn't called
 *   ERROR_INVALID_HANDLE       the queue's handle isn't one, or was closed
 *   ERROR_CONNECTION_INVALID   there is no such request or connection (any more)
 *   ERROR_INVALID_PARAMETER    anything else unusable, or reserved and not 0 or NULL
 *   ERROR_NOACCESS             a pointer to memory that isn't there, or not aligned
 *   ERROR_NOT_ENOUGH_MEMORY
 *
 * Functions with an Overlapped parameter. NULL: the call waits and stores its byte count in the
 * variable given for it. Otherwise NO_ERROR and ERROR_IO_PENDING mean that the event is set or a
 * packet goes to the completion port, with the byte count (for NO_ERROR no packet if
 * FILE_SKIP_COMPLETION_PORT_ON_SUCCESS is set on the queue); any other code means that nothing will
 * come. Buffers must stay until then. Closing the queue, CancelIo and CancelIoEx end a pending call
 * with ERROR_OPERATION_ABORTED.
 *
 * URLs: scheme://host:port/path/ with every part written out; the host is a name, an address, `+`
 * for any or `*` for any that nothing else matches.
 */

/* -- the library -- */

/*
 * Starts the API for this process; comes before every other function. Each call needs an
 * HttpTerminate with the same flags. `Version` HTTPAPI_VERSION_1 or _2, `Flags` HTTP_INITIALIZE_*.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpInitialize(HTTPAPI_VERSION Version, ULONG Flags, PVOID pReserved);

/* Undoes one HttpInitialize. */
HTTPAPI_LINKAGE ULONG WINAPI HttpTerminate(ULONG Flags, PVOID pReserved);

/*
 * Whether the API has a feature that isn't in every Windows. Old systems don't have this function
 * either.
 */
HTTPAPI_LINKAGE BOOL WINAPI HttpIsFeatureSupported(HTTP_FEATURE_ID FeatureId);

/*
 * Fills `Buffer` with a table of functions of an extension. Public as a prototype alone: no
 * extension is known.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpGetExtension(
    HTTPAPI_VERSION Version, ULONG Extension, PVOID Buffer, ULONG BufferSize);

/* -- request queues -- */

/*
 * A version 1 queue: URLs are added to it by HttpAddUrl, it has no properties and no name.
 * CloseHandle closes it.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpCreateHttpHandle(PHANDLE RequestQueueHandle, ULONG Reserved);

/*
 * A version 2 queue, which gets its requests from the URL groups bound to it. With `Name`, at most
 * MAX_PATH bytes, other processes that `SecurityAttributes` lets in may open it too
 * (HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING, and no attributes).
 * ERROR_REVISION_MISMATCH (version not 2.0), ERROR_ALREADY_EXISTS and ERROR_FILE_NOT_FOUND (the
 * name), ERROR_INVALID_NAME, ERROR_ACCESS_DENIED.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpCreateRequestQueue(
    HTTPAPI_VERSION Version, PCWSTR Name, PSECURITY_ATTRIBUTES SecurityAttributes, ULONG Flags,
    PHANDLE RequestQueueHandle);

/* Closes a version 2 queue's handle; its pending calls end with ERROR_OPERATION_ABORTED. */
HTTPAPI_LINKAGE ULONG WINAPI HttpCloseRequestQueue(HANDLE RequestQueueHandle);

/*
 * Ends the use of a queue in this process, but not its handle: no request is routed to it any more;
 * its pending receives and waits and the requests it has taken are cancelled; responses already
 * given go out; requests that nobody has taken go to another process of the queue or wait for one.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpShutdownRequestQueue(HANDLE RequestQueueHandle);

/*
 * Sets a property of a queue, in the process that created it: queue length, state or 503 verbosity.
 * ERROR_NOT_SUPPORTED for a version 1 queue.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpSetRequestQueueProperty(
    HANDLE RequestQueueHandle, HTTP_SERVER_PROPERTY Property, PVOID PropertyInformation,
    ULONG PropertyInformationLength, ULONG Reserved1, PVOID Reserved2);

/*
 * Reads one. ERROR_MORE_DATA with `ReturnLength` set if the buffer is too small;
 * ERROR_NOT_SUPPORTED as above.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryRequestQueueProperty(
    HANDLE RequestQueueHandle, HTTP_SERVER_PROPERTY Property, PVOID PropertyInformation,
    ULONG PropertyInformationLength, ULONG Reserved1, PULONG ReturnLength, PVOID Reserved2);

/*
 * Waits until a request comes that a new process could serve, so that one can be started. For the
 * queue's controller (HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER), one at a time.
 * ERROR_INVALID_ID_AUTHORITY (not the controller), ERROR_ALREADY_EXISTS (one waits already).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpWaitForDemandStart(
    HANDLE RequestQueueHandle, LPOVERLAPPED Overlapped);

/* -- server sessions and URL groups -- */

/*
 * A session: the home of URL groups and their common properties. ERROR_REVISION_MISMATCH unless 1.0
 * or 2.0.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpCreateServerSession(
    HTTPAPI_VERSION Version, PHTTP_SERVER_SESSION_ID ServerSessionId, ULONG Reserved);

/* Closes a session and all of its groups. */
HTTPAPI_LINKAGE ULONG WINAPI HttpCloseServerSession(HTTP_SERVER_SESSION_ID ServerSessionId);

/* Sets a property for all groups of a session: see HTTP_SERVER_PROPERTY. */
HTTPAPI_LINKAGE ULONG WINAPI HttpSetServerSessionProperty(
    HTTP_SERVER_SESSION_ID ServerSessionId, HTTP_SERVER_PROPERTY Property,
    PVOID PropertyInformation, ULONG PropertyInformationLength);

/*
 * Reads one. For HttpServerQosProperty the caller names the setting in QosType and where it goes in
 * QosSetting.
 * ERROR_MORE_DATA with `ReturnLength` set if the buffer is too small.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryServerSessionProperty(
    HTTP_SERVER_SESSION_ID ServerSessionId, HTTP_SERVER_PROPERTY Property,
    PVOID PropertyInformation, ULONG PropertyInformationLength, PULONG ReturnLength);

/* A group of URLs with properties of its own; empty, and bound to no queue. */
HTTPAPI_LINKAGE ULONG WINAPI HttpCreateUrlGroup(
    HTTP_SERVER_SESSION_ID ServerSessionId, PHTTP_URL_GROUP_ID pUrlGroupId, ULONG Reserved);

/* Closes a group and removes its URLs. */
HTTPAPI_LINKAGE ULONG WINAPI HttpCloseUrlGroup(HTTP_URL_GROUP_ID UrlGroupId);

/*
 * Sets a property of a group: see HTTP_SERVER_PROPERTY. HttpServerBindingProperty gives it its
 * queue.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpSetUrlGroupProperty(
    HTTP_URL_GROUP_ID UrlGroupId, HTTP_SERVER_PROPERTY Property, PVOID PropertyInformation,
    ULONG PropertyInformationLength);

/* Reads one, as HttpQueryServerSessionProperty does. */
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryUrlGroupProperty(
    HTTP_URL_GROUP_ID UrlGroupId, HTTP_SERVER_PROPERTY Property, PVOID PropertyInformation,
    ULONG PropertyInformationLength, PULONG ReturnLength);

/*
 * Adds a URL to a group, whether bound or not; `UrlContext` comes back with its requests.
 * ERROR_INVALID_PARAMETER (also for a mistake in the URL), ERROR_ALREADY_EXISTS (also on another queue),
 * ERROR_ACCESS_DENIED (reserved for others), ERROR_SHARING_VIOLATION (a program that doesn't use
 * this API has the port), ERROR_INVALID_NETNAME (an address that isn't this machine's),
 * ERROR_NOT_SUPPORTED (0.0.0.0, and what is like it).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpAddUrlToUrlGroup(
    HTTP_URL_GROUP_ID UrlGroupId, PCWSTR pFullyQualifiedUrl, HTTP_URL_CONTEXT UrlContext,
    ULONG Reserved);

/*
 * Removes a URL, or all with HTTP_URL_FLAG_REMOVE_ALL and a NULL URL. Requests already queued stay.
 * ERROR_FILE_NOT_FOUND (not in the group).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpRemoveUrlFromUrlGroup(
    HTTP_URL_GROUP_ID UrlGroupId, PCWSTR pFullyQualifiedUrl, ULONG Flags);

/*
 * Finds the group of a URL, by its longest matching prefix, among those bound to the queue.
 * ERROR_FILE_NOT_FOUND (none has it).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpFindUrlGroupId(
    PCWSTR FullyQualifiedUrl, HANDLE RequestQueueHandle, PHTTP_URL_GROUP_ID UrlGroupId);

/*
 * Brings a URL with Unicode or punycode names into the form that the other functions take.
 * `PreparedUrl` receives a string that the caller frees: HeapFree on the process heap.
 * ERROR_INVALID_PARAMETER (it has no such form).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpPrepareUrl(
    PVOID Reserved, ULONG Flags, PCWSTR Url, PWSTR *PreparedUrl);

/* Version 1's HttpAddUrlToUrlGroup: straight to a queue, same errors. */
HTTPAPI_LINKAGE ULONG WINAPI HttpAddUrl(
    HANDLE RequestQueueHandle, PCWSTR FullyQualifiedUrl, PVOID Reserved);

/* Takes it back. ERROR_FILE_NOT_FOUND (not on the queue). */
HTTPAPI_LINKAGE ULONG WINAPI HttpRemoveUrl(HANDLE RequestQueueHandle, PCWSTR FullyQualifiedUrl);

/* -- requests -- */

/*
 * Receives a request into `RequestBuffer`, an HTTP_REQUEST followed by what it points to.
 * `RequestId` HTTP_NULL_ID: the queue's next; else the one that an earlier call said was too large.
 * 4 KB do for most requests, 16 KB with authentication. A body that doesn't fit
 * (HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY) is no error: the rest is read with
 * HttpReceiveRequestEntityBody.
 * ERROR_MORE_DATA: too small; ConnectionId and RequestId are filled in, the byte count is the size
 * needed, and the request is this process's under its RequestId. ERROR_INSUFFICIENT_BUFFER: smaller
 * than HTTP_REQUEST; nothing was received. ERROR_HANDLE_EOF: all of it was received before.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpReceiveHttpRequest(
    HANDLE RequestQueueHandle, HTTP_REQUEST_ID RequestId, ULONG Flags, PHTTP_REQUEST RequestBuffer,
    ULONG RequestBufferLength, PULONG BytesReturned, LPOVERLAPPED Overlapped);

/*
 * Receives the next part of a request's body: what has arrived, at least a byte, or a full buffer
 * with HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER. A transfer coding is already removed.
 * ERROR_HANDLE_EOF: the body has ended, or there is none.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpReceiveRequestEntityBody(
    HANDLE RequestQueueHandle, HTTP_REQUEST_ID RequestId, ULONG Flags, PVOID EntityBuffer,
    ULONG EntityBufferLength, PULONG BytesReturned, LPOVERLAPPED Overlapped);

/*
 * Gets a connection's client certificate, asking the client for it if need be; with
 * HTTP_RECEIVE_SECURE_CHANNEL_TOKEN its channel token, as HTTP_REQUEST_CHANNEL_BIND_STATUS.
 * ERROR_NOT_FOUND (the client has none), ERROR_INSUFFICIENT_BUFFER (smaller than the structure),
 * ERROR_MORE_DATA (the structure fits: its CertEncodedSize or ChannelTokenSize tells what to add).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpReceiveClientCertificate(
    HANDLE RequestQueueHandle, HTTP_CONNECTION_ID ConnectionId, ULONG Flags,
    PHTTP_SSL_CLIENT_CERT_INFO SslClientCertInfo, ULONG SslClientCertInfoSize, PULONG BytesReceived,
    LPOVERLAPPED Overlapped);

/*
 * Asks something about a request or its connection (`Id`): see HTTP_REQUEST_PROPERTY. A pointer
 * whose size is 0 has to be NULL.
 * ERROR_NOT_SUPPORTED (unknown property, or not on this connection), ERROR_MORE_DATA
 * (`BytesReturned` needed). Sources differ on whether `Qualifier` points to const; so it serves
 * callers of both.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryRequestProperty(
    HANDLE RequestQueueHandle, HTTP_OPAQUE_ID Id, HTTP_REQUEST_PROPERTY PropertyId,
    CONST VOID *Qualifier, ULONG QualifierSize, PVOID Output, ULONG OutputBufferSize,
    PULONG BytesReturned, LPOVERLAPPED Overlapped);

/* Sets something of a request, such as the error code of its stream: see HTTP_REQUEST_PROPERTY. */
HTTPAPI_LINKAGE ULONG WINAPI HttpSetRequestProperty(
    HANDLE RequestQueueHandle, HTTP_OPAQUE_ID Id, HTTP_REQUEST_PROPERTY PropertyId, PVOID Input,
    ULONG InputPropertySize, LPOVERLAPPED Overlapped);

/* Gives up a request: its connection is closed, or its stream reset, and its id is void. */
HTTPAPI_LINKAGE ULONG WINAPI HttpCancelHttpRequest(
    HANDLE RequestQueueHandle, HTTP_REQUEST_ID RequestId, LPOVERLAPPED Overlapped);

/*
 * Hands a request, before its body was read or its response begun, to a queue opened with
 * HTTP_CREATE_REQUEST_QUEUE_FLAG_DELEGATION. `DelegateUrlGroupId` HTTP_NULL_ID: the group that
 * matches the URL in the properties.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpDelegateRequestEx(
    HANDLE RequestQueueHandle, HANDLE DelegateQueueHandle, HTTP_REQUEST_ID RequestId,
    HTTP_URL_GROUP_ID DelegateUrlGroupId, ULONG PropertyInfoSetSize,
    PHTTP_DELEGATE_REQUEST_PROPERTY_INFO PropertyInfoSet);

/*
 * Waits until a connection is gone, for whatever reason; no bytes. It outlasts the connection's
 * single requests.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpWaitForDisconnect(
    HANDLE RequestQueueHandle, HTTP_CONNECTION_ID ConnectionId, LPOVERLAPPED Overlapped);

/* The same with a reserved parameter. */
HTTPAPI_LINKAGE ULONG WINAPI HttpWaitForDisconnectEx(
    HANDLE RequestQueueHandle, HTTP_CONNECTION_ID ConnectionId, ULONG Reserved,
    LPOVERLAPPED Overlapped);

/* -- responses -- */

/*
 * Sends a response, or its beginning with HTTP_SEND_RESPONSE_FLAG_MORE_DATA. The API adds Date,
 * Server, and the length if it knows it and no header says it; the byte count is that of the wire,
 * headers included. `CachePolicy` and `LogData` may be NULL. After the last byte was given, the
 * RequestId is void. Threads take turns to send for one request; several asynchronous sends may be
 * pending, in the order of the calls.
 * ERROR_INVALID_PARAMETER also for HTTP_SEND_RESPONSE_FLAG_OPAQUE with a status other than 101,
 * ERROR_PATH_NOT_FOUND (a fragment that isn't cached).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpSendHttpResponse(
    HANDLE RequestQueueHandle, HTTP_REQUEST_ID RequestId, ULONG Flags, PHTTP_RESPONSE HttpResponse,
    PHTTP_CACHE_POLICY CachePolicy, PULONG BytesSent, PVOID Reserved1, ULONG Reserved2,
    LPOVERLAPPED Overlapped, PHTTP_LOG_DATA LogData);

/*
 * Sends the next part of a body, at most 9999 pieces; the last call leaves
 * HTTP_SEND_RESPONSE_FLAG_MORE_DATA out and may have no pieces at all. A body sent with neither a
 * length nor a transfer coding ends with HTTP_SEND_RESPONSE_FLAG_DISCONNECT. The byte count is that
 * of this call.
 * ERROR_BAD_COMMAND (documented for a send while another one is going on).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpSendResponseEntityBody(
    HANDLE RequestQueueHandle, HTTP_REQUEST_ID RequestId, ULONG Flags, USHORT EntityChunkCount,
    PHTTP_DATA_CHUNK EntityChunks, PULONG BytesSent, PVOID Reserved1, ULONG Reserved2,
    LPOVERLAPPED Overlapped, PHTTP_LOG_DATA LogData);

/*
 * Announces that the response to a request needs another resource, GET or HEAD `Path` (and `Query`,
 * without its `?`), which HTTP/2 may then push. To be called before the response names it.
 * `Headers` may be NULL and must have no Host.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpDeclarePush(
    HANDLE RequestQueueHandle, HTTP_REQUEST_ID RequestId, HTTP_VERB Verb, PCWSTR Path, PCSTR Query,
    PHTTP_REQUEST_HEADERS Headers);

/* -- the response cache -- */

/*
 * Keeps a piece of data under a name, a URL at or below one added on this queue, for
 * HttpDataChunkFromFragmentCache. An existing one is replaced.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpAddFragmentToCache(
    HANDLE RequestQueueHandle, PCWSTR UrlPrefix, PHTTP_DATA_CHUNK DataChunk,
    PHTTP_CACHE_POLICY CachePolicy, LPOVERLAPPED Overlapped);

/*
 * Reads one back, all of it or `ByteRange`. Too small a buffer: the byte count is the size needed,
 * and the code, documented two ways, ERROR_MORE_DATA or ERROR_INSUFFICIENT_BUFFER.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpReadFragmentFromCache(
    HANDLE RequestQueueHandle, PCWSTR UrlPrefix, PHTTP_BYTE_RANGE ByteRange, PVOID Buffer,
    ULONG BufferLength, PULONG BytesRead, LPOVERLAPPED Overlapped);

/*
 * Forgets the responses and fragments cached for a URL, with HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE
 * those below it too.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpFlushResponseCache(
    HANDLE RequestQueueHandle, PCWSTR UrlPrefix, ULONG Flags, LPOVERLAPPED Overlapped);

/* -- machine-wide configuration, with HTTP_INITIALIZE_CONFIG -- */

/*
 * Adds a record, for good. The type of the information: see HTTP_SERVICE_CONFIG_ID. In all four
 * functions the handle and the OVERLAPPED are NULL; the three that change something are for
 * administrators.
 * ERROR_ALREADY_EXISTS (delete or update it), ERROR_INSUFFICIENT_BUFFER,
 * ERROR_NO_SUCH_LOGON_SESSION (no such certificate), ERROR_ACCESS_DENIED.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpSetServiceConfiguration(
    HANDLE ServiceHandle, HTTP_SERVICE_CONFIG_ID ConfigId, PVOID pConfigInformation,
    ULONG ConfigInformationLength, LPOVERLAPPED pOverlapped);

/*
 * Replaces a certificate record in one step. As Set, but ERROR_FILE_NOT_FOUND (there is none to
 * replace).
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpUpdateServiceConfiguration(
    HANDLE Handle, HTTP_SERVICE_CONFIG_ID ConfigId, PVOID ConfigInfo, ULONG ConfigInfoLength,
    LPOVERLAPPED Overlapped);

/* Removes a record. ERROR_FILE_NOT_FOUND (there is none). */
HTTPAPI_LINKAGE ULONG WINAPI HttpDeleteServiceConfiguration(
    HANDLE ServiceHandle, HTTP_SERVICE_CONFIG_ID ConfigId, PVOID pConfigInformation,
    ULONG ConfigInformationLength, LPOVERLAPPED pOverlapped);

/*
 * Reads one record, or with HttpServiceConfigQueryNext one after the other.
 * ERROR_FILE_NOT_FOUND (no such record), ERROR_NO_MORE_ITEMS (past the last),
 * ERROR_INSUFFICIENT_BUFFER, for HttpServiceConfigTimeout ERROR_MORE_DATA, with `pReturnLength`
 * set.
 */
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryServiceConfiguration(
    HANDLE ServiceHandle, HTTP_SERVICE_CONFIG_ID ConfigId, PVOID pInput, ULONG InputLength,
    PVOID pOutput, ULONG OutputLength, PULONG pReturnLength, LPOVERLAPPED pOverlapped);

#ifdef _MSC_VER
#pragma warning(pop)
#endif
#undef HTTPAPI_UNNAMED

#ifdef __cplusplus
}
#endif

#endif
