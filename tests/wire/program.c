/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program.c: the server of the wire corpus. Says on its standard output what it sees of each request, in two lines:
 * the client's address and TAKEN when it has the request; later the address, the request, and what README.md lists,
 * separated by tabs.
 *
 * Called as `program THREADS URL...`, or STATE=URL after the first; ends when its standard input does.
 */
#include "../../samples/sample.h"
#include "escape.h"

#define REQUEST_BUFFER (256 * 1024)
#define BODY_MAX (1024 * 1024)
#define LINE_SIZE ((size_t)ESCAPED_MAX * (REQUEST_BUFFER + BODY_MAX))

struct worker {
    HANDLE queue;
    HTTP_REQUEST *request;
    char *body, *line, *end;
};

static CRITICAL_SECTION output;

static const char *const verbs[HttpVerbMaximum] = {
    [HttpVerbUnparsed] = "unparsed", [HttpVerbInvalid] = "invalid", [HttpVerbOPTIONS] = "OPTIONS",
    [HttpVerbGET] = "GET", [HttpVerbHEAD] = "HEAD", [HttpVerbPOST] = "POST", [HttpVerbPUT] = "PUT", [HttpVerbDELETE] = "DELETE",
    [HttpVerbTRACE] = "TRACE", [HttpVerbCONNECT] = "CONNECT", [HttpVerbTRACK] = "TRACK", [HttpVerbMOVE] = "MOVE",
    [HttpVerbCOPY] = "COPY", [HttpVerbPROPFIND] = "PROPFIND", [HttpVerbPROPPATCH] = "PROPPATCH",
    [HttpVerbMKCOL] = "MKCOL", [HttpVerbLOCK] = "LOCK", [HttpVerbUNLOCK] = "UNLOCK", [HttpVerbSEARCH] = "SEARCH",
};

static const char *const headers[HttpHeaderRequestMaximum] = {
    "Cache-Control", "Connection", "Date", "Keep-Alive", "Pragma", "Trailer", "Transfer-Encoding", "Upgrade", "Via",
    "Warning", "Allow", "Content-Length", "Content-Type", "Content-Encoding", "Content-Language", "Content-Location",
    "Content-MD5", "Content-Range", "Expires", "Last-Modified", "Accept", "Accept-Charset", "Accept-Encoding",
    "Accept-Language", "Authorization", "Cookie", "Expect", "From", "Host", "If-Match", "If-Modified-Since",
    "If-None-Match", "If-Range", "If-Unmodified-Since", "Max-Forwards", "Proxy-Authorization", "Referer", "Range", "TE",
    "Translate", "User-Agent",
};

static void put(struct worker *w, const char *text)
{
    w->end += sprintf(w->end, "%s", text);
}

static void put_number(struct worker *w, const char *key, ULONGLONG n)
{
    w->end += sprintf(w->end, "\t%s %llu", key, (unsigned long long)n);
}

static void put_bytes(struct worker *w, const char *bytes, size_t len)
{
    w->end = escape(w->end, bytes, len);
}

static void put_wide(struct worker *w, const char *key, const WCHAR *text, USHORT bytes)
{
    char utf8[3 * 65536 / 2];
    int n = bytes ? WideCharToMultiByte(CP_UTF8, 0, text, bytes / 2, utf8, sizeof utf8, NULL, NULL) : 0;

    put(w, key);
    put_bytes(w, utf8, (size_t)n);
}

static void begin_line(struct worker *w)
{
    const SOCKADDR_IN *client = (const SOCKADDR_IN *)w->request->Address.pRemoteAddress;
    const unsigned char *ip = (const unsigned char *)&client->sin_addr;

    w->end = w->line + sprintf(w->line, "%u.%u.%u.%u\t", ip[0], ip[1], ip[2], ip[3]);
}

static void put_request(struct worker *w)
{
    const HTTP_REQUEST *r = w->request;

    if (r->Verb == HttpVerbUnknown) {
        put(w, "unknown ");
        put_bytes(w, r->pUnknownVerb, r->UnknownVerbLength);
    } else {
        put(w, verbs[r->Verb]);
    }
    put(w, " ");
    put_bytes(w, r->pRawUrl, r->RawUrlLength);
    w->end += sprintf(w->end, " %u.%u", r->Version.MajorVersion, r->Version.MinorVersion);
}

