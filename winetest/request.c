/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.c: what HTTP_REQUEST holds.
 */
#include "scene.h"

/* `text` (of `length` bytes) lies in the buffer and has a NUL behind it. */
#define check_text(x, text, length, expected) check_text_at(__LINE__, (x), (text), (length), (expected))

static int inside(const struct scene *x, const void *p, size_t length)
{
    const char *at = p;

    return at >= x->in.bytes && at + length <= x->in.bytes + sizeof x->in;
}

static void check_text_at(int line, const struct scene *x, const char *text, size_t length, const char *expected)
{
    /* .NET moves the structure by moving its pointers: all point into the buffer. */
    if (!ok(inside(x, text, length + 1), "line %d: the text isn't in the buffer", line))
        return;
    ok(length == strlen(expected) && !memcmp(text, expected, length), "line %d: got %.*s, expected %s", line,
       (int)length, text, expected);
    /* cpprestsdk takes it as a C string. */
    ok(!text[length], "line %d: no NUL behind the text", line);
}

static void check_wide(int line, const struct scene *x, const WCHAR *text, size_t bytes, const char *expected)
{
    char narrow[512] = "";

    if (!ok(inside(x, text, bytes + sizeof *text), "line %d: the text isn't in the buffer", line))
        return;
    WideCharToMultiByte(CP_UTF8, 0, text, (int)(bytes / sizeof *text), narrow, sizeof narrow - 1, NULL, NULL);
    ok(!strcmp(narrow, expected), "line %d: got %s, expected %s", line, narrow, expected);
}

/* Each part's length is in bytes and without the NUL; all parts lie in one string, which ends with a NUL. */
static void check_url(int line, const struct scene *x, const char *host, const char *path, const char *query)
{
    const HTTP_COOKED_URL *u = &x->in.v1.CookedUrl;
    char full[512];

    snprintf(full, sizeof full, "http://%s%s%s", host, path, query);
    ok(u->FullUrlLength == 2 * strlen(full), "line %d: FullUrlLength %u", line, u->FullUrlLength);
    ok(u->HostLength == 2 * strlen(host), "line %d: HostLength %u", line, u->HostLength);
    ok(u->AbsPathLength == 2 * strlen(path), "line %d: AbsPathLength %u", line, u->AbsPathLength);
    ok(u->QueryStringLength == 2 * strlen(query), "line %d: QueryStringLength %u", line, u->QueryStringLength);
    check_wide(line, x, u->pFullUrl, u->FullUrlLength, full);
    ok(!u->pFullUrl[strlen(full)], "line %d: no NUL behind the URL", line);
    ok(u->pHost == u->pFullUrl + 7, "line %d: pHost at %ld", line, (long)(u->pHost - u->pFullUrl));
    ok(u->pAbsPath == u->pHost + strlen(host), "line %d: pAbsPath at %ld", line, (long)(u->pAbsPath - u->pFullUrl));
    if (*query)
        ok(u->pQueryString == u->pAbsPath + strlen(path), "line %d: pQueryString at %ld", line,
           (long)(u->pQueryString - u->pFullUrl));
    else
        ok(!u->pQueryString, "line %d: pQueryString %p without a query", line, (void *)u->pQueryString);
}

/* With the host localhost:PORT. */
#define check_local_url(x, path, query) \
    do { \
        char host_[32]; \
        snprintf(host_, sizeof host_, "localhost:%u", (x)->port); \
        check_url(__LINE__, (x), host_, (path), (query)); \
    } while (0)

static void check_addresses(const struct scene *x)
{
    const struct sockaddr_in *local = (const struct sockaddr_in *)x->in.v1.Address.pLocalAddress;
    struct sockaddr_in own;
    socklen_t size = sizeof own;

    memset(&own, 0, sizeof own);
    getsockname(x->client, (struct sockaddr *)&own, &size);
    /* The client's address is the client's own socket address, zeros included. */
    ok(inside(x, x->in.v1.Address.pRemoteAddress, sizeof own) &&
           !memcmp(x->in.v1.Address.pRemoteAddress, &own, sizeof own),
       "the remote address isn't the client's");
    if (!ok(inside(x, local, sizeof own), "the local address isn't in the buffer"))
        return;
    ok_eq(local->sin_family, AF_INET);
    ok_eq(ntohs(local->sin_port), x->port);
    ok_eq(ntohl(local->sin_addr.s_addr), INADDR_LOOPBACK);
}

