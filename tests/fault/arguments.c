/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arguments.c: each exported function, with one bad argument at a time.
 *
 * The functions and their parameters come from the list that httpapi.dll is made from. For each there is a valid_NAME()
 * below that makes a good call; without one this doesn't compile. Then each parameter in turn gets each bad value that its
 * type can have, and the call must fail with the error that `rules` names, which are Windows' or those chosen in
 * docs/behaviour.md, "Bad arguments". Of a function that isn't built yet only an error is asked.
 */
#include "calls.h"
#include "pages.h"
#include "scene.h"

enum bad {
    /* pointers */
    BAD_NULL, BAD_NOWHERE, BAD_BEHIND, BAD_SHORT, BAD_MISALIGNED, BAD_READ_ONLY,
    /* handles */
    BAD_NO_HANDLE, BAD_PSEUDO_HANDLE, BAD_CLOSED_HANDLE, BAD_OTHER_HANDLE, BAD_WILD_HANDLE,
    /* ids */
    BAD_ZERO_ID, BAD_WILD_ID, BAD_ALL_ONES_ID, BAD_STALE_ID, BAD_OTHER_KIND_ID, BAD_FOREIGN_ID,
    /* numbers */
    BAD_RESERVED, BAD_FLAGS, BAD_NUMBER, BAD_VERSION,
    BADS,
    BAD_ANY_POINTER, BAD_ANY /* in rules */
};

static const char *const bad_names[BADS] = {
    "NULL", "unmapped", "behind the last page", "too short", "misaligned", "read-only",
    "NULL", "the pseudo handle", "closed", "an event's", "wild",
    "zero", "wild", "all ones", "stale", "another kind's", "another queue's",
    "not zero", "unknown", "unknown", "unknown",
};

enum pointer { NO_POINTER, READS, WRITES, MAY_READ, MAY_WRITE };

/* What a pointer parameter points to, at the end of its pages. */
struct object {
    enum pointer pointer;
    SIZE_T size, alignment;
    char content[4096];
    struct pages pages;
};

/* Everything that a good call of any function may need. */
struct stage {
    struct scene scene, other; /* with a request in hand each */
    HANDLE closed, event, v1_queue;
    HTTP_SERVER_SESSION_ID stale_session;
    HTTP_URL_GROUP_ID stale_group;
    HTTP_REQUEST_ID stale_request;
    HTTP_CONNECTION_ID stale_connection;
    uint64_t *args;
    struct object objects[PARAMETERS_MAX];
};

/* ======== the stage ======== */

static void stage_open(struct stage *s)
{
    struct call c;

    memset(s, 0, sizeof *s);
    scene_open(&s->scene, 2);
    scene_open(&s->other, 2);
    scene_take(&s->other, GET_FOOBAR, 0);
    s->stale_connection = s->other.in.v1.ConnectionId;
    s->stale_request = s->other.in.v1.RequestId;
    call_open(&c);
    ok_eq(HttpWaitForDisconnect(s->other.queue, s->stale_connection, &c.overlapped), ERROR_IO_PENDING);
    ok_eq(HttpCancelHttpRequest(s->other.queue, s->stale_request, NULL), NO_ERROR);
    ok_eq(call_end(s->other.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    call_close(&c);
    scene_reconnect(&s->other);
    scene_take(&s->other, GET_FOOBAR, 0);
    scene_take(&s->scene, POST_HEAD "Content-Length: 5\r\n\r\nabcde", 0);
    ok_eq(HttpCreateServerSession(version_2, &s->stale_session, 0), NO_ERROR);
    ok_eq(HttpCreateUrlGroup(s->stale_session, &s->stale_group, 0), NO_ERROR);
    ok_eq(HttpCloseServerSession(s->stale_session), NO_ERROR);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &s->closed), NO_ERROR);
    ok_eq(HttpCreateHttpHandle(&s->v1_queue, 0), NO_ERROR);
    s->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok_eq(HttpCloseRequestQueue(s->closed), NO_ERROR);
}