static void put_url(struct worker *w)
{
    const HTTP_COOKED_URL *u = &w->request->CookedUrl;

    put_wide(w, "\thost ", u->pHost, u->HostLength);
    put_wide(w, "\tpath ", u->pAbsPath, u->AbsPathLength);
    put_wide(w, "\tquery ", u->pQueryString, u->QueryStringLength);
}

static void put_headers(struct worker *w)
{
    const HTTP_REQUEST_HEADERS *h = &w->request->Headers;

    for (int i = 0; i < HttpHeaderRequestMaximum; i++) {
        if (!h->KnownHeaders[i].pRawValue)
            continue;
        w->end += sprintf(w->end, "\tknown %s: ", headers[i]);
        put_bytes(w, h->KnownHeaders[i].pRawValue, h->KnownHeaders[i].RawValueLength);
    }
    for (USHORT i = 0; i < h->UnknownHeaderCount; i++) {
        put(w, "\tunknown ");
        put_bytes(w, h->pUnknownHeaders[i].pName, h->pUnknownHeaders[i].NameLength);
        put(w, ": ");
        put_bytes(w, h->pUnknownHeaders[i].pRawValue, h->pUnknownHeaders[i].RawValueLength);
    }
}

static ULONG read_body(struct worker *w, ULONG *length)
{
    ULONG n = 0;
    ULONG error = HttpReceiveRequestEntityBody(w->queue, w->request->RequestId, 0, w->body + *length,
                                               BODY_MAX - *length, &n, NULL);

    *length += error == NO_ERROR ? n : 0;
    return error;
}

#define PIECE 4096

struct reading {
    OVERLAPPED overlapped;
    char piece[PIECE];
    ULONG begun;
};

static void read_begin(struct worker *w, struct reading *r)
{
    memset(&r->overlapped, 0, sizeof r->overlapped);
    r->overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    r->begun = HttpReceiveRequestEntityBody(w->queue, w->request->RequestId, 0, r->piece, PIECE, NULL, &r->overlapped);
}

static ULONG read_end(struct worker *w, struct reading *r, ULONG *length)
{
    ULONG error = r->begun;
    DWORD n = 0;

    if (error == NO_ERROR || error == ERROR_IO_PENDING)
        error = GetOverlappedResult(w->queue, &r->overlapped, &n, TRUE) ? NO_ERROR : GetLastError();
    CloseHandle(r->overlapped.hEvent);
    if (error != NO_ERROR)
        return error;
    memcpy(w->body + *length, r->piece, n);
    *length += n;
    return NO_ERROR;
}

/* Two reads at once; the first error. */
static ULONG read_twice(struct worker *w, ULONG *length)
{
    struct reading a, b;
    ULONG error, other;

    read_begin(w, &a);
    read_begin(w, &b);
    error = read_end(w, &a, length);
    other = read_end(w, &b, length);
    return error == NO_ERROR ? other : error;
}

/* Reads the body to its end; ERROR_HANDLE_EOF. Whatever came is reported. */
static ULONG take_body(struct worker *w, ULONG (*read)(struct worker *, ULONG *))
{
    ULONG error, length = 0;

    do {
        error = read(w, &length);
    } while (error == NO_ERROR && length < BODY_MAX - 2 * PIECE);
    put(w, "\tbody ");
    put_bytes(w, w->body, length);
    if (error != ERROR_HANDLE_EOF)
        put_number(w, "broken", error);
    return error;
}

/* In one piece, before the answer: the driver's lines aren't mixed, and are there when the client has its answer. */
static void say(struct worker *w)
{
    put(w, "\n");
    EnterCriticalSection(&output);
    fwrite(w->line, 1, (size_t)(w->end - w->line), stdout);
    fflush(stdout);
    LeaveCriticalSection(&output);
}

static BOOL asks(const HTTP_REQUEST *r, const char *word)
{
    size_t n = strlen(word);

    return r->RawUrlLength > n && !memcmp(r->pRawUrl + r->RawUrlLength - n, word, n);
}

static void answer(struct worker *w)
{
    ULONG flags = asks(w->request, "/disconnect") ? HTTP_SEND_RESPONSE_FLAG_DISCONNECT : 0, sent;
    HTTP_DATA_CHUNK chunk = {HttpDataChunkFromMemory};
    HTTP_RESPONSE response;

    init_response(&response, 200, "OK");
    chunk.FromMemory.pBuffer = "ok";
    chunk.FromMemory.BufferLength = 2;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    HttpSendHttpResponse(w->queue, w->request->RequestId, flags, &response, NULL, &sent, NULL, 0, NULL, NULL);
}