/* The known headers that GET_FOOBAR has, and nothing of the others. */
static void check_headers(const struct scene *x)
{
    const HTTP_KNOWN_HEADER *known = x->in.v1.Headers.KnownHeaders;
    char host[32];
    int i;

    snprintf(host, sizeof host, "localhost:%u", x->port);
    check_text(x, known[HttpHeaderHost].pRawValue, known[HttpHeaderHost].RawValueLength, host);
    check_text(x, known[HttpHeaderConnection].pRawValue, known[HttpHeaderConnection].RawValueLength, "keep-alive");
    check_text(x, known[HttpHeaderUserAgent].pRawValue, known[HttpHeaderUserAgent].RawValueLength, "winetest");
    for (i = 0; i < HttpHeaderRequestMaximum; i++) {
        if (i == HttpHeaderHost || i == HttpHeaderConnection || i == HttpHeaderUserAgent)
            continue;
        /* An absent header has neither length nor pointer. */
        ok(!known[i].RawValueLength && !known[i].pRawValue, "header %d is there", i);
    }
    /* No unknown headers: no array either. */
    ok_eq(x->in.v1.Headers.UnknownHeaderCount, 0);
    ok(!x->in.v1.Headers.pUnknownHeaders, "pUnknownHeaders without headers");
}

/* [rp] A plain request: each member, and each that has to be empty. */
static void test_contents(int version)
{
    const HTTP_REQUEST_V1 *r;
    struct scene x;
    char wire[256];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    r = &x.in.v1;
    ok_eq(r->Flags, 0);
    ok(r->ConnectionId, "no connection id");
    ok(r->RequestId, "no request id");
    /* What was given with the URL; a version 1 URL has no context. */
    ok_eq(r->UrlContext, version == 1 ? 0 : URL_CONTEXT);
    ok_eq(r->Version.MajorVersion, 1);
    ok_eq(r->Version.MinorVersion, 1);
    ok_eq(r->Verb, HttpVerbGET);
    ok_eq(r->UnknownVerbLength, 0);
    ok(!r->pUnknownVerb, "pUnknownVerb of a known verb");
    ok_eq(r->RawUrlLength, 7);
    check_text(&x, r->pRawUrl, r->RawUrlLength, "/foobar");
    check_local_url(&x, "/foobar", "");
    check_addresses(&x);
    check_headers(&x);
    /* The count is what came over the wire. */
    ok_eq(r->BytesReceived, snprintf(wire, sizeof wire, GET_FOOBAR, x.port));
    ok_eq(r->EntityChunkCount, 0);
    ok(!r->pEntityChunks, "pEntityChunks without a body");
    ok(!r->pSslInfo, "pSslInfo without TLS");
    scene_finish(&x);
    scene_close(&x);
}

static const void *find_info(const HTTP_REQUEST_V2 *r, HTTP_REQUEST_INFO_TYPE type, ULONG size)
{
    int i;

    for (i = 0; i < r->RequestInfoCount; i++)
        if (r->pRequestInfo[i].InfoType == type)
            return ok(r->pRequestInfo[i].InfoLength >= size, "%lu bytes", UL(r->pRequestInfo[i].InfoLength))
                       ? r->pRequestInfo[i].pInfo
                       : NULL;
    return NULL;
}

/* [own] No more than these two: the others belong to TLS, to authentication, or cost a system call. */
static void test_request_info(void)
{
    struct scene x;
    int i;

    scene_open(&x, 2);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(x.in.v2.RequestInfoCount, 2);
    for (i = 0; i < x.in.v2.RequestInfoCount; i++)
        ok(x.in.v2.pRequestInfo[i].InfoType == HttpRequestInfoTypeRequestTiming ||
               x.in.v2.pRequestInfo[i].InfoType == HttpRequestInfoTypeRequestSizing,
           "info type %d", x.in.v2.pRequestInfo[i].InfoType);
    scene_finish(&x);
    scene_close(&x);
}

