/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * random.c: eight threads that call anything with anything.
 *
 * They share queues, sessions, groups and ids, which they make and close while others use them; their memory is good,
 * misaligned, read-only, missing, or comes and goes while a call is pending. Beside them a server of the same process
 * does its work, and a client asks it ten times a second: each answer must be right. In the end nothing is left.
 *
 * FAULT_SECONDS (60) says how long, FAULT_SEED which choices; it is printed. The order in which threads run isn't the
 * seed's, so a failure needn't come again with it.
 */
#include "account.h"
#include "calls.h"
#include "pages.h"
#include "scene.h"

#define THREADS 8
#define NOISY_CLIENTS 2
#define SHARED 6
#define IDS 32
#define SLOTS 16
#define FLAKY 8 /* pages */
#define DEFAULT_SECONDS 60

/* The thread sanitizer is right to complain when two calls write to the same memory. */
#ifdef __SANITIZE_THREAD__
#define MAY_SHARE_MEMORY 0
#else
#define MAY_SHARE_MEMORY 1
#endif

/* ======== what all share ======== */

static LONG64 volatile queues[SHARED], sessions[SHARED], groups[SHARED], ports[SHARED]; /* handles and ids; 0: none */
static LONG64 volatile requests[IDS], connections[IDS], stale[IDS];
static USHORT tcp_ports[2];
static HANDLE file;
static struct pages flaky_buffers, flaky_overlapped;
static LONG volatile ending, calls, refusals, received;

static BOOL stopping(void)
{
    return InterlockedCompareExchange(&ending, 0, 0);
}

static LONG64 look(LONG64 volatile *shared)
{
    return InterlockedCompareExchange64(shared, 0, 0);
}

/*
 * Handles are numbers that are used again: what a thread takes for a queue may be somebody's socket a moment later. The
 * HTTP functions must stand that; Windows' don't know better. So those that call these hold the lock, and who closes a
 * handle takes it away from all, once, and waits until nobody has it.
 */
static SRWLOCK in_use = SRWLOCK_INIT;

static void close_shared(LONG64 handle)
{
    if (!handle)
        return;
    AcquireSRWLockExclusive(&in_use);
    ReleaseSRWLockExclusive(&in_use);
    CloseHandle((HANDLE)(ULONG_PTR)handle);
}

static BOOL take_away(LONG64 volatile *shared, unsigned count, LONG64 handle)
{
    unsigned i;

    for (i = 0; i < count; i++)
        if (handle && InterlockedCompareExchange64(&shared[i], 0, handle) == handle)
            return TRUE;
    return FALSE;
}

/* Ends all calls on a shared queue. */
static void cancel_all(LONG64 volatile *queue)
{
    AcquireSRWLockShared(&in_use);
    CancelIoEx((HANDLE)(ULONG_PTR)look(queue), NULL);
    ReleaseSRWLockShared(&in_use);
}

static unsigned dice(unsigned *random, unsigned sides)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random % sides;
}

static LONG64 any_of(LONG64 volatile *shared, unsigned count, unsigned *random)
{
    return look(&shared[dice(random, count)]);
}

#define ANY(shared) any_of(shared, ARRAYSIZE(shared), &k->random)

static void put_stale(LONG64 id, unsigned *random)
{
    if (id)
        InterlockedExchange64(&stale[dice(random, IDS)], id);
}

/* ======== a thread's own things ======== */

/* A call that may be pending. Its memory isn't used again before that is over. */
struct slot {
    struct pages overlapped_pages, buffer;
    OVERLAPPED *overlapped;
    HANDLE event;
    BOOL receives;
};

enum picture {
    RESPONSE, RESPONSE_WITH_BODY, CHUNKS, POLICY, LOG, BINDING, STATE, NUMBER, CONNECTION_LIMIT, TEXT, URL, OTHER_URL, BAD_URL,
    PICTURES
};

/* Each picture lies at the beginning of a page, so that whatever length is told, nothing else is behind it. */
struct kit {
    unsigned random;
    HANDLE thread;
    struct slot slots[SLOTS], *slot;
    struct pages pictures[PICTURES], read_only;
    LONG calls[FUNCTIONS];
};

static void paint(struct kit *k, enum picture picture, const void *object, SIZE_T size)
{
    pages_open(&k->pictures[picture], PAGE);
    memcpy(k->pictures[picture].base, object, size);
}