static void stage_close(struct stage *s, BOOL used)
{
    unsigned i;

    CloseHandle(s->v1_queue);
    CloseHandle(s->event);
    /* What was closed by a good call can't be closed again. */
    if (!used) {
        scene_finish(&s->other);
        scene_finish(&s->scene);
        scene_close(&s->other);
        scene_close(&s->scene);
    } else {
        closesocket(s->scene.client);
        closesocket(s->other.client);
        HttpCloseUrlGroup(s->scene.server.group);
        HttpCloseServerSession(s->scene.server.session);
        HttpCloseRequestQueue(s->scene.queue);
        HttpCloseUrlGroup(s->other.server.group);
        HttpCloseServerSession(s->other.server.session);
        HttpCloseRequestQueue(s->other.queue);
        HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
        HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    }
    for (i = 0; i < PARAMETERS_MAX; i++)
        if (s->objects[i].pointer)
            pages_close(&s->objects[i].pages);
}

static void place(struct stage *s, uint64_t *field, enum pointer pointer, const void *content, SIZE_T size,
                  SIZE_T alignment)
{
    struct object *o = &s->objects[field - s->args];

    o->pointer = pointer;
    o->size = size;
    o->alignment = alignment;
    if (content)
        memcpy(o->content, content, size);
    else
        memset(o->content, 0xcc, size);
    pages_open(&o->pages, size);
    *field = (ULONG_PTR)pages_place(&o->pages, o->content, size, 0);
}

/* An object of that type for the parameter. */
#define GIVE(pointer, field, type, content) place(s, &a->field, pointer, content, sizeof(type), __alignof__(type))
#define GIVE_BYTES(pointer, field, content, size) place(s, &a->field, pointer, content, size, 1)
#define GIVE_TEXT(field, text) place(s, &a->field, READS, text, (wcslen(text) + 1) * sizeof(WCHAR), sizeof(WCHAR))

static void give_overlapped(struct stage *s, uint64_t *field)
{
    OVERLAPPED o;

    memset(&o, 0, sizeof o);
    o.hEvent = s->event;
    place(s, field, MAY_WRITE, &o, sizeof o, __alignof__(OVERLAPPED));
}

#define GIVE_OVERLAPPED() give_overlapped(s, &a->overlapped)

#define VALID(name) static void valid_##name(struct stage *s, struct door_##name *a)

/* ======== a good call of each ======== */

#define QUEUE (a->queue = DOOR_PACK(s->scene.queue))
#define REQUEST (a->id = s->scene.in.v1.RequestId)
#define VERSION (a->version = DOOR_PACK(version_2))

VALID(HttpAddFragmentToCache)
{
    HTTP_DATA_CHUNK chunk;
    HTTP_CACHE_POLICY policy = {HttpCachePolicyUserInvalidates, 0};

    QUEUE;
    GIVE_TEXT(url, local_url(s->scene.port, "/fragment"));
    chunk_text(&chunk, "fragment");
    GIVE(READS, chunk, HTTP_DATA_CHUNK, &chunk);
    GIVE(READS, policy, HTTP_CACHE_POLICY, &policy);
}

VALID(HttpAddUrl)
{
    a->queue = DOOR_PACK(s->v1_queue);
    GIVE_TEXT(url, local_url(s->scene.port, "/added/"));
}

VALID(HttpAddUrlToUrlGroup)
{
    a->group = s->scene.server.group;
    GIVE_TEXT(url, local_url(s->scene.port, "/added/"));
}

VALID(HttpCancelHttpRequest)
{
    QUEUE;
    REQUEST;
    GIVE_OVERLAPPED();
}

VALID(HttpCloseRequestQueue)
{
    QUEUE;
}

VALID(HttpCloseServerSession)
{
    a->session = s->scene.server.session;
}

VALID(HttpCloseUrlGroup)
{
    a->group = s->scene.server.group;
}

VALID(HttpCreateHttpHandle)
{
    GIVE(WRITES, queue, HANDLE, NULL);
}

VALID(HttpCreateRequestQueue)
{
    VERSION;
    place(s, &a->name, MAY_READ, L"fault", sizeof L"fault", sizeof(WCHAR));
    GIVE(WRITES, queue, HANDLE, NULL);
}

VALID(HttpCreateServerSession)
{
    VERSION;
    GIVE(WRITES, session, HTTP_SERVER_SESSION_ID, NULL);
}

VALID(HttpCreateUrlGroup)
{
    a->session = s->scene.server.session;
    GIVE(WRITES, group, HTTP_URL_GROUP_ID, NULL);
}

