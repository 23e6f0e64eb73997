/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * matrix.c: each kind of call that can be pending, and each way in which it can end or has to go on.
 *
 * A cell is a call, an end, a version of the API and a style of completion. What has to come of it is in `outcomes`; and
 * it comes once.
 */
#include "scene.h"

#define POST_FIVE_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\n"

enum call_kind { RECEIVE, READ, SEND, WAIT, CALLS };
enum end { BY_OVERLAPPED, BY_ALL, BY_THREAD, BY_REQUEST, BY_CLOSE, BY_SHUTDOWN, BY_RESET, BY_FIN, BY_GROUP, BY_SESSION,
           BY_TERMINATE, BY_EXIT, ENDS };
enum style { EVENT, PORT, BLOCKED, STYLES };

static const char *const call_names[CALLS] = {"receive", "body read", "send", "disconnect wait"};
static const char *const end_names[ENDS] = {
    "CancelIoEx", "CancelIoEx for all", "CancelIo", "HttpCancelHttpRequest", "closing the queue",
    "HttpShutdownRequestQueue", "the client's reset", "the client's FIN", "HttpCloseUrlGroup", "HttpCloseServerSession",
    "HttpTerminate", "the thread's end",
};
static const char *const style_names[STYLES] = {"event", "port", "blocked"};

/* It isn't over: the last thing a cell does is to cancel it. */
#define STAYS 0xfffffffeu
/* Our choice, which isn't asserted on Windows. */
#define OWN(outcome) ((ULONGLONG)(outcome) | 1ull << 32)

#define ABORTED ERROR_OPERATION_ABORTED
#define DELETED ERROR_NETNAME_DELETED

/*
 * [doc] CancelIo, CancelIoEx, ExitThread: aborted. [doc] Shutdown: receives and disconnect waits are, responses complete.
 * [rp] The end of the connection is what a disconnect wait waits for; a FIN isn't one while the answer is missing.
 */
static const ULONGLONG outcomes[ENDS][CALLS] = {
    /*                  receive        read            send            wait */
    [BY_OVERLAPPED] =  {ABORTED,       ABORTED,        ABORTED,        ABORTED},
    [BY_ALL] =         {ABORTED,       ABORTED,        ABORTED,        ABORTED},
    [BY_THREAD] =      {ABORTED,       ABORTED,        ABORTED,        ABORTED},
    [BY_REQUEST] =     {STAYS,         OWN(DELETED),   OWN(DELETED),   NO_ERROR},
    [BY_CLOSE] =       {ABORTED,       OWN(ABORTED),   OWN(ABORTED),   OWN(ABORTED)},
    [BY_SHUTDOWN] =    {ABORTED,       OWN(STAYS),     STAYS,          ABORTED},
    [BY_RESET] =       {STAYS,         OWN(DELETED),   OWN(DELETED),   NO_ERROR},
    [BY_FIN] =         {STAYS,         OWN(DELETED),   STAYS,          STAYS},
    [BY_GROUP] =       {STAYS,         OWN(STAYS),     OWN(STAYS),     OWN(STAYS)},
    [BY_SESSION] =     {STAYS,         OWN(STAYS),     OWN(STAYS),     OWN(STAYS)},
    [BY_TERMINATE] =   {OWN(STAYS),    OWN(STAYS),     OWN(STAYS),     OWN(STAYS)},
    [BY_EXIT] =        {ABORTED,       ABORTED,        ABORTED,        ABORTED},
};

#define LARGE (16 * 1024 * 1024) /* more than the sockets hold */

struct cell {
    enum call_kind kind;
    enum end end;
    enum style style;
    struct scene x;
    union inbox in;
    char buffer[16];
    struct reply reply;
    OVERLAPPED overlapped, *given; /* NULL when it blocks */
    HTTP_REQUEST_ID request;
    HTTP_CONNECTION_ID connection;
    HANDLE event, port, thread;
    HANDLE made, leave; /* a call in a thread: has returned; may end */
    ULONG returned;
};

static char *large;