static void paint_response(struct kit *k, HTTP_DATA_CHUNK *chunks)
{
    HTTP_RESPONSE_V2 r;

    memset(&r, 0, sizeof r);
    r.StatusCode = 200;
    r.pReason = "OK";
    r.ReasonLength = 2;
    paint(k, RESPONSE, &r, sizeof r);
    r.EntityChunkCount = 2;
    r.pEntityChunks = chunks;
    paint(k, RESPONSE_WITH_BODY, &r, sizeof r);
}

static void paint_chunks(struct kit *k)
{
    HTTP_DATA_CHUNK chunks[4];

    memset(chunks, 0, sizeof chunks);
    chunk_text(&chunks[0], "text");
    chunks[1].DataChunkType = HttpDataChunkFromFileHandle;
    chunks[1].FromFileHandle.FileHandle = file;
    chunks[1].FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    chunk_text(&chunks[2], "");
    chunks[2].FromMemory.pBuffer = MAY_SHARE_MEMORY ? flaky_buffers.base : k->read_only.base;
    chunks[2].FromMemory.BufferLength = 5000;
    chunks[3].DataChunkType = 77;
    paint(k, CHUNKS, chunks, sizeof chunks);
}

static void paint_url(struct kit *k, enum picture picture, USHORT port, const char *path)
{
    const WCHAR *url = local_url(port, path);

    paint(k, picture, url, (wcslen(url) + 1) * sizeof *url);
}

static void paint_all(struct kit *k)
{
    const HTTP_CACHE_POLICY policy = {HttpCachePolicyNocache, 0};
    const HTTP_LOG_DATA log = {HttpLogDataTypeFields};
    const ULONG number = 10;
    HTTP_QOS_SETTING_INFO qos = {HttpQosSettingTypeConnectionLimit, NULL};
    HTTP_BINDING_INFO binding;
    HTTP_STATE_INFO state;

    memset(&binding, 0, sizeof binding);
    memset(&state, 0, sizeof state);
    binding.Flags.Present = state.Flags.Present = 1;
    state.State = HttpEnabledStateActive;
    paint_chunks(k);
    paint_response(k, (HTTP_DATA_CHUNK *)k->pictures[CHUNKS].base);
    paint(k, POLICY, &policy, sizeof policy);
    paint(k, LOG, &log, sizeof log);
    paint(k, BINDING, &binding, sizeof binding);
    paint(k, STATE, &state, sizeof state);
    paint(k, NUMBER, &number, sizeof number);
    qos.QosSetting = k->pictures[NUMBER].base;
    paint(k, CONNECTION_LIMIT, &qos, sizeof qos);
    paint(k, TEXT, "a=b", 4);
    paint_url(k, URL, tcp_ports[0], "/");
    paint_url(k, OTHER_URL, tcp_ports[1], "/deep/er/");
    paint_url(k, BAD_URL, tcp_ports[1], "/a?b");
}

static void kit_open(struct kit *k, unsigned random)
{
    unsigned i;

    memset(k, 0, sizeof *k);
    k->random = random;
    pages_open(&k->read_only, PAGE);
    pages_protect(&k->read_only, FALSE);
    paint_all(k);
    for (i = 0; i < SLOTS; i++) {
        struct slot *s = &k->slots[i];

        pages_open(&s->buffer, PAGE);
        pages_open(&s->overlapped_pages, PAGE);
        s->overlapped = pages_place(&s->overlapped_pages, NULL, sizeof *s->overlapped, 0);
        s->overlapped->hEvent = s->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    }
}

static BOOL is_idle(const struct slot *s)
{
    return HasOverlappedIoCompleted(s->overlapped);
}

static void kit_close(struct kit *k)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;
    unsigned i;

    for (i = 0; i < SLOTS; i++) {
        while (!is_idle(&k->slots[i]) && GetTickCount64() < end)
            WaitForSingleObject(k->slots[i].event, 10);
        if (!ok(is_idle(&k->slots[i]), "a call that never ended"))
            continue; /* it may still be written to */
        CloseHandle(k->slots[i].event);
        pages_close(&k->slots[i].buffer);
        pages_close(&k->slots[i].overlapped_pages);
    }
    for (i = 0; i < PICTURES; i++)
        pages_close(&k->pictures[i]);
    pages_close(&k->read_only);
    for (i = 0; i < FUNCTIONS; i++)
        InterlockedExchangeAdd(&calls, k->calls[i]);
}