VALID(HttpDeclarePush)
{
    QUEUE;
    REQUEST;
    a->verb = HttpVerbGET;
    GIVE_TEXT(path, L"/pushed");
    GIVE_BYTES(MAY_READ, query, "a=b", 4);
}

VALID(HttpDelegateRequestEx)
{
    HTTP_DELEGATE_REQUEST_PROPERTY_INFO info;

    memset(&info, 0, sizeof info);
    QUEUE;
    a->delegate_queue = DOOR_PACK(s->other.queue);
    REQUEST;
    a->count = 1;
    GIVE(READS, properties, HTTP_DELEGATE_REQUEST_PROPERTY_INFO, &info);
}

static HTTP_SERVICE_CONFIG_URLACL_SET *url_acl(void)
{
    static WCHAR url[] = L"http://+:8080/fault/", acl[] = L"D:(A;;GX;;;S-1-1-0)";
    static HTTP_SERVICE_CONFIG_URLACL_SET set;

    set.KeyDesc.pUrlPrefix = url;
    set.ParamDesc.pStringSecurityDescriptor = acl;
    return &set;
}

#define SERVICE \
    (a->config = HttpServiceConfigUrlAclInfo, GIVE(READS, info, HTTP_SERVICE_CONFIG_URLACL_SET, url_acl()), \
     a->length = sizeof(HTTP_SERVICE_CONFIG_URLACL_SET))

VALID(HttpDeleteServiceConfiguration)
{
    SERVICE;
}

VALID(HttpFindUrlGroupId)
{
    QUEUE;
    GIVE_TEXT(url, local_url(s->scene.port, "/"));
    GIVE(WRITES, group, HTTP_URL_GROUP_ID, NULL);
}

VALID(HttpFlushResponseCache)
{
    QUEUE;
    GIVE_TEXT(url, local_url(s->scene.port, "/"));
}

VALID(HttpGetExtension)
{
    VERSION;
    GIVE_BYTES(WRITES, buffer, NULL, 64);
    a->size = 64;
}

VALID(HttpInitialize)
{
    (void)s;
    VERSION;
    a->flags = HTTP_INITIALIZE_SERVER;
}

VALID(HttpIsFeatureSupported)
{
    (void)s;
    a->feature = HttpFeatureResponseTrailers;
}

VALID(HttpPrepareUrl)
{
    GIVE_TEXT(url, local_url(s->scene.port, "/"));
    GIVE(WRITES, prepared, PWSTR, NULL);
}

VALID(HttpQueryRequestProperty)
{
    QUEUE;
    REQUEST;
    a->property = HttpRequestPropertySni;
    GIVE_BYTES(WRITES, output, NULL, sizeof(HTTP_REQUEST_PROPERTY_SNI));
    a->output_size = sizeof(HTTP_REQUEST_PROPERTY_SNI);
    GIVE(MAY_WRITE, returned, ULONG, NULL);
}

VALID(HttpQueryRequestQueueProperty)
{
    QUEUE;
    a->property = HttpServerQueueLengthProperty;
    GIVE_BYTES(WRITES, info, NULL, sizeof(ULONG));
    a->length = sizeof(ULONG);
    GIVE(MAY_WRITE, returned, ULONG, NULL);
}

VALID(HttpQueryServerSessionProperty)
{
    a->session = s->scene.server.session;
    a->property = HttpServerStateProperty;
    GIVE_BYTES(WRITES, info, NULL, sizeof(HTTP_STATE_INFO));
    a->length = sizeof(HTTP_STATE_INFO);
    GIVE(MAY_WRITE, returned, ULONG, NULL);
}

VALID(HttpQueryServiceConfiguration)
{
    static WCHAR url[] = L"http://+:8080/fault/";
    HTTP_SERVICE_CONFIG_URLACL_QUERY query;

    memset(&query, 0, sizeof query);
    query.QueryDesc = HttpServiceConfigQueryExact;
    query.KeyDesc.pUrlPrefix = url;
    a->config = HttpServiceConfigUrlAclInfo;
    GIVE(READS, input, HTTP_SERVICE_CONFIG_URLACL_QUERY, &query);
    a->input_length = sizeof query;
    GIVE_BYTES(MAY_WRITE, output, NULL, 1024);
    a->output_length = 1024;
    GIVE(MAY_WRITE, returned, ULONG, NULL);
}