/* On the clock of the program, and in the order of a request's way. */
static void check_timing(const HTTP_REQUEST_TIMING_INFO *t, LONGLONG before, LONGLONG after)
{
    static const HTTP_REQUEST_TIMING_TYPE way[] = {
        HttpRequestTimingTypeConnectionStart,   HttpRequestTimingTypeDataStart,
        HttpRequestTimingTypeRequestHeaderParseStart, HttpRequestTimingTypeRequestHeaderParseEnd,
        HttpRequestTimingTypeRequestRoutingStart, HttpRequestTimingTypeRequestRoutingEnd,
        HttpRequestTimingTypeRequestQueuedForIO, HttpRequestTimingTypeRequestDeliveredForIO};
    size_t i;

    /* Windows' figures are rounded differently on some hosts: a tick more or less. */
    for (i = 0; i < ARRAYSIZE(way); i++) {
        LONGLONG at = (LONGLONG)t->RequestTiming[way[i]];

        ok(at >= before - 1, "stage %d at %ld ticks", way[i], (long)(at - before));
        before = at;
    }
    ok(before <= after + 1, "delivered %ld ticks too late", (long)(before - after));
}

/* [net] Windows 10 20H2 and later: times; the array reaches beyond those of HTTP/3's headers. */
static void test_request_timing(void)
{
    const HTTP_REQUEST_TIMING_INFO *t;
    LARGE_INTEGER before, after;
    struct scene x;
    ULONG i;

    QueryPerformanceCounter(&before);
    scene_open(&x, 2);
    scene_take(&x, GET_FOOBAR, 0);
    QueryPerformanceCounter(&after);
    t = find_info(&x.in.v2, HttpRequestInfoTypeRequestTiming, sizeof *t);
    if (t) {
        ok(t->RequestTimingCount > HttpRequestTimingTypeHttp3HeaderDecodeEnd, "%lu times", UL(t->RequestTimingCount));
        ok(t->RequestTiming[HttpRequestTimingTypeRequestHeaderParseStart], "parsing never began");
        ok(t->RequestTiming[HttpRequestTimingTypeRequestHeaderParseEnd], "parsing never ended");
        check_timing(t, before.QuadPart, after.QuadPart);
        /* [doc] Stages that the request doesn't go through have no time. */
        for (i = HttpRequestTimingTypeTlsCertificateLoadStart; i <= HttpRequestTimingTypeHttp2HeaderDecodeEnd; i++)
            ok_eq(t->RequestTiming[i], 0);
        for (i = HttpRequestTimingTypeRequestQueuedForInspection;
             i <= HttpRequestTimingTypeRequestReturnedAfterDelegation; i++)
            ok_eq(t->RequestTiming[i], 0);
        for (i = HttpRequestTimingTypeHttp3StreamStart; i < HttpRequestTimingTypeMax; i++)
            ok_eq(t->RequestTiming[i], 0);
    } else {
        win_skip("no request timing before Windows 10 20H2");
    }
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] Sizes, the request's number on its connection, and whether it is the first. */
static void test_request_sizing(void)
{
    const HTTP_REQUEST_SIZING_INFO *s;
    struct scene x;
    char wire[256];
    ULONG i, k;

    scene_open(&x, 2);
    for (i = 0; i < 3; i++) {
        scene_take(&x, GET_FOOBAR, 0);
        s = find_info(&x.in.v2, HttpRequestInfoTypeRequestSizing, sizeof *s);
        if (!s) {
            win_skip("no request sizing before Windows 10 1903");
            break;
        }
        ok_eq(s->RequestIndex, i);
        ok_eq(s->Flags, i ? 0 : HTTP_REQUEST_SIZING_INFO_FLAG_FIRST_REQUEST);
        ok_eq(s->RequestSizingCount, HttpRequestSizingTypeMax);
        ok_eq(s->RequestSizing[HttpRequestSizingTypeHeaders], snprintf(wire, sizeof wire, GET_FOOBAR, x.port));
        for (k = 0; k < HttpRequestSizingTypeHeaders; k++)
            ok_eq(s->RequestSizing[k], 0);
        scene_finish(&x);
    }
    scene_close(&x);
}