/* The ids of a request that came, for everybody. */
static void publish(struct kit *k, struct slot *s)
{
    const HTTP_REQUEST_V1 *r = (const HTTP_REQUEST_V1 *)s->buffer.base;

    if (!s->receives || s->overlapped->Internal)
        return;
    s->receives = FALSE;
    InterlockedIncrement(&received);
    put_stale(InterlockedExchange64(&requests[dice(&k->random, IDS)], (LONG64)r->RequestId), &k->random);
    put_stale(InterlockedExchange64(&connections[dice(&k->random, IDS)], (LONG64)r->ConnectionId), &k->random);
}

/* One that isn't pending; NULL when all are. */
static struct slot *free_slot(struct kit *k)
{
    unsigned first = dice(&k->random, SLOTS), i;

    for (i = 0; i < SLOTS; i++) {
        struct slot *s = &k->slots[(first + i) % SLOTS];

        if (!is_idle(s))
            continue;
        publish(k, s);
        return s;
    }
    return NULL;
}

/* ======== made-up arguments ======== */

static BOOL is(const char *a, const char *b)
{
    return !strcmp(a, b);
}

static uint64_t wild_number(struct kit *k)
{
    static const uint64_t numbers[] = {0, 1, 2, 7, 0x10, 0xdeadbeef, 0x7fffffff, 0xffffffff, 1ull << 32, ~0ull, 1ull << 63};

    return numbers[dice(&k->random, ARRAYSIZE(numbers))];
}

static HANDLE any_handle(struct kit *k)
{
    switch (dice(&k->random, 12)) {
    case 0: return NULL;
    case 1: return INVALID_HANDLE_VALUE;
    case 2: return k->slot->event;
    case 3: return (HANDLE)(ULONG_PTR)ANY(ports);
    case 4: return file;
    case 5: return (HANDLE)(ULONG_PTR)0x7ffffff0;
    default: return (HANDLE)(ULONG_PTR)ANY(queues);
    }
}

static uint64_t any_id(struct kit *k, LONG64 volatile *shared, unsigned count)
{
    switch (dice(&k->random, 8)) {
    case 0: return wild_number(k);
    case 1: return (uint64_t)ANY(stale);
    case 2: return (uint64_t)ANY(groups);
    default: return (uint64_t)any_of(shared, count, &k->random);
    }
}

static enum picture picture_for(struct kit *k, const char *type)
{
    if (is(type, "PHTTP_RESPONSE"))
        return dice(&k->random, 2) ? RESPONSE : RESPONSE_WITH_BODY;
    if (is(type, "PHTTP_DATA_CHUNK"))
        return CHUNKS;
    if (is(type, "PHTTP_CACHE_POLICY"))
        return POLICY;
    if (is(type, "PHTTP_LOG_DATA"))
        return LOG;
    if (is(type, "PCSTR"))
        return TEXT;
    if (is(type, "PCWSTR"))
        return URL + dice(&k->random, 3);
    return PICTURES;
}

/* The thread sanitizer takes two threads' attempts on the same address for a race, though nothing is there. */
static void *nowhere(struct kit *k)
{
    return MAY_SHARE_MEMORY && dice(&k->random, 2) ? NOWHERE : k->slot->buffer.base + k->slot->buffer.size;
}

static void *bad_memory(struct kit *k)
{
    switch (dice(&k->random, 6)) {
    case 0: return NULL;
    case 1: return nowhere(k);
    case 2: return k->slot->buffer.base + 1 + dice(&k->random, 7);
    case 3: return k->slot->buffer.base + k->slot->buffer.size - dice(&k->random, 20);
    case 4: return k->read_only.base;
    default: return MAY_SHARE_MEMORY ? flaky_buffers.base + dice(&k->random, FLAKY * PAGE / 8) * 8 : NULL;
    }
}