VALID(HttpQueryUrlGroupProperty)
{
    a->group = s->scene.server.group;
    a->property = HttpServerTimeoutsProperty;
    GIVE_BYTES(WRITES, info, NULL, sizeof(HTTP_TIMEOUT_LIMIT_INFO));
    a->length = sizeof(HTTP_TIMEOUT_LIMIT_INFO);
    GIVE(MAY_WRITE, returned, ULONG, NULL);
}

VALID(HttpReadFragmentFromCache)
{
    HTTP_BYTE_RANGE range;

    memset(&range, 0, sizeof range);
    range.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    QUEUE;
    GIVE_TEXT(url, local_url(s->scene.port, "/fragment"));
    GIVE(MAY_READ, range, HTTP_BYTE_RANGE, &range);
    GIVE_BYTES(WRITES, buffer, NULL, 64);
    a->size = 64;
    GIVE(MAY_WRITE, returned, ULONG, NULL);
}

VALID(HttpReceiveClientCertificate)
{
    QUEUE;
    a->connection = s->scene.in.v1.ConnectionId;
    GIVE(WRITES, info, HTTP_SSL_CLIENT_CERT_INFO, NULL);
    a->size = sizeof(HTTP_SSL_CLIENT_CERT_INFO);
    GIVE(MAY_WRITE, returned, ULONG, NULL);
    GIVE_OVERLAPPED();
}

/* Nothing waits, so a good one pends. */
VALID(HttpReceiveHttpRequest)
{
    QUEUE;
    place(s, &a->buffer, WRITES, NULL, 2048, __alignof__(HTTP_REQUEST));
    a->size = 2048;
    GIVE(MAY_WRITE, returned, ULONG, NULL);
    GIVE_OVERLAPPED();
}

VALID(HttpReceiveRequestEntityBody)
{
    QUEUE;
    REQUEST;
    GIVE_BYTES(WRITES, buffer, NULL, 5);
    a->size = 5;
    GIVE(MAY_WRITE, returned, ULONG, NULL);
    GIVE_OVERLAPPED();
}

VALID(HttpRemoveUrl)
{
    ok_eq(HttpAddUrl(s->v1_queue, local_url(s->scene.port, "/added/"), NULL), NO_ERROR);
    a->queue = DOOR_PACK(s->v1_queue);
    GIVE_TEXT(url, local_url(s->scene.port, "/added/"));
}

VALID(HttpRemoveUrlFromUrlGroup)
{
    a->group = s->scene.server.group;
    GIVE_TEXT(url, local_url(s->scene.port, "/"));
}

VALID(HttpSendHttpResponse)
{
    HTTP_CACHE_POLICY policy = {HttpCachePolicyNocache, 0};
    HTTP_LOG_DATA log = {HttpLogDataTypeFields};
    struct reply r;

    QUEUE;
    REQUEST;
    reply_init(&r, 200, "OK");
    GIVE(READS, response, HTTP_RESPONSE_V2, &r.response);
    GIVE(MAY_READ, policy, HTTP_CACHE_POLICY, &policy);
    GIVE(MAY_WRITE, sent, ULONG, NULL);
    GIVE_OVERLAPPED();
    GIVE(MAY_READ, log_data, HTTP_LOG_DATA, &log);
}