static void serve(struct worker *w)
{
    ULONG read = ERROR_HANDLE_EOF;

    begin_line(w);
    put(w, TAKEN);
    say(w);
    begin_line(w);
    put_request(w);
    put_url(w);
    put_headers(w);
    put_number(w, "flags", w->request->Flags);
    put_number(w, "received", w->request->BytesReceived);
    if (!asks(w->request, "/early") && !asks(w->request, "/idle"))
        read = take_body(w, asks(w->request, "/twice") ? read_twice : read_body);
    say(w);
    if (asks(w->request, "/idle"))
        return;
    if (asks(w->request, "/cancel"))
        HttpCancelHttpRequest(w->queue, w->request->RequestId, NULL);
    else if (read == ERROR_HANDLE_EOF)
        answer(w);
}

static DWORD WINAPI work(void *arg)
{
    struct server *s = arg;
    struct worker w = {s->queue, malloc(REQUEST_BUFFER), malloc(BODY_MAX), malloc(LINE_SIZE), NULL};
    ULONG error, bytes;

    do {
        error = HttpReceiveHttpRequest(s->queue, HTTP_NULL_ID, 0, w.request, REQUEST_BUFFER, &bytes, NULL);
        if (error == NO_ERROR)
            serve(&w);
    } while (error == NO_ERROR || error == ERROR_CONNECTION_INVALID);
    free(w.request);
    free(w.body);
    free(w.line);
    return 0;
}

static DWORD WINAPI watch_input(void *unused)
{
    (void)unused;
    while (getchar() != EOF)
        ;
    HttpShutdownRequestQueue(stop_queue);
    return 0;
}

static void add_to_group(HTTP_URL_GROUP_ID group, const char *url)
{
    WCHAR wide_url[1024];

    wide(wide_url, 1024, url);
    check(url, HttpAddUrlToUrlGroup(group, wide_url, 0, 0));
}

static void set_queue(HANDLE queue, HTTP_SERVER_PROPERTY property, ULONG value)
{
    check("HttpSetRequestQueueProperty", HttpSetRequestQueueProperty(queue, property, &value, sizeof value, 0, NULL));
}

/* A queue that takes nothing: shut down, or inactive with a 503 verbosity. */
static HANDLE useless_queue(const char *state)
{
    HANDLE queue;

    check("HttpCreateRequestQueue", HttpCreateRequestQueue((HTTPAPI_VERSION)HTTPAPI_VERSION_2, NULL, NULL, 0, &queue));
    if (*state == 'g') {
        HttpShutdownRequestQueue(queue);
        return queue;
    }
    set_queue(queue, HttpServerStateProperty, HttpEnabledStateInactive);
    set_queue(queue, HttpServer503VerbosityProperty, *state == 'b'   ? Http503ResponseVerbosityBasic
                                                     : *state == 'l' ? Http503ResponseVerbosityLimited
                                                                     : Http503ResponseVerbosityFull);
    return queue;
}

/* A group of its own for a URL that isn't served: README.md says why not. It stays until the program ends. */
static void add_useless(const struct server *s, const char *state, const char *url)
{
    HTTP_STATE_INFO inactive = {{1}, HttpEnabledStateInactive};
    struct server other = *s;

    check("HttpCreateUrlGroup", HttpCreateUrlGroup(s->session, &other.group, 0));
    add_to_group(other.group, url);
    if (*state == 'd')
        check("HttpSetUrlGroupProperty",
              HttpSetUrlGroupProperty(other.group, HttpServerStateProperty, &inactive, sizeof inactive));
    else if (*state != 'u')
        other.queue = useless_queue(state);
    if (*state != 'u')
        bind_group(&other);
}

static void add_url(const struct server *s, const char *url)
{
    const char *is = strchr(url, '=');

    if (is)
        add_useless(s, url, is + 1);
    else
        add_to_group(s->group, url);
}

int main(int argc, char **argv)
{
    struct server s;
    char *arguments[] = {argv[0], argv[2], argv[1]};
    HANDLE watcher;

    InitializeCriticalSection(&output);
    server_open(&s, argc > 2 ? 3 : 1, arguments);
    for (int i = 3; i < argc; i++)
        add_url(&s, argv[i]);
    server_ready(3, arguments);
    watcher = CreateThread(NULL, 0, watch_input, NULL, 0, NULL);
    run_threads(&s, work);
    WaitForSingleObject(watcher, INFINITE);
    CloseHandle(watcher);
    server_close(&s);
    return 0;
}