static void *any_overlapped(struct kit *k)
{
    switch (dice(&k->random, 16)) {
    case 0: return NULL;
    case 1: return nowhere(k);
    case 2: return (char *)k->slot->overlapped - 1;
    case 3: return k->slot->overlapped + 1;
    case 4: return k->read_only.base;
    case 5: return MAY_SHARE_MEMORY ? flaky_overlapped.base + dice(&k->random, FLAKY * PAGE / 64) * 64 : NULL;
    default: return k->slot->overlapped;
    }
}

/* What was left in the buffer by earlier calls, and something new in it. */
static void *spoilt_buffer(struct kit *k)
{
    uint64_t *words = (uint64_t *)k->slot->buffer.base;

    words[dice(&k->random, 128)] = dice(&k->random, 2) ? wild_number(k) : DOOR_PACK(words);
    return words;
}

static void *any_property(struct kit *k)
{
    HTTP_BINDING_INFO *binding = (HTTP_BINDING_INFO *)k->pictures[BINDING].base;

    binding->RequestQueueHandle = any_handle(k);
    return k->pictures[BINDING + dice(&k->random, 3)].base;
}

static void *any_memory(struct kit *k, const struct parameter *p)
{
    enum picture picture = picture_for(k, p->type);

    if (!strncmp(p->name, "reserved", 8))
        return dice(&k->random, 16) ? NULL : nowhere(k);
    if (is(p->type, "LPOVERLAPPED"))
        return any_overlapped(k);
    if (!dice(&k->random, 8))
        return bad_memory(k);
    /* In what is left of other things there may be any pointer. The thread sanitizer has memory nearly everywhere. */
    if (picture != PICTURES && (!MAY_SHARE_MEMORY || dice(&k->random, 8)))
        return k->pictures[picture].base;
    if (is(p->name, "info") && dice(&k->random, 4))
        return any_property(k);
    if (!dice(&k->random, 4) && !is(p->type, "PHANDLE"))
        return NULL;
    return spoilt_buffer(k);
}

static ULONG any_number(struct kit *k, const struct parameter *p)
{
    static const ULONG sizes[] = {0, 1, 4, 8, 12, 16, 48, 847, 848, 864, 2000, 4096, 4096, 4096, 4097, 0xffffffff};

    if (!strncmp(p->name, "reserved", 8))
        return dice(&k->random, 16) == 0;
    if (strstr(p->name, "size") || strstr(p->name, "length"))
        return sizes[dice(&k->random, ARRAYSIZE(sizes))];
    if (is(p->name, "flags"))
        return dice(&k->random, 3) ? 0 : dice(&k->random, 3) ? dice(&k->random, 16) : (ULONG)wild_number(k);
    return dice(&k->random, 16) ? dice(&k->random, 20) : (ULONG)wild_number(k);
}

static uint64_t any_value(struct kit *k, const struct parameter *p)
{
    static const HTTPAPI_VERSION versions[] = {{2, 0}, {2, 0}, {2, 0}, {1, 0}, {9, 9}};
    const char *t = p->type;

    if (is(t, "HANDLE"))
        return DOOR_PACK(any_handle(k));
    if (is(t, "HTTP_REQUEST_ID"))
        return any_id(k, requests, IDS);
    if (is(t, "HTTP_CONNECTION_ID"))
        return any_id(k, connections, IDS);
    if (is(t, "HTTP_SERVER_SESSION_ID"))
        return any_id(k, sessions, SHARED);
    if (is(t, "HTTP_URL_GROUP_ID"))
        return any_id(k, groups, SHARED);
    if (is(t, "HTTPAPI_VERSION"))
        return DOOR_PACK(versions[dice(&k->random, ARRAYSIZE(versions))]);
    if (t[0] == 'P' || !strncmp(t, "LP", 2) || strchr(t, '*'))
        return DOOR_PACK(any_memory(k, p));
    return is(t, "HTTP_URL_CONTEXT") ? wild_number(k) : any_number(k, p);
}

/* ======== one step ======== */

/* What was made belongs to all; what was there before is closed, whoever is using it. */
static void keep_queue(struct kit *k, HANDLE queue)
{
    close_shared(InterlockedExchange64(&queues[dice(&k->random, SHARED)], (LONG64)(ULONG_PTR)queue));
}

static void keep_session(struct kit *k, HTTP_SERVER_SESSION_ID session)
{
    LONG64 before = InterlockedExchange64(&sessions[dice(&k->random, SHARED)], (LONG64)session);

    HttpCloseServerSession((HTTP_SERVER_SESSION_ID)before);
    put_stale(before, &k->random);
}