/* [rp] A query, its question mark included, has a place of its own in the URL. */
static void test_query(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, "GET /foobar?a=b HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", 0);
    ok_eq(x.in.v1.RawUrlLength, 11);
    check_text(&x, x.in.v1.pRawUrl, x.in.v1.RawUrlLength, "/foobar?a=b");
    check_local_url(&x, "/foobar", "?a=b");
    scene_finish(&x);

    /* A question mark alone is a query too. */
    scene_take(&x, "GET /foobar? HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", 0);
    check_local_url(&x, "/foobar", "?");
    scene_finish(&x);

    /* The path is decoded, the query and the raw URL stay as they came. */
    scene_take(&x, "GET /f%%6Fo?%%6F HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", 0);
    check_text(&x, x.in.v1.pRawUrl, x.in.v1.RawUrlLength, "/f%6Fo?%6F");
    check_local_url(&x, "/foo", "?%6F");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] An absolute target's host counts, for routing too; the Host header is only a header. */
static void test_absolute_target(int version)
{
    struct scene x;
    char target[64];

    scene_open(&x, version);
    snprintf(target, sizeof target, "http://localhost:%u/", x.port);
    scene_take(&x, "GET http://localhost:%u/ HTTP/1.1\r\nHost: ignored\r\n\r\n", 0);
    check_text(&x, x.in.v1.pRawUrl, x.in.v1.RawUrlLength, target);
    check_local_url(&x, "/", "");
    scene_finish(&x);

    /* Authority without a path: the path is the root. */
    scene_take(&x, "GET http://localhost:%u HTTP/1.1\r\nHost: ignored\r\n\r\n", 0);
    check_local_url(&x, "/", "");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] A verb that isn't in the list comes as text; verbs are case-sensitive. */
static void test_unknown_verb(int version)
{
    static const char *const verbs[] = {"xyzzy", "get", "PATCH"};
    struct scene x;
    char request[128];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(verbs); i++) {
        snprintf(request, sizeof request, "%s /foobar HTTP/1.1\r\nHost: localhost:%%u\r\n\r\n", verbs[i]);
        scene_take(&x, request, 0);
        ok_eq(x.in.v1.Verb, HttpVerbUnknown);
        check_text(&x, x.in.v1.pUnknownVerb, x.in.v1.UnknownVerbLength, verbs[i]);
        scene_finish(&x);
    }
    scene_close(&x);
}

/* A connection to ::1; INVALID_SOCKET when there is no IPv6 here. */
static SOCKET connect_local6(USHORT port)
{
    static const unsigned char loopback[16] = {[15] = 1};
    struct sockaddr_in6 address;
    SOCKET s = socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);

    memset(&address, 0, sizeof address);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    memcpy(&address.sin6_addr, loopback, sizeof loopback);
    if (s != INVALID_SOCKET && !connect(s, (struct sockaddr *)&address, sizeof address))
        return s;
    if (s != INVALID_SOCKET)
        closesocket(s);
    return INVALID_SOCKET;
}

/* [net] The name localhost is reached by ::1 as well, and both addresses are of that family then. */
static void test_ipv6(int version)
{
    const struct sockaddr_in6 *remote, *local;
    struct sockaddr_in6 own;
    socklen_t size = sizeof own;
    struct scene x;
    SOCKET s;

    scene_open(&x, version);
    s = connect_local6(x.port);
    if (s == INVALID_SOCKET) {
        skip("no IPv6");
        scene_close(&x);
        return;
    }
    closesocket(x.client);
    x.client = s;
    scene_take(&x, GET_FOOBAR, 0);
    memset(&own, 0, sizeof own);
    getsockname(s, (struct sockaddr *)&own, &size);
    remote = (const struct sockaddr_in6 *)x.in.v1.Address.pRemoteAddress;
    local = (const struct sockaddr_in6 *)x.in.v1.Address.pLocalAddress;
    if (ok(inside(&x, remote, sizeof own) && inside(&x, local, sizeof own), "the addresses aren't in the buffer")) {
        ok(!memcmp(remote, &own, sizeof own), "the remote address isn't the client's");
        ok_eq(local->sin6_family, AF_INET6);
        ok_eq(ntohs(local->sin6_port), x.port);
        ok_eq(local->sin6_flowinfo, 0);
        ok_eq(local->sin6_scope_id, 0);
        ok(!memcmp(&local->sin6_addr, &own.sin6_addr, sizeof own.sin6_addr), "another local address");
    }
    check_local_url(&x, "/foobar", "");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] Ids: of a request, its connection, and the connection below (0 before Windows 10 2004). */