static ULONG make_call(struct cell *c)
{
    switch (c->kind) {
    case RECEIVE:
        return HttpReceiveHttpRequest(c->x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&c->in, sizeof c->in, NULL, c->given);
    case READ:
        return HttpReceiveRequestEntityBody(c->x.queue, c->request, 0, c->buffer, sizeof c->buffer, NULL, c->given);
    case SEND:
        return HttpSendHttpResponse(c->x.queue, c->request, HTTP_SEND_RESPONSE_FLAG_MORE_DATA,
                                    (PHTTP_RESPONSE)&c->reply.response, NULL, NULL, NULL, 0, c->given, NULL);
    default:
        return HttpWaitForDisconnect(c->x.queue, c->connection, c->given);
    }
}

static DWORD WINAPI call_in_thread(void *arg)
{
    struct cell *c = arg;

    c->returned = make_call(c);
    if (c->made)
        SetEvent(c->made);
    if (c->leave) /* until it is told to end */
        WaitForSingleObject(c->leave, DEADLINE);
    return 0;
}

/* The call is pending when this returns. */
static void begin(struct cell *c)
{
    scene_take(&c->x, c->kind == READ ? POST_FIVE_HEAD : GET_FOOBAR, 0);
    c->request = c->x.in.v1.RequestId;
    c->connection = c->x.in.v1.ConnectionId;
    reply_init(&c->reply, 200, "OK");
    reply_text(&c->reply, "");
    c->reply.chunks[0].FromMemory.pBuffer = large;
    c->reply.chunks[0].FromMemory.BufferLength = LARGE;
    if (c->style == PORT)
        c->port = CreateIoCompletionPort(c->x.queue, NULL, 1, 0);
    else if (c->style == EVENT)
        c->overlapped.hEvent = c->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (c->style != BLOCKED)
        c->given = &c->overlapped;
    c->returned = ERROR_IO_PENDING;
    if (c->end == BY_EXIT)
        c->leave = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (c->leave && c->style != BLOCKED)
        c->made = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (c->style == BLOCKED || c->end == BY_EXIT)
        c->thread = CreateThread(NULL, 0, call_in_thread, c, 0, NULL);
    else
        c->returned = make_call(c);
    if (c->made) {
        ok_eq(WaitForSingleObject(c->made, DEADLINE), WAIT_OBJECT_0);
        CloseHandle(c->made);
    }
    if (c->thread)
        ok_eq(WaitForSingleObject(c->thread, QUIET), WAIT_TIMEOUT);
    if (c->style != BLOCKED)
        ok_eq(c->returned, ERROR_IO_PENDING);
}

static void close_queue(struct cell *c)
{
    if (c->x.version == 1)
        ok(CloseHandle(c->x.queue), "error %lu", UL(GetLastError()));
    else
        ok_eq(HttpCloseRequestQueue(c->x.queue), NO_ERROR);
}

static void bring_about(struct cell *c)
{
    switch (c->end) {
    case BY_OVERLAPPED: ok(CancelIoEx(c->x.queue, c->given), "error %lu", UL(GetLastError())); break;
    case BY_ALL: ok(CancelIoEx(c->x.queue, NULL), "error %lu", UL(GetLastError())); break;
    case BY_THREAD: ok(CancelIo(c->x.queue), "error %lu", UL(GetLastError())); break;
    case BY_REQUEST: ok_eq(HttpCancelHttpRequest(c->x.queue, c->request, NULL), NO_ERROR); break;
    case BY_CLOSE: close_queue(c); break;
    case BY_SHUTDOWN: ok_eq(HttpShutdownRequestQueue(c->x.queue), NO_ERROR); break;
    case BY_RESET: reset(c->x.client); break;
    case BY_FIN: shutdown(c->x.client, SD_SEND); break;
    case BY_GROUP: ok_eq(HttpCloseUrlGroup(c->x.server.group), NO_ERROR); break;
    case BY_SESSION: ok_eq(HttpCloseServerSession(c->x.server.session), NO_ERROR); break;
    case BY_TERMINATE: ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR); break;
    default:
        SetEvent(c->leave);
        ok_eq(WaitForSingleObject(c->thread, DEADLINE), WAIT_OBJECT_0);
    }
}