static void keep_group(struct kit *k, HTTP_URL_GROUP_ID group)
{
    LONG64 before = InterlockedExchange64(&groups[dice(&k->random, SHARED)], (LONG64)group);

    HttpCloseUrlGroup((HTTP_URL_GROUP_ID)before);
    put_stale(before, &k->random);
}

#define MADE(type, i) (*(const type *)(ULONG_PTR)args[i])

static void keep_made(struct kit *k, unsigned f, const uint64_t *args)
{
    switch (f) {
    case FUNCTION_HttpCreateRequestQueue: keep_queue(k, MADE(HANDLE, 4)); break;
    case FUNCTION_HttpCreateHttpHandle: keep_queue(k, MADE(HANDLE, 0)); break;
    case FUNCTION_HttpCreateServerSession: keep_session(k, MADE(HTTP_SERVER_SESSION_ID, 1)); break;
    case FUNCTION_HttpCreateUrlGroup: keep_group(k, MADE(HTTP_URL_GROUP_ID, 1)); break;
    case FUNCTION_HttpPrepareUrl: HeapFree(GetProcessHeap(), 0, MADE(PWSTR, 3)); break;
    }
}

static BOOL makes_something(unsigned f)
{
    return f == FUNCTION_HttpCreateRequestQueue || f == FUNCTION_HttpCreateHttpHandle || f == FUNCTION_HttpPrepareUrl ||
           f == FUNCTION_HttpCreateServerSession || f == FUNCTION_HttpCreateUrlGroup;
}

/* What is made must be known, so the variable for it is good, or bad at once. */
static void settle_result(struct kit *k, const struct function *f, uint64_t *args)
{
    unsigned i;

    for (i = 0; i < f->count; i++)
        if (is(f->parameters[i].type, "PHANDLE") || is(f->parameters[i].type, "PWSTR *") ||
            is(f->parameters[i].type, "PHTTP_SERVER_SESSION_ID") || is(f->parameters[i].type, "PHTTP_URL_GROUP_ID"))
            args[i] = dice(&k->random, 8) ? DOOR_PACK(k->slot->buffer.base) : DOOR_PACK(k->read_only.base);
}

/* The answer goes where the program's structure points to, and that mustn't be just anywhere. */
static void settle_answer(struct kit *k, const struct function *f, uint64_t *args)
{
    unsigned i;

    for (i = 0; i + 1 < f->count; i++)
        if (is(f->parameters[i].type, "HTTP_SERVER_PROPERTY") && args[i] == HttpServerQosProperty)
            args[i + 1] = DOOR_PACK(k->pictures[CONNECTION_LIMIT].base);
}

/* Ends what others are at; more seldom, or nothing would ever come to pass. */
static BOOL is_violent(unsigned f)
{
    return f == FUNCTION_HttpCloseRequestQueue || f == FUNCTION_HttpCloseServerSession ||
           f == FUNCTION_HttpCloseUrlGroup || f == FUNCTION_HttpShutdownRequestQueue ||
           f == FUNCTION_HttpRemoveUrlFromUrlGroup || f == FUNCTION_HttpCancelHttpRequest || makes_something(f);
}

/* The library must stay initialized: what is begun is ended, and nothing else. */
static BOOL is_left_out(struct kit *k, unsigned f, const uint64_t *args)
{
    if (is_violent(f))
        return dice(&k->random, 64) != 0;
    if (f == FUNCTION_HttpTerminate)
        return (args[0] & 3) != 0;
    return f == FUNCTION_HttpInitialize && args[1] & 3;
}

