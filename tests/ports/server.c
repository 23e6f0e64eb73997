/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.c: small servers whose operations are counted, and their clients.
 */
#include "ports.h"

#define REQUEST_BUFFER 4096

enum kind { RECEIVE, SEND };

/* One operation. Kept until its server is freed, so that a second packet for it would be noticed. */
struct op {
    OVERLAPPED overlapped;
    struct op *next;
    struct server *server;
    enum kind kind;
    atomic_int outstanding;
    HTTP_REQUEST_ID id;
    HTTP_REQUEST *request;
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
};

struct client {
    HANDLE thread;
    USHORT port_number;
    unsigned requests;
};

static struct client clients[MOST_CLIENTS];
static unsigned client_count;

static struct op *new_op(struct server *s, enum kind kind, HTTP_REQUEST_ID id)
{
    struct op *op = calloc(1, sizeof *op), *head = s->ops;

    op->server = s;
    op->kind = kind;
    op->id = id;
    if (kind == RECEIVE)
        op->request = calloc(1, REQUEST_BUFFER);
    do
        op->next = head;
    while (!atomic_compare_exchange_weak(&s->ops, &head, op));
    return op;
}

static ULONG receive(struct op *op)
{
    return HttpReceiveHttpRequest(op->server->queue, HTTP_NULL_ID, 0, op->request, REQUEST_BUFFER, NULL,
                                  &op->overlapped);
}

static ULONG send_ok(struct op *op)
{
    op->response.StatusCode = 200;
    op->response.pReason = "OK";
    op->response.ReasonLength = 2;
    op->chunk.DataChunkType = HttpDataChunkFromMemory;
    op->chunk.FromMemory.pBuffer = (void *)"ok";
    op->chunk.FromMemory.BufferLength = 2;
    op->response.EntityChunkCount = 1;
    op->response.pEntityChunks = &op->chunk;
    return HttpSendHttpResponse(op->server->queue, op->id, 0, &op->response, NULL, NULL, NULL, 0, &op->overlapped,
                                NULL);
}

/* TRUE: it is over, with *error, and no packet comes. */
static BOOL begin(struct op *op, ULONG *error)
{
    struct server *s = op->server;
    BOOL skips = s->skips;

    s->begun++;
    op->outstanding = 1;
    if (s->io)
        StartThreadpoolIo(s->io);
    *error = op->kind == RECEIVE ? receive(op) : send_ok(op);
    if (*error == ERROR_IO_PENDING || (*error == NO_ERROR && !skips))
        return FALSE;
    if (s->io)
        CancelThreadpoolIo(s->io);
    check(atomic_exchange(&op->outstanding, 0), "a packet of an operation that was over at once");
    return TRUE;
}

/* What follows it: an answer, or the next request; NULL: nothing. */
static struct op *follow(struct op *op, ULONG error)
{
    struct server *s = op->server;
    HTTP_REQUEST_ID id = HTTP_NULL_ID;

    if (error == ERROR_OPERATION_ABORTED)
        s->cancelled++;
    else
        check(error == NO_ERROR || s->stopping || s->closing, "%s ended with error %u", op->kind == SEND ? "a send" : "a receive",
              (unsigned)error);
    if (op->kind == RECEIVE) {
        id = op->request->RequestId;
        free(op->request);
        op->request = NULL;
    }
    if (op->kind == RECEIVE && error == NO_ERROR)
        return new_op(s, SEND, id);
    if (s->closing && error && error != ERROR_OPERATION_ABORTED)
        return NULL;
    return s->stopping ? NULL : new_op(s, RECEIVE, HTTP_NULL_ID);
}

static void op_ended(struct op *op, ULONG error)
{
    while (op) {
        struct op *next = follow(op, error);
        BOOL over = next && begin(next, &error);

        op->server->ended++; /* after the next one's begin: the counts are equal only when nothing more comes */
        op = over ? next : NULL;
    }
}

/* The end that the host told of. */
static void complete(struct op *op, ULONG error, ULONG_PTR bytes)
{
    if (!atomic_exchange(&op->outstanding, 0)) {
        fail("an operation ended twice");
        return;
    }
    check(error || (bytes && bytes == op->overlapped.InternalHigh), "%u bytes told, %u in the OVERLAPPED",
          (unsigned)bytes, (unsigned)op->overlapped.InternalHigh);
    op_ended(op, error);
}

void server_packet(const struct packet *p, int home)
{
    struct op *op = (struct op *)p->overlapped;
    struct server *s = op->server;

    check(s->key == p->key, "key %#x instead of %#x", (unsigned)p->key, (unsigned)s->key);
    check(s->home == home, "a queue's packet at another port");
    complete(op, p->error, p->bytes);
}

static VOID WINAPI ended_callback(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    complete((struct op *)overlapped, error, bytes);
}

static VOID WINAPI ended_pool(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped, ULONG error,
                              ULONG_PTR bytes, PTP_IO io)
{
    struct op *op = overlapped;

    (void)instance;
    check(op->server == context && op->server->io == io, "another queue's callback");
    complete(op, error, bytes);
}

void server_receive(struct server *s, unsigned n)
{
    while (n--) {
        struct op *op = new_op(s, RECEIVE, HTTP_NULL_ID);
        ULONG error;

        if (begin(op, &error))
            op_ended(op, error);
    }
}