VALID(HttpSendResponseEntityBody)
{
    HTTP_LOG_DATA log = {HttpLogDataTypeFields};
    HTTP_DATA_CHUNK chunk;
    struct reply r;

    reply_init(&r, 200, "OK");
    ok_eq(reply_send(s->scene.queue, s->scene.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    QUEUE;
    REQUEST;
    chunk_text(&chunk, "done");
    a->count = 1;
    GIVE(READS, chunks, HTTP_DATA_CHUNK, &chunk);
    GIVE(MAY_WRITE, sent, ULONG, NULL);
    GIVE_OVERLAPPED();
    GIVE(MAY_READ, log_data, HTTP_LOG_DATA, &log);
}

VALID(HttpSetRequestProperty)
{
    HTTP_REQUEST_PROPERTY_STREAM_ERROR error = {1};

    QUEUE;
    REQUEST;
    a->property = HttpRequestPropertyStreamError;
    GIVE_BYTES(READS, input, &error, sizeof error);
    a->size = sizeof error;
}

VALID(HttpSetRequestQueueProperty)
{
    ULONG length = 500;

    QUEUE;
    a->property = HttpServerQueueLengthProperty;
    GIVE_BYTES(READS, info, &length, sizeof length);
    a->length = sizeof length;
}

static HTTP_STATE_INFO active(void)
{
    HTTP_STATE_INFO info;

    memset(&info, 0, sizeof info);
    info.Flags.Present = 1;
    info.State = HttpEnabledStateActive;
    return info;
}

VALID(HttpSetServerSessionProperty)
{
    HTTP_STATE_INFO info = active();

    a->session = s->scene.server.session;
    a->property = HttpServerStateProperty;
    GIVE_BYTES(READS, info, &info, sizeof info);
    a->length = sizeof info;
}

VALID(HttpSetServiceConfiguration)
{
    SERVICE;
}

VALID(HttpSetUrlGroupProperty)
{
    HTTP_BINDING_INFO info;

    memset(&info, 0, sizeof info);
    info.Flags.Present = 1;
    info.RequestQueueHandle = s->scene.queue;
    a->group = s->scene.server.group;
    a->property = HttpServerBindingProperty;
    GIVE_BYTES(READS, info, &info, sizeof info);
    a->length = sizeof info;
}

VALID(HttpShutdownRequestQueue)
{
    QUEUE;
}

VALID(HttpTerminate)
{
    (void)s;
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    a->flags = HTTP_INITIALIZE_SERVER;
}

VALID(HttpUpdateServiceConfiguration)
{
    SERVICE;
}

VALID(HttpWaitForDemandStart)
{
    QUEUE;
    GIVE_OVERLAPPED();
}

VALID(HttpWaitForDisconnect)
{
    QUEUE;
    a->connection = s->scene.in.v1.ConnectionId;
    GIVE_OVERLAPPED();
}

VALID(HttpWaitForDisconnectEx)
{
    QUEUE;
    a->connection = s->scene.in.v1.ConnectionId;
    GIVE_OVERLAPPED();
}

/* ======== the functions ======== */

#define X(name) \
    static void prepare_##name(struct stage *s, uint64_t *args) \
    { \
        valid_##name(s, (struct door_##name *)args); \
    }
HTTPAPI_EXPORTS(X)
#undef X

/* In the order of `functions`. */
#define X(name) prepare_##name,
static void (*const valid[])(struct stage *s, uint64_t *args) = {HTTPAPI_EXPORTS(X)};
#undef X

/* ======== what must come of it ======== */

/* The first that fits. NULL: any. */
static const struct {
    const char *function, *parameter;
    enum bad bad;
    ULONG error;
} rules[] = {
    /* [rp] not INVALID_HANDLE, unlike HttpAddUrl */
    {"HttpRemoveUrl", "queue", BAD_NO_HANDLE, ERROR_INVALID_PARAMETER},
    /* [doc] although a handle */
    {"HttpShutdownRequestQueue", "queue", BAD_ANY, ERROR_INVALID_PARAMETER},
    /* HTTP_NULL_ID is the next request */
    {"HttpReceiveHttpRequest", "id", BAD_ZERO_ID, ERROR_IO_PENDING},
    /* [rp] 1306 */
    {NULL, NULL, BAD_VERSION, ERROR_REVISION_MISMATCH},
    {NULL, "session", BAD_ANY, ERROR_INVALID_PARAMETER},
    {NULL, "group", BAD_ANY, ERROR_INVALID_PARAMETER},
    /* [rp] 1229 */
    {NULL, "id", BAD_ANY, ERROR_CONNECTION_INVALID},
    {NULL, "connection", BAD_ANY, ERROR_CONNECTION_INVALID},
    {NULL, "queue", BAD_ANY, ERROR_INVALID_HANDLE},
    {NULL, NULL, BAD_ANY, ERROR_INVALID_PARAMETER},
};

static BOOL is_pointer_error(enum bad bad)
{
    return bad > BAD_NULL && bad <= BAD_READ_ONLY;
}

static ULONG expected(const struct function *f, const struct parameter *p, enum bad bad)
{
    unsigned i;

    if (is_pointer_error(bad))
        return ERROR_NOACCESS;
    if (bad == BAD_NULL)
        return ERROR_INVALID_PARAMETER;
    for (i = 0; i < ARRAYSIZE(rules); i++)
        if ((!rules[i].function || !strcmp(rules[i].function, f->name)) &&
            (!rules[i].parameter || !strcmp(rules[i].parameter, p->name)) &&
            (rules[i].bad == BAD_ANY || rules[i].bad == bad))
            break;
    return rules[i].error;
}

/* ======== one bad value at a time ======== */

/* The two low bits of a handle mean nothing, so a handle that is off by one isn't bad. */
static HANDLE bad_handle(const struct stage *s, enum bad bad)
{
    switch (bad) {
    case BAD_PSEUDO_HANDLE: return INVALID_HANDLE_VALUE;
    case BAD_CLOSED_HANDLE: return s->closed;
    case BAD_OTHER_HANDLE: return s->event;
    case BAD_WILD_HANDLE: return (HANDLE)(ULONG_PTR)0x7ffffff0;
    default: return NULL;
    }
}

static ULONGLONG stale_id(const struct stage *s, const char *type)
{
    return !strcmp(type, "HTTP_REQUEST_ID") ? s->stale_request
           : !strcmp(type, "HTTP_CONNECTION_ID") ? s->stale_connection
           : !strcmp(type, "HTTP_SERVER_SESSION_ID") ? s->stale_session
                                                     : s->stale_group;
}

static ULONGLONG other_kind_id(const struct stage *s, const char *type)
{
    return !strcmp(type, "HTTP_REQUEST_ID") ? s->scene.in.v1.ConnectionId
           : !strcmp(type, "HTTP_CONNECTION_ID") ? s->scene.in.v1.RequestId
           : !strcmp(type, "HTTP_SERVER_SESSION_ID") ? s->scene.server.group
                                                     : s->scene.server.session;
}

static ULONGLONG bad_id(const struct stage *s, const char *type, enum bad bad)
{
    switch (bad) {
    case BAD_WILD_ID: return 0xdeadbeef;
    case BAD_ALL_ONES_ID: return ~0ull;
    case BAD_STALE_ID: return stale_id(s, type);
    case BAD_OTHER_KIND_ID: return other_kind_id(s, type);
    case BAD_FOREIGN_ID: return s->other.in.v1.RequestId;
    default: return 0;
    }
}

static void *bad_pointer(struct object *o, enum bad bad)
{
    switch (bad) {
    case BAD_NOWHERE: return NOWHERE;
    case BAD_BEHIND: return o->pages.base + o->pages.size;
    case BAD_SHORT: return pages_place(&o->pages, o->content, o->size, (int)o->alignment);
    case BAD_MISALIGNED: return pages_place(&o->pages, o->content, o->size, -1);
    case BAD_READ_ONLY: return pages_place(&o->pages, o->content, o->size, 0);
    default: return NULL;
    }
}

static BOOL starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* Does the parameter have that bad value? `o` is what it points to. */
static BOOL applies(const struct parameter *p, const struct object *o, enum bad bad)
{
    BOOL is_id = !strcmp(p->type, "HTTP_REQUEST_ID") || !strcmp(p->type, "HTTP_CONNECTION_ID") ||
                 !strcmp(p->type, "HTTP_SERVER_SESSION_ID") || !strcmp(p->type, "HTTP_URL_GROUP_ID");

    if (bad <= BAD_READ_ONLY) {
        if (o->pointer == NO_POINTER)
            return FALSE;
        if (bad == BAD_NULL)
            return o->pointer == READS || o->pointer == WRITES;
        if (bad == BAD_MISALIGNED)
            return o->alignment > 1;
        return bad != BAD_READ_ONLY || o->pointer == WRITES || o->pointer == MAY_WRITE;
    }
    if (bad <= BAD_WILD_HANDLE)
        return !strcmp(p->type, "HANDLE") && !strcmp(p->name, "queue");
    if (bad == BAD_FOREIGN_ID)
        return !strcmp(p->type, "HTTP_REQUEST_ID");
    if (bad <= BAD_FOREIGN_ID)
        return is_id;
    if (bad == BAD_RESERVED)
        return starts(p->name, "reserved");
    if (bad == BAD_FLAGS)
        return !strcmp(p->name, "flags");
    if (bad == BAD_NUMBER)
        return !strcmp(p->name, "property") || !strcmp(p->name, "config");
    return !strcmp(p->name, "version");
}

static uint64_t bad_value(struct stage *s, unsigned i, const struct parameter *p, enum bad bad)
{
    const HTTPAPI_VERSION no_version = {9, 9};

    if (bad <= BAD_READ_ONLY)
        return DOOR_PACK(bad_pointer(&s->objects[i], bad));
    if (bad <= BAD_WILD_HANDLE)
        return DOOR_PACK(bad_handle(s, bad));
    if (bad <= BAD_FOREIGN_ID)
        return bad_id(s, p->type, bad);
    return bad == BAD_RESERVED ? 1 : bad == BAD_VERSION ? DOOR_PACK(no_version) : 0x7fffffff;
}

/* What a call that failed didn't write. */
static BOOL is_untouched(const struct stage *s, const struct function *f, unsigned but)
{
    unsigned i;

    for (i = 0; i < f->count; i++) {
        const struct object *o = &s->objects[i];

        if (i != but && o->pointer == WRITES && o->alignment > 1 && strcmp(f->parameters[i].name, "buffer") &&
            memcmp((const void *)(ULONG_PTR)s->args[i], o->content, o->size))
            return FALSE;
    }
    return TRUE;
}

static void check_bad(struct stage *s, const struct function *f, unsigned i, enum bad bad, BOOL built)
{
    const struct parameter *p = &f->parameters[i];
    struct object *o = &s->objects[i];
    uint64_t good = s->args[i];
    ULONG error, wanted = expected(f, p, bad);

    s->args[i] = bad_value(s, i, p, bad);
    if (bad == BAD_READ_ONLY)
        pages_protect(&o->pages, FALSE);
    error = f->call(s->args);
    if (bad == BAD_READ_ONLY)
        pages_protect(&o->pages, TRUE);
    if (built)
        ok(error == wanted, "%s, %s %s: %lu, expected %lu", f->name, p->name, bad_names[bad], UL(error), UL(wanted));
    else
        ok(error != NO_ERROR && error != ERROR_IO_PENDING, "%s, %s %s: %lu", f->name, p->name, bad_names[bad],
           UL(error));
    ok(is_untouched(s, f, i), "%s, %s %s: something was written", f->name, p->name, bad_names[bad]);
    if (error == ERROR_IO_PENDING)
        CancelIoEx(s->scene.queue, NULL);
    if (o->pointer)
        pages_place(&o->pages, o->content, o->size, 0);
    s->args[i] = good;
}

static ULONG call_well(const struct function *f)
{
    uint64_t args[PARAMETERS_MAX + 1] = {0};
    static struct stage s;
    ULONG error;

    stage_open(&s);
    s.args = args;
    valid[f - functions](&s, args);
    error = f->call(args);
    if (!strcmp(f->name, "HttpPrepareUrl") && !error)
        HeapFree(GetProcessHeap(), 0, *(PWSTR *)(ULONG_PTR)args[3]);
    CancelIoEx(s.scene.queue, NULL);
    stage_close(&s, TRUE);
    return error;
}

static void check_function(const struct function *f)
{
    uint64_t args[PARAMETERS_MAX + 1] = {0};
    ULONG good = call_well(f);
    BOOL built = good == NO_ERROR || good == ERROR_IO_PENDING;
    static struct stage s;
    unsigned i;
    int bad;

    if (!strcmp(f->name, "HttpIsFeatureSupported"))
        return; /* has no bad argument */
    if (!built)
        printf("%s: a good call gives %lu: any error will do\n", f->name, UL(good));
    stage_open(&s);
    s.args = args;
    valid[f - functions](&s, args);
    for (i = 0; i < f->count; i++)
        for (bad = 0; bad < BADS; bad++)
            if (applies(&f->parameters[i], &s.objects[i], bad))
                check_bad(&s, f, i, bad, built);
    stage_close(&s, !strcmp(f->name, "HttpSendResponseEntityBody"));
}

START_TEST(arguments)
{
    unsigned i;

    for (i = 0; i < FUNCTIONS; i++)
        check_function(&functions[i]);
}