static void call_any(struct kit *k)
{
    uint64_t args[PARAMETERS_MAX + 1] = {0};
    unsigned f = dice(&k->random, FUNCTIONS), i;
    struct slot *s = k->slot;
    ULONG error;

    for (i = 0; i < functions[f].count; i++)
        args[i] = any_value(k, &functions[f].parameters[i]);
    if (makes_something(f))
        settle_result(k, &functions[f], args);
    settle_answer(k, &functions[f], args);
    if (is_left_out(k, f, args))
        return;
    if (f == FUNCTION_HttpCloseRequestQueue && take_away(queues, SHARED, (LONG64)args[0])) {
        AcquireSRWLockExclusive(&in_use);
        ReleaseSRWLockExclusive(&in_use);
    }
    s->receives = FALSE;
    error = functions[f].call(args);
    k->calls[f]++;
    if (error == NO_ERROR && makes_something(f))
        keep_made(k, f, args);
    if (error != NO_ERROR)
        InterlockedIncrement(&refusals);
    s->receives = f == FUNCTION_HttpReceiveHttpRequest && (error == NO_ERROR || error == ERROR_IO_PENDING) &&
                  args[3] == DOOR_PACK(s->buffer.base) && args[6] == DOOR_PACK(s->overlapped);
    /* Whatever else failed; a call that pends has said so. */
    if (error != NO_ERROR && error != ERROR_IO_PENDING)
        s->overlapped->Internal = 0;
}

static void make_group(struct kit *k)
{
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;

    if (!HttpCreateUrlGroup((HTTP_SERVER_SESSION_ID)ANY(sessions), &group, 0))
        keep_group(k, group);
    else if (!HttpCreateServerSession(version_2, &session, 0))
        keep_session(k, session);
    if (!ANY(queues) && !HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue))
        keep_queue(k, queue);
}

/* A good receive. */
static void receive_well(struct kit *k)
{
    struct slot *s = k->slot;
    ULONG error = HttpReceiveHttpRequest((HANDLE)(ULONG_PTR)ANY(queues), HTTP_NULL_ID, 0, (PHTTP_REQUEST)s->buffer.base,
                                         PAGE, NULL, s->overlapped);

    s->receives = error == NO_ERROR || error == ERROR_IO_PENDING;
    if (!s->receives)
        s->overlapped->Internal = 0;
}

/* A group that is bound, with a URL, so that requests come in. */
static void build(struct kit *k)
{
    HTTP_URL_GROUP_ID group = (HTTP_URL_GROUP_ID)ANY(groups);

    if (bind_group(group, (HANDLE)(ULONG_PTR)ANY(queues)))
        make_group(k);
    HttpAddUrlToUrlGroup(group, (PCWSTR)k->pictures[URL + dice(&k->random, 2)].base, 1, 0);
    receive_well(k);
}