/* Of the cell's call; other calls' packets come to the port, too. */
static BOOL take_packet(struct cell *c, DWORD milliseconds)
{
    OVERLAPPED *o;
    ULONG_PTR key;
    DWORD bytes;

    do {
        o = NULL;
        GetQueuedCompletionStatus(c->port, &bytes, &key, &o, milliseconds);
    } while (o && o != c->given);
    return o != NULL;
}

/* Whether the end is told within the time. */
static BOOL is_told(struct cell *c, DWORD milliseconds)
{
    if (c->style == PORT)
        return take_packet(c, milliseconds);
    return WaitForSingleObject(c->style == BLOCKED ? c->thread : c->event, milliseconds) == WAIT_OBJECT_0;
}

static ULONG result(struct cell *c)
{
    DWORD bytes;

    if (c->style == BLOCKED)
        return c->returned;
    return GetOverlappedResult(c->x.queue, c->given, &bytes, FALSE) ? NO_ERROR : GetLastError();
}

static void check(struct cell *c, ULONG expected, BOOL own)
{
    BOOL told = is_told(c, expected == STAYS ? QUIET : DEADLINE);
    ULONG got = told ? result(c) : STAYS;

    ok(got == expected || broken(own), "version %d, %s, %s by %s: %lu, expected %lu", c->x.version,
       style_names[c->style], call_names[c->kind], end_names[c->end], UL(got), UL(expected));
    if (told)
        return;
    if (c->end == BY_TERMINATE)
        ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok(CancelIoEx(c->x.queue, NULL), "error %lu", UL(GetLastError()));
    ok(is_told(c, DEADLINE), "no end by a cancel");
    ok_eq(result(c), ERROR_OPERATION_ABORTED);
}

/* Everything that is left; and nothing more is told. */
static void finish(struct cell *c, ULONG expected)
{
    if (c->event)
        ResetEvent(c->event);
    if (c->end != BY_RESET)
        closesocket(c->x.client);
    if (c->x.version == 2 && c->end != BY_GROUP && c->end != BY_SESSION)
        ok_eq(HttpCloseUrlGroup(c->x.server.group), NO_ERROR);
    if (c->x.version == 2 && c->end != BY_SESSION)
        ok_eq(HttpCloseServerSession(c->x.server.session), NO_ERROR);
    if (c->end != BY_CLOSE)
        close_queue(c);
    if (c->end != BY_TERMINATE || expected == STAYS)
        ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    if (c->event)
        ok_eq(WaitForSingleObject(c->event, 0), WAIT_TIMEOUT);
    if (c->port)
        ok(!take_packet(c, 0), "a second packet");
    if (c->event)
        CloseHandle(c->event);
    if (c->port)
        CloseHandle(c->port);
    if (c->thread)
        CloseHandle(c->thread);
    if (c->leave)
        CloseHandle(c->leave);
}

static BOOL exists(int version, enum end end, enum style style)
{
    if (version == 1 && (end == BY_GROUP || end == BY_SESSION))
        return FALSE;
    return style != BLOCKED || (end != BY_OVERLAPPED && end != BY_THREAD && end != BY_EXIT);
}

static void play(int version, enum call_kind kind, enum end end, enum style style)
{
    static struct cell c;
    ULONGLONG outcome = outcomes[end][kind];

    /* [doc] What is bound to a port doesn't belong to a thread. */
    if (end == BY_EXIT && style == PORT)
        outcome = STAYS;
    memset(&c, 0, sizeof c);
    c.kind = kind;
    c.end = end;
    c.style = style;
    scene_open(&c.x, version);
    begin(&c);
    bring_about(&c);
    check(&c, (ULONG)outcome, outcome >> 32 != 0);
    finish(&c, (ULONG)outcome);
}

START_TEST(matrix)
{
    int version, kind, end, style, cells = 0;

    large = calloc(1, LARGE);
    for (version = 1; version <= 2; version++)
        for (kind = 0; kind < CALLS; kind++)
            for (end = 0; end < ENDS; end++)
                for (style = 0; style < STYLES; style++)
                    if (exists(version, end, style)) {
                        play(version, kind, end, style);
                        cells++;
                    }
    free(large);
    printf("matrix: %d cells: %d calls, %d ends, both versions, %d styles\n", cells, CALLS, ENDS, STYLES);
}