static void test_ids(int version)
{
    HTTP_RAW_CONNECTION_ID raw;
    HTTP_CONNECTION_ID connection;
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    connection = x.in.v1.ConnectionId;
    raw = x.in.v1.RawConnectionId;
    ok(raw || broken(!raw), "no raw connection id");
    ok(x.in.v1.RequestId != connection, "the request has its connection's id");
    scene_finish(&x);
    scene_take(&x, GET_FOOBAR, 0);
    ok(x.in.v1.ConnectionId == connection && x.in.v1.RawConnectionId == raw, "the connection's ids have changed");
    scene_finish(&x);
    scene_reconnect(&x);
    scene_take(&x, GET_FOOBAR, 0);
    ok(x.in.v1.ConnectionId != connection, "two connections with one id");
    ok(x.in.v1.RawConnectionId != raw || broken(!raw), "two connections with one raw id");
    scene_finish(&x);
    scene_close(&x);
}

/* [own] Texts of every length lie well in the buffer: what follows them is aligned again (walk.h looks at it). */
static void test_odd_text(int version)
{
    struct scene x;
    char request[256];
    int i;

    scene_open(&x, version);
    for (i = 1; i <= 9; i++) {
        snprintf(request, sizeof request, "%.*s /%.*s?%.*s HTTP/1.1\r\nHost: localhost:%%u\r\n%.*s: %.*s\r\n\r\n", i,
                 "verbverbverb", i, "pathpathpath", i, "queryqueryquery", i, "x-header-name", 10 - i, "valuevalue");
        scene_take(&x, request, 0);
        ok_eq(x.in.v1.UnknownVerbLength, i);
        ok_eq(x.in.v1.RawUrlLength, 2 * i + 2);
        if (ok_eq(x.in.v1.Headers.UnknownHeaderCount, 1)) {
            ok_eq(x.in.v1.Headers.pUnknownHeaders->NameLength, i);
            ok_eq(x.in.v1.Headers.pUnknownHeaders->RawValueLength, 10 - i);
        }
        scene_finish(&x);
    }
    scene_close(&x);
}

/* [doc] Those in the list have their number. */
static void test_known_verbs(int version)
{
    static const struct {
        const char *name;
        HTTP_VERB verb;
    } verbs[] = {{"OPTIONS", HttpVerbOPTIONS}, {"GET", HttpVerbGET}, {"POST", HttpVerbPOST}, {"PUT", HttpVerbPUT},
                 {"DELETE", HttpVerbDELETE}, {"TRACE", HttpVerbTRACE}, {"TRACK", HttpVerbTRACK},
                 {"MOVE", HttpVerbMOVE}, {"COPY", HttpVerbCOPY},
                 {"PROPFIND", HttpVerbPROPFIND}, {"PROPPATCH", HttpVerbPROPPATCH}, {"MKCOL", HttpVerbMKCOL},
                 {"LOCK", HttpVerbLOCK}, {"UNLOCK", HttpVerbUNLOCK}, {"SEARCH", HttpVerbSEARCH}};
    struct scene x;
    char request[128];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(verbs); i++) {
        snprintf(request, sizeof request, "%s /foobar HTTP/1.1\r\nHost: localhost:%%u\r\nContent-Length: 0\r\n\r\n",
                 verbs[i].name);
        scene_take(&x, request, 0);
        ok(x.in.v1.Verb == verbs[i].verb, "%s is verb %d", verbs[i].name, x.in.v1.Verb);
        scene_finish(&x);
    }
    scene_close(&x);
}

static void check_unknown(const struct scene *x, int i, const char *name, const char *value)
{
    const HTTP_UNKNOWN_HEADER *u = x->in.v1.Headers.pUnknownHeaders;

    if (!ok(inside(x, u, (i + 1) * sizeof *u), "the unknown headers aren't in the buffer"))
        return;
    check_text(x, u[i].pName, u[i].NameLength, name);
    /* .NET allows the pointer of an empty value to be NULL. */
    if (*value || u[i].pRawValue)
        check_text(x, u[i].pRawValue, u[i].RawValueLength, value);
    else
        ok_eq(u[i].RawValueLength, 0);
}