/* The calls of Windows that reach a queue. */
static void call_windows_unlocked(struct kit *k)
{
    HANDLE queue = (HANDLE)(ULONG_PTR)ANY(queues), port = (HANDLE)(ULONG_PTR)ANY(ports), copy;
    OVERLAPPED *o;
    ULONG_PTR key;
    DWORD bytes;

    switch (dice(&k->random, 8)) {
    case 0: CancelIoEx(queue, NOWHERE); break;
    case 1: CancelIoEx(queue, k->slots[dice(&k->random, SLOTS)].overlapped); break;
    case 2:
        if (dice(&k->random, 64) == 0)
            CancelIo(queue);
        break;
    case 3:
        if (port) /* without one it would make one */
            CreateIoCompletionPort(queue, port, wild_number(k), 0);
        break;
    case 4: SetFileCompletionNotificationModes(queue, (UCHAR)dice(&k->random, 4)); break;
    case 5: WaitForSingleObject(queue, 0); break;
    case 6:
        if (DuplicateHandle(GetCurrentProcess(), queue, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
            CloseHandle(copy);
        break;
    default:
        while (GetQueuedCompletionStatus(port, &bytes, &key, &o, 0) || o)
            ;
    }
}

static void call_windows(struct kit *k)
{
    AcquireSRWLockShared(&in_use);
    call_windows_unlocked(k);
    ReleaseSRWLockShared(&in_use);
}

static DWORD WINAPI call_anything(void *arg)
{
    struct kit *k = arg;

    while (!stopping()) {
        k->slot = free_slot(k);
        if (!k->slot) {
            cancel_all(&queues[dice(&k->random, SHARED)]);
            SwitchToThread();
        } else if (dice(&k->random, 8)) {
            call_any(k);
        } else if (dice(&k->random, 8) == 0) {
            build(k);
        } else {
            call_windows(k);
        }
    }
    return 0;
}

/* ======== the others ======== */

/* Requests for the URLs that the threads add and remove. */
static DWORD WINAPI make_noise(void *arg)
{
    static const char *const texts[] = {
        "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
        "GET /deep/er/x HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 6\r\n\r\nabc",
        "POST /deep/er/ HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 3\r\n\r\nabc",
    };
    unsigned random = *(unsigned *)arg;

    while (!stopping()) {
        USHORT port = tcp_ports[dice(&random, 2)];
        SOCKET s = try_connect(port);
        DWORD patience = 1 + dice(&random, 30);
        char text[512];
        int n;

        if (s == INVALID_SOCKET) {
            Sleep(1);
            continue;
        }
        n = snprintf(text, sizeof text, texts[dice(&random, ARRAYSIZE(texts))], port);
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
        if (send(s, text, n, 0) == n)
            recv(s, text, sizeof text, 0);
        if (dice(&random, 2))
            reset(s);
        else
            closesocket(s);
    }
    return 0;
}

/* The server that must not notice. */
struct good {
    struct server server;
    HANDLE thread, client;
    LONG answered;
};

static DWORD WINAPI serve_well(void *arg)
{
    struct good *g = arg;
    static union inbox in;

    for (;;) {
        ULONG error = HttpReceiveHttpRequest(g->server.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&in, sizeof in, NULL, NULL);

        if (error == ERROR_OPERATION_ABORTED)
            return 0; /* the queue was shut down */
        if (!ok(error == NO_ERROR, "a good receive: %lu", UL(error)))
            return 0;
        error = respond(g->server.queue, in.v1.RequestId, in.v1.pRawUrl);
        ok(error == NO_ERROR, "a good response: %lu", UL(error));
    }
}

static BOOL ask(struct good *g, SOCKET s)
{
    char path[32], text[4096];

    snprintf(path, sizeof path, "/%ld", (long)g->answered);
    send_get(s, g->server.port, path);
    return ok(recv_answer(s, text, sizeof text) > 0, "no answer to request %ld", (long)g->answered) &&
           ok_str(answer_body(text), path);
}

static DWORD WINAPI ask_often(void *arg)
{
    struct good *g = arg;
    SOCKET s = connect_local(g->server.port);

    while (!stopping() && ask(g, s)) {
        if (++g->answered % 10 == 0) {
            closesocket(s);
            s = connect_local(g->server.port);
        }
        Sleep(100);
    }
    closesocket(s);
    return 0;
}

static void good_start(struct good *g)
{
    memset(g, 0, sizeof *g);
    server_start(&g->server, 2);
    g->thread = CreateThread(NULL, 0, serve_well, g, 0, NULL);
    g->client = CreateThread(NULL, 0, ask_often, g, 0, NULL);
}

static void good_stop(struct good *g)
{
    ok_eq(WaitForSingleObject(g->client, DEADLINE), WAIT_OBJECT_0);
    ok(g->answered > 0, "nothing was asked");
    ok_eq(HttpShutdownRequestQueue(g->server.queue), NO_ERROR);
    ok_eq(WaitForSingleObject(g->thread, DEADLINE), WAIT_OBJECT_0);
    CloseHandle(g->thread);
    CloseHandle(g->client);
    server_stop(&g->server);
}

/* ======== a round ======== */

/* Memory comes and goes; blocked calls come back; ports are replaced. */
static void disturb(unsigned *random)
{
    static const DWORD protections[] = {PAGE_READWRITE, PAGE_READONLY, PAGE_NOACCESS};
    struct pages *p = dice(random, 2) ? &flaky_buffers : &flaky_overlapped;
    HANDLE port = NULL;
    DWORD before;

    VirtualProtect(p->base + dice(random, FLAKY) * PAGE, PAGE, protections[dice(random, 3)], &before);
    cancel_all(&queues[dice(random, SHARED)]);
    if (dice(random, 16) == 0)
        port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    if (port)
        close_shared(InterlockedExchange64(&ports[dice(random, SHARED)], (LONG64)(ULONG_PTR)port));
}

static void close_all(void)
{
    unsigned i;

    for (i = 0; i < SHARED; i++) {
        HttpCloseUrlGroup((HTTP_URL_GROUP_ID)InterlockedExchange64(&groups[i], 0));
        HttpCloseServerSession((HTTP_SERVER_SESSION_ID)InterlockedExchange64(&sessions[i], 0));
        close_shared(InterlockedExchange64(&queues[i], 0));
        close_shared(InterlockedExchange64(&ports[i], 0));
    }
}

/* Blocked calls are cancelled until each thread is home. */
static void join(HANDLE *threads, unsigned count)
{
    ULONGLONG end = GetTickCount64() + 3 * DEADLINE;
    unsigned i;

    while (WaitForMultipleObjects(count, threads, TRUE, 10) == WAIT_TIMEOUT && GetTickCount64() < end)
        for (i = 0; i < SHARED; i++)
            cancel_all(&queues[i]);
    ok_eq(WaitForMultipleObjects(count, threads, TRUE, 0), WAIT_OBJECT_0);
    for (i = 0; i < count; i++)
        CloseHandle(threads[i]);
}

static void play(DWORD milliseconds, unsigned *random)
{
    static struct kit kits[THREADS];
    unsigned noise[NOISY_CLIENTS], i;
    HANDLE threads[THREADS + NOISY_CLIENTS];
    ULONGLONG end = GetTickCount64() + milliseconds;
    static struct good good;

    InterlockedExchange(&ending, FALSE);
    good_start(&good);
    for (i = 0; i < THREADS; i++) {
        kit_open(&kits[i], dice(random, 0xfffffffe) + 1);
        threads[i] = CreateThread(NULL, 0, call_anything, &kits[i], 0, NULL);
    }
    for (i = 0; i < NOISY_CLIENTS; i++) {
        noise[i] = dice(random, 0xfffffffe) + 1;
        threads[THREADS + i] = CreateThread(NULL, 0, make_noise, &noise[i], 0, NULL);
    }
    for (; GetTickCount64() < end; Sleep(5))
        disturb(random);
    InterlockedExchange(&ending, TRUE);
    join(threads, ARRAYSIZE(threads));
    close_all();
    good_stop(&good);
    for (i = 0; i < THREADS; i++)
        kit_close(&kits[i]);
}

/* Not more than before, once what ends by itself has ended. */
static void check_account(const struct account *before)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;
    struct account now;

    do {
        account_take(&now);
        if (now.handles <= before->handles && now.descriptors <= before->descriptors && now.threads <= before->threads)
            break;
        Sleep(20);
    } while (GetTickCount64() < end);
    ok(now.handles <= before->handles, "%u handles, and %u before", now.handles, before->handles);
    ok(now.descriptors <= before->descriptors, "%u descriptors, and %u before", now.descriptors, before->descriptors);
    ok(now.threads <= before->threads, "%u threads, and %u before", now.threads, before->threads);
    ok(now.memory <= before->memory + (16 << 20), "%lu KB in use, and %lu before", UL(now.memory / 1024),
       UL(before->memory / 1024));
}

static HANDLE make_file(void)
{
    char folder[MAX_PATH], name[MAX_PATH];
    HANDLE f;
    DWORD n;

    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "flt", 0, name);
    f = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok(f != INVALID_HANDLE_VALUE && WriteFile(f, "a file's text", 13, &n, NULL), "no file: error %lu",
       UL(GetLastError()));
    return f;
}

static unsigned number_from(const char *variable, unsigned otherwise)
{
    const char *text = getenv(variable);

    return text && *text ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}

START_TEST(random)
{
    DWORD milliseconds = number_from("FAULT_SECONDS", DEFAULT_SECONDS) * 1000;
    unsigned seed = number_from("FAULT_SEED", (unsigned)GetTickCount64() | 1), random = seed ? seed : 1;
    struct account before;

    printf("%lu ms; FAULT_SEED=%u makes the same choices\n", UL(milliseconds), seed);
    fflush(stdout);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    tcp_ports[0] = free_port();
    tcp_ports[1] = free_port();
    file = make_file();
    pages_open(&flaky_buffers, FLAKY * PAGE);
    pages_open(&flaky_overlapped, FLAKY * PAGE);
    /* Caches fill up in the first round; the second must leave nothing behind. */
    play(milliseconds / 2, &random);
    account_take(&before);
    play(milliseconds / 2, &random);
    check_account(&before);
    printf("%ld calls, %ld of them refused; %ld requests received\n", (long)calls, (long)refusals, (long)received);
    ok(received > 0, "no call ever got a request");
    pages_close(&flaky_buffers);
    pages_close(&flaky_overlapped);
    CloseHandle(file);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