static USHORT free_port(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a;
    socklen_t size = sizeof a;

    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(s, (struct sockaddr *)&a, sizeof a);
    getsockname(s, (struct sockaddr *)&a, &size);
    closesocket(s);
    return ntohs(a.sin_port);
}

/* Somebody else may take the port first: then another. */
static ULONG add_url(struct server *s)
{
    ULONG error = NO_ERROR;

    for (int tries = 0; tries < 10; tries++) {
        WCHAR url[64] = {0};
        char text[64];

        s->port_number = free_port();
        snprintf(text, sizeof text, "http://localhost:%u/", s->port_number);
        for (int i = 0; text[i]; i++)
            url[i] = (unsigned char)text[i];
        error = HttpAddUrlToUrlGroup(s->group, url, 0, 0);
        if (!error)
            break;
    }
    return error;
}

void server_open(struct server *s, ULONG_PTR key)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO binding;

    memset(s, 0, sizeof *s);
    s->key = key;
    memset(&binding, 0, sizeof binding);
    binding.Flags.Present = 1;
    check(!HttpCreateServerSession(version, &s->session, 0), "session");
    check(!HttpCreateUrlGroup(s->session, &s->group, 0), "group");
    check(!HttpCreateRequestQueue(version, NULL, NULL, 0, &s->queue), "queue");
    binding.RequestQueueHandle = s->queue;
    check(!HttpSetUrlGroupProperty(s->group, HttpServerBindingProperty, &binding, sizeof binding), "binding");
    check(!add_url(s), "url");
}

void server_bind(struct server *s, HANDLE port)
{
    check(CreateIoCompletionPort(s->queue, port, s->key, 0) == port, "binding: %u", (unsigned)GetLastError());
}

void server_bind_callback(struct server *s)
{
    check(BindIoCompletionCallback(s->queue, ended_callback, 0), "binding: %u", (unsigned)GetLastError());
}

void server_bind_pool(struct server *s)
{
    s->io = CreateThreadpoolIo(s->queue, ended_pool, s, NULL);
    check(s->io != NULL, "binding: %u", (unsigned)GetLastError());
}

void server_skip_success(struct server *s)
{
    check(SetFileCompletionNotificationModes(s->queue, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS), "modes: %u",
          (unsigned)GetLastError());
    s->skips = TRUE;
}

void server_close_queue(struct server *s)
{
    s->stopping = TRUE;
    if (s->key % 2)
        CloseHandle(s->queue);
    else
        HttpCloseRequestQueue(s->queue);
}

void server_await_end(struct server *s)
{
    await(s->begun == s->ended, "operations that never ended");
}

void server_await_overlapped(struct server *s)
{
    for (struct op *op = s->ops; op; op = op->next)
        await(HasOverlappedIoCompleted(&op->overlapped), "an operation that never ended");
}

void server_free(struct server *s)
{
    if (s->io) {
        WaitForThreadpoolIoCallbacks(s->io, FALSE);
        CloseThreadpoolIo(s->io);
    }
    HttpCloseUrlGroup(s->group);
    HttpCloseServerSession(s->session);
    while (s->ops) {
        struct op *op = s->ops;

        s->ops = op->next;
        free(op->request);
        free(op);
    }
}

void server_cancel(struct server *s, unsigned odds, unsigned *random)
{
    for (struct op *op = s->ops; op; op = op->next)
        if (op->kind == RECEIVE && op->outstanding && next_random(random) % odds == 0)
            CancelIoEx(s->queue, &op->overlapped);
}

void server_cancel_one(struct server *s)
{
    struct op *op = s->ops;

    while (op && HasOverlappedIoCompleted(&op->overlapped))
        op = op->next;
    check(op && CancelIoEx(s->queue, &op->overlapped), "no receive that can be cancelled");
}

SOCKET connect_to(USHORT port_number)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    DWORD timeout = DEADLINE;
    struct sockaddr_in a;

    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_port = htons(port_number);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout);
    check(!connect(s, (struct sockaddr *)&a, sizeof a), "connection refused: %d", WSAGetLastError());
    return s;
}

/* The answers have no more than one packet's length, and end with the two letters of their body. */
static BOOL read_answer(SOCKET s)
{
    static const char begin[] = "HTTP/1.1 200 OK\r\n", end[] = "\r\n\r\nok";
    char text[1024];
    size_t n = 0;

    while (n < sizeof text) {
        int got = recv(s, text + n, (int)(sizeof text - n), 0);

        if (got <= 0)
            return FALSE;
        n += (size_t)got;
        if (n >= sizeof end - 1 && !memcmp(text + n - (sizeof end - 1), end, sizeof end - 1))
            return !memcmp(text, begin, sizeof begin - 1);
    }
    return FALSE;
}

static DWORD WINAPI run_client(void *argument)
{
    struct client *c = argument;
    SOCKET s = connect_to(c->port_number);
    char request[100];
    int n = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", c->port_number);

    for (unsigned i = 0; i < c->requests; i++)
        if (send(s, request, n, 0) != n || !read_answer(s)) {
            fail("no answer to request %u of %u", i, c->requests);
            break;
        }
    closesocket(s);
    return 0;
}

void clients_start(unsigned n, const struct server *s, unsigned requests)
{
    for (; n; n--, client_count++) {
        struct client *c = &clients[client_count];

        c->port_number = s->port_number;
        c->requests = requests;
        c->thread = start_thread(run_client, c);
    }
}

void clients_join(void)
{
    while (client_count)
        join(clients[--client_count].thread);
}