/* [rp] Unknown headers: trimmed, those of one name joined. */
static void test_unknown_header(int version)
{
    struct scene x;

    scene_open(&x, version);
    /* Blanks around the value go, those in it stay. */
    scene_take(&x, "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nQux: foo baz \r\n\r\n", 0);
    if (ok_eq(x.in.v1.Headers.UnknownHeaderCount, 1))
        check_unknown(&x, 0, "Qux", "foo baz");
    scene_finish(&x);

    /* Those of one name are one header, whatever lies between and however the name is written. */
    scene_take(&x,
               "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nqux: a\r\nother: b\r\nQUX:c\r\nempty:\r\n\r\n", 0);
    if (ok_eq(x.in.v1.Headers.UnknownHeaderCount, 3)) {
        check_unknown(&x, 0, "qux", "a, c");
        check_unknown(&x, 1, "other", "b");
        check_unknown(&x, 2, "empty", "");
    }
    scene_finish(&x);
    scene_close(&x);
}

static void check_known(const struct scene *x, HTTP_HEADER_ID id, const char *value)
{
    const HTTP_KNOWN_HEADER *h = &x->in.v1.Headers.KnownHeaders[id];

    check_text(x, h->pRawValue, h->RawValueLength, value);
}

/* [rp] A value is trimmed and otherwise left alone; known headers of one name are joined as well. */
static void test_known_header(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x,
               "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nAccept:  Test, Test2,Test3 ,  Test4 \r\n"
               "Cookie: \xc3\xa4\xff\r\n\r\n",
               0);
    check_known(&x, HttpHeaderAccept, "Test, Test2,Test3 ,  Test4");
    /* Bytes above 127 come as they are. */
    check_known(&x, HttpHeaderCookie, "\xc3\xa4\xff");
    scene_finish(&x);
    scene_take(&x, "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nAccept: a\r\nX: y\r\nACCEPT: b\r\n\r\n", 0);
    check_known(&x, HttpHeaderAccept, "a, b");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] Lengths that are strange and allowed: as large as 64 bits go; the same one twice, which counts once. */
static void test_lengths(int version)
{
    static const char *const lengths[] = {"9223372036854775807", "9223372036854775808", "18446744073709551615"};
    struct scene x;
    char request[160];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(lengths); i++) {
        snprintf(request, sizeof request,
                 "POST /foobar HTTP/1.1\r\nHost: localhost:%%u\r\nContent-Length: %s \r\n\r\n", lengths[i]);
        scene_take(&x, request, 0);
        check_known(&x, HttpHeaderContentLength, lengths[i]);
        ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
        HttpCancelHttpRequest(x.queue, x.in.v1.RequestId, NULL);
        scene_reconnect(&x);
    }
    scene_take(&x,
               "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 0);
    check_known(&x, HttpHeaderContentLength, "1");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] A byte above 127 in the query is one character of the cooked URL. */
static void test_query_bytes(int version)
{
    static const WCHAR query[] = {'?', 0xe1, 0x88, 0xb4, 0};
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, "GET /foobar?\xe1\x88\xb4 HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", 0);
    check_text(&x, x.in.v1.pRawUrl, x.in.v1.RawUrlLength, "/foobar?\xe1\x88\xb4");
    if (ok_eq(x.in.v1.CookedUrl.QueryStringLength, 8))
        ok(!memcmp(x.in.v1.CookedUrl.pQueryString, query, sizeof query), "other characters");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] A known header without a value is there: no length, but a pointer. */
static void test_empty_known_header(int version)
{
    const HTTP_KNOWN_HEADER *agent;
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nUser-Agent: \r\n\r\n", 0);
    agent = &x.in.v1.Headers.KnownHeaders[HttpHeaderUserAgent];
    check_text(&x, agent->pRawValue, agent->RawValueLength, "");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] Many headers keep the order of their arrival. */
static void test_many_headers(int version)
{
    struct scene x;
    char request[8000];
    int i, n;

    scene_open(&x, version);
    n = sprintf(request, "GET /foobar HTTP/1.1\r\nHost: localhost:%%u\r\n");
    for (i = 0; i < 100; i++)
        n += sprintf(request + n, "X-Header-%02d: value %02d\r\n", i, i);
    sprintf(request + n, "\r\n");
    scene_take(&x, request, 0);
    if (ok_eq(x.in.v1.Headers.UnknownHeaderCount, 100)) {
        check_unknown(&x, 0, "X-Header-00", "value 00");
        check_unknown(&x, 99, "X-Header-99", "value 99");
    }
    scene_finish(&x);
    scene_close(&x);
}

/* [net] More headers than .NET takes (it answers 400 itself to more than a thousand), each with a name of its own. */
static void test_thousands_of_headers(int version)
{
    enum { COUNT = 1500 };
    char *request = malloc(COUNT * 12 + 200), name[16];
    const HTTP_REQUEST_V1 *r;
    struct scene x;
    HTTP_REQUEST_ID id;
    ULONG needed = 0;
    void *buffer;
    int i, n;

    scene_open(&x, version);
    n = sprintf(request, "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\n", x.port);
    for (i = 0; i < COUNT; i++)
        n += sprintf(request + n, "h%d:%d\r\n", i, i % 10);
    n += sprintf(request + n, "\r\n");
    send_bytes(x.client, request, n);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, &needed), ERROR_MORE_DATA);
    id = x.in.v1.RequestId;
    buffer = malloc(needed);
    ok_eq(receive_into(x.queue, id, 0, buffer, needed, NULL), NO_ERROR);
    r = buffer;
    if (ok_eq(r->Headers.UnknownHeaderCount, COUNT))
        for (i = 0; i < COUNT; i += 499) {
            sprintf(name, "h%d", i);
            ok_str(r->Headers.pUnknownHeaders[i].pName, name);
            ok_eq(*r->Headers.pUnknownHeaders[i].pRawValue, '0' + i % 10);
        }
    scene_answer(&x, id);
    free(buffer);
    free(request);
    scene_close(&x);
}

/* [rp] Any version below 2 is delivered as it was sent. */
static void test_versions(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, "GET /foobar HTTP/1.9\r\nHost: localhost:%u\r\n\r\n", 0);
    ok_eq(x.in.v1.Version.MajorVersion, 1);
    ok_eq(x.in.v1.Version.MinorVersion, 9);
    scene_finish(&x);
    scene_take(&x, "GET /foobar HTTP/1.0\r\nHost: localhost:%u\r\n\r\n", 0);
    ok_eq(x.in.v1.Version.MajorVersion, 1);
    ok_eq(x.in.v1.Version.MinorVersion, 0);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] The asterisk goes to whoever has the root. */
static void test_server_wide(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, "OPTIONS * HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", 0);
    ok_eq(x.in.v1.Verb, HttpVerbOPTIONS);
    check_text(&x, x.in.v1.pRawUrl, x.in.v1.RawUrlLength, "*");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] Ids tell requests and connections apart; nothing of a request lingers in the next one. */
static void test_next_request(int version)
{
    HTTP_CONNECTION_ID connection;
    HTTP_REQUEST_ID request;
    struct scene x;

    scene_open(&x, version);
    request = scene_take(&x, "xyzzy /first?a=b HTTP/1.1\r\nHost: localhost:%u\r\nQux: foo\r\n\r\n", 0);
    connection = x.in.v1.ConnectionId;
    scene_finish(&x);
    ok(scene_take(&x, GET_FOOBAR, 0) != request, "two requests with one id");
    ok(x.in.v1.ConnectionId == connection, "one connection with two ids");
    ok_eq(x.in.v1.Verb, HttpVerbGET);
    check_local_url(&x, "/foobar", "");
    check_headers(&x);
    scene_finish(&x);
    scene_close(&x);
}

START_TEST(request)
{
    BOTH(test_contents);
    test_request_timing();
    test_request_sizing();
    BOTH(test_ipv6);
    BOTH(test_ids);
    BOTH(test_odd_text);
    BOTH(test_query);
    BOTH(test_absolute_target);
    BOTH(test_unknown_verb);
    BOTH(test_known_verbs);
    BOTH(test_unknown_header);
    BOTH(test_known_header);
    BOTH(test_empty_known_header);
    BOTH(test_lengths);
    BOTH(test_query_bytes);
    BOTH(test_many_headers);
    BOTH(test_thousands_of_headers);
    BOTH(test_versions);
    BOTH(test_server_wide);
    BOTH(test_next_request);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    test_request_info();
}
