/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stress: a server and its worst clients in one program, for Windows, Wine and the native host.
 *
 *   stress [rounds] [connections per round] [seed]
 *
 * The server has four threads at a completion port, with or without skip-on-success, or four that block, round by round.
 * Each operation is counted when it begins and when it ends: once each. The clients ask for a behaviour by URL (/ok,
 * /big, /echo, /cancel, /abandon, /wait), or break off at a random point. In the middle of each round pending operations are cancelled at random; at its end the
 * queue is closed with clients and operations under way. A round is good when every well-behaved request got its answer
 * and every operation ended once. The last line is "N passed, N failed, N skipped".
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <http.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECEIVES 24
#define SERVER_THREADS 4
#define CLIENT_THREADS 8
#define REQUEST_BUFFER 4096
#define BODY_BUFFER 8192
#define BIG_ANSWER (1 << 20)
#define DEADLINE 20000 /* milliseconds that anything may take before it counts as lost */

enum kind { RECEIVE, SEND, READ, WAIT };
enum style { PORT, PORT_SKIPPING, BLOCKING, STYLES };

/* One operation. Kept until the end of its round, so that a second packet for it would be noticed. */
struct op {
    OVERLAPPED overlapped;
    struct op *next;
    enum kind kind;
    atomic_int outstanding;
    HTTP_REQUEST_ID id;
    HTTP_REQUEST *request;
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    char *body;
};

static HANDLE queue, port;
static HTTP_SERVER_SESSION_ID session;
static HTTP_URL_GROUP_ID group;
static _Atomic(struct op *) all_ops;
static atomic_int begun, ended, doubled, failures, answers, well_behaved, dropped;
static atomic_bool stopping;
static enum style style;
static USHORT port_number;
static char *big;

static void fail(const char *what, long value)
{
    failures++;
    printf("FAIL: %s (%ld)\n", what, value);
    fflush(stdout);
}

/* xorshift: a seed makes the clients' choices the same again. */
static unsigned next_random(unsigned *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static struct op *new_op(enum kind kind, HTTP_REQUEST_ID id)
{
    struct op *op = calloc(1, sizeof *op), *head;

    op->kind = kind;
    op->id = id;
    if (kind == RECEIVE)
        op->request = calloc(1, REQUEST_BUFFER);
    if (kind == READ)
        op->body = malloc(BODY_BUFFER);
    head = all_ops;
    do
        op->next = head;
    while (!atomic_compare_exchange_weak(&all_ops, &head, op));
    return op;
}

static void free_ops(void)
{
    while (all_ops) {
        struct op *op = all_ops;

        all_ops = op->next;
        free(op->request);
        free(op->body);
        free(op);
    }
}

static ULONG call(struct op *op)
{
    OVERLAPPED *o = style == BLOCKING ? NULL : &op->overlapped;
    ULONG bytes;

    switch (op->kind) {
    case RECEIVE:
        return HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, op->request, REQUEST_BUFFER, &bytes, o);
    case SEND:
        return HttpSendHttpResponse(queue, op->id, 0, &op->response, NULL, &bytes, NULL, 0, o, NULL);
    case READ:
        return HttpReceiveRequestEntityBody(queue, op->id, 0, op->body, BODY_BUFFER, &bytes, o);
    case WAIT:
        return HttpWaitForDisconnectEx(queue, op->id, 0, o);
    }
    return ERROR_INVALID_PARAMETER;
}

static void finished(struct op *op, ULONG error);

/* Begins an operation; its end comes through the port, or here when it is over and no packet will come. */
static void begin(struct op *op)
{
    ULONG error;

    begun++;
    op->outstanding = 1;
    error = call(op);
    if (error == ERROR_IO_PENDING || (error == NO_ERROR && style == PORT))
        return;
    if (!atomic_exchange(&op->outstanding, 0))
        doubled++;
    finished(op, error);
    ended++;
}

static void begin_receive(void)
{
    if (!stopping)
        begin(new_op(RECEIVE, HTTP_NULL_ID));
}

static void begin_send(HTTP_REQUEST_ID id, const char *data, ULONG length)
{
    struct op *op = new_op(SEND, id);

    op->response.StatusCode = 200;
    op->response.pReason = "OK";
    op->response.ReasonLength = 2;
    op->chunk.DataChunkType = HttpDataChunkFromMemory;
    op->chunk.FromMemory.pBuffer = (void *)data;
    op->chunk.FromMemory.BufferLength = length;
    op->response.EntityChunkCount = 1;
    op->response.pEntityChunks = &op->chunk;
    begin(op);
}

static BOOL is_path(const HTTP_REQUEST *r, const char *path)
{
    return r->RawUrlLength == strlen(path) && !memcmp(r->pRawUrl, path, r->RawUrlLength);
}

static void handle(const HTTP_REQUEST *r)
{
    if (is_path(r, "/ok")) {
        begin_send(r->RequestId, "ok", 2);
    } else if (is_path(r, "/big")) {
        begin_send(r->RequestId, big, BIG_ANSWER);
    } else if (is_path(r, "/echo")) {
        begin(new_op(READ, r->RequestId));
    } else if (is_path(r, "/cancel")) {
        HttpCancelHttpRequest(queue, r->RequestId, NULL);
    } else if (is_path(r, "/wait")) {
        if (style != BLOCKING)
            begin(new_op(WAIT, r->ConnectionId));
        begin_send(r->RequestId, "ok", 2);
    } /* /abandon: nobody ever answers; the queue's end has to end it */
}

static void finished(struct op *op, ULONG error)
{
    if (op->kind == RECEIVE) {
        if (error == NO_ERROR)
            handle(op->request);
        else if (error != ERROR_OPERATION_ABORTED && !stopping)
            fail("a receive ended with", (long)error);
        if (style != BLOCKING)
            begin_receive();
    } else if (op->kind == READ) {
        if (error == NO_ERROR)
            begin(new_op(READ, op->id));
        else if (error == ERROR_HANDLE_EOF)
            begin_send(op->id, "ok", 2);
    }
}

static DWORD WINAPI serve_blocking(void *unused)
{
    (void)unused;
    while (!stopping)
        begin_receive();
    return 0;
}

static DWORD WINAPI serve_port(void *unused)
{
    (void)unused;
    for (;;) {
        ULONG_PTR key;
        OVERLAPPED *o = NULL;
        DWORD bytes = 0;
        BOOL good = GetQueuedCompletionStatus(port, &bytes, &key, &o, INFINITE);
        struct op *op = (struct op *)o;

        if (!o)
            return 0; /* posted at the end of the round, or the port is gone */
        if (!atomic_exchange(&op->outstanding, 0))
            doubled++;
        finished(op, good ? NO_ERROR : GetLastError());
        ended++;
    }
}

static SOCKET connect_client(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a;

    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_port = htons(port_number);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!connect(s, (struct sockaddr *)&a, sizeof a))
        return s;
    closesocket(s);
    return INVALID_SOCKET;
}

static void close_hard(SOCKET s)
{
    struct linger l = {1, 0};

    setsockopt(s, SOL_SOCKET, SO_LINGER, (const char *)&l, sizeof l);
    closesocket(s);
}

static int make_request(char *buffer, size_t size, const char *path, int body)
{
    int n = snprintf(buffer, size, "%s %s HTTP/1.1\r\nHost: localhost:%u\r\n", body ? "POST" : "GET", path, port_number);

    if (body)
        n += snprintf(buffer + n, size - n, "Content-Length: %d\r\n", body);
    n += snprintf(buffer + n, size - n, "\r\n");
    memset(buffer + n, 'x', body);
    return n + body;
}

/* Reads a whole answer with a Content-Length; its status code, or 0. */
static int read_answer(SOCKET s)
{
    static const char field[] = "Content-Length: ";
    char head[1024], waste[16384], *end = NULL, *length;
    int n = 0, status = 0, got, left;

    while (!end && n < (int)sizeof head - 1) {
        got = recv(s, head + n, sizeof head - 1 - n, 0);
        if (got <= 0)
            return 0;
        n += got;
        head[n] = 0;
        end = strstr(head, "\r\n\r\n");
    }
    length = end ? strstr(head, field) : NULL;
    if (!length || sscanf(head, "HTTP/1.1 %d", &status) != 1)
        return 0;
    for (left = atoi(length + sizeof field - 1) - (int)(head + n - end - 4); left > 0; left -= got) {
        got = recv(s, waste, left < (int)sizeof waste ? left : (int)sizeof waste, 0);
        if (got <= 0)
            return 0;
    }
    return status;
}

/* A client that waits for its answers: each must come, unless the round's end came first. */
static void behave(SOCKET s, unsigned *random)
{
    static const char *const paths[] = {"/ok", "/big", "/echo", "/wait"};
    char request[4096];
    int count = 1 + next_random(random) % 20;

    while (count--) {
        unsigned i = next_random(random) % 16;
        const char *path = paths[i < 12 ? 0 : i - 12];
        int n = make_request(request, sizeof request, path, i == 14 ? 1 + next_random(random) % 2000 : 0);

        well_behaved++;
        if (send(s, request, n, 0) != n || read_answer(s) != 200) {
            well_behaved--;
            if (!stopping)
                fail("no answer to a well-behaved request", i);
            break;
        }
        answers++;
    }
    closesocket(s);
}

/* Breaks off somewhere in a request or its answer, for which it doesn't wait long. */
static void misbehave(SOCKET s, unsigned *random)
{
    static const char *const paths[] = {"/ok", "/big", "/echo", "/cancel", "/abandon", "/wait"};
    char request[4096];
    unsigned choice = next_random(random) % 6;
    int n = make_request(request, sizeof request, paths[choice], choice == 2 ? 2000 : 0);
    DWORD patience = 1 + next_random(random) % 10;

    dropped++;
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    if (next_random(random) % 2)
        n = next_random(random) % (n + 1);
    if (n && send(s, request, n, 0) > 0 && next_random(random) % 2)
        recv(s, request, 1 + next_random(random) % sizeof request, 0);
    if (next_random(random) % 2)
        close_hard(s);
    else
        closesocket(s);
}

struct client {
    unsigned random;
    int connections;
};

static DWORD WINAPI run_client(void *arg)
{
    struct client *c = arg;

    while (c->connections-- > 0 && !stopping) {
        DWORD timeout = DEADLINE;
        SOCKET s = connect_client();

        if (s == INVALID_SOCKET) {
            if (!stopping)
                fail("connection refused", WSAGetLastError());
            continue;
        }
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout);
        /* One that nobody ever answers would block its client: those always break off. */
        if (next_random(&c->random) % 3)
            behave(s, &c->random);
        else
            misbehave(s, &c->random);
    }
    return 0;
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

static void must(const char *what, ULONG error)
{
    if (error == NO_ERROR)
        return;
    fail(what, (long)error);
    printf("0 passed, %d failed, 0 skipped\n", failures);
    exit(1);
}

static void open_server(void)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO binding;
    WCHAR url[64] = {0};
    char text[64];

    must("session", HttpCreateServerSession(version, &session, 0));
    must("group", HttpCreateUrlGroup(session, &group, 0));
    must("queue", HttpCreateRequestQueue(version, NULL, NULL, 0, &queue));
    memset(&binding, 0, sizeof binding);
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    must("binding", HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof binding));
    port_number = free_port();
    snprintf(text, sizeof text, "http://localhost:%u/", port_number);
    for (int i = 0; text[i]; i++)
        url[i] = (unsigned char)text[i];
    must("url", HttpAddUrlToUrlGroup(group, url, 0, 0));
    port = style == BLOCKING ? NULL : CreateIoCompletionPort(queue, NULL, 1, 0);
    if (style == PORT_SKIPPING)
        SetFileCompletionNotificationModes(queue, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
}

/* Cancels operations here and there while clients are at work: only receives, so that no good client suffers. */
static void disturb(unsigned *random)
{
    for (struct op *op = style == BLOCKING ? NULL : all_ops; op; op = op->next)
        if (op->kind == RECEIVE && op->outstanding && next_random(random) % 8 == 0)
            CancelIoEx(queue, &op->overlapped);
}

static void wait_for_all(const char *what)
{
    for (DWORD start = GetTickCount(); begun != ended; Sleep(1))
        if (GetTickCount() - start > DEADLINE) {
            fail(what, begun - ended);
            return;
        }
}

static void close_server(HANDLE *threads, int round)
{
    stopping = TRUE;
    if (round % 5 == 0)
        HttpShutdownRequestQueue(queue);
    if (round % 2)
        HttpCloseRequestQueue(queue);
    else
        CloseHandle(queue);
    wait_for_all("operations that never ended");
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    for (int i = 0; i < SERVER_THREADS && port; i++)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    WaitForMultipleObjects(SERVER_THREADS, threads, TRUE, INFINITE);
    for (int i = 0; i < SERVER_THREADS; i++)
        CloseHandle(threads[i]);
    if (port)
        CloseHandle(port);
}

static void play(int round, int connections, unsigned *random)
{
    struct client clients[CLIENT_THREADS];
    HANDLE server[SERVER_THREADS], client[CLIENT_THREADS];

    stopping = FALSE;
    begun = ended = 0;
    style = round % STYLES;
    open_server();
    for (int i = 0; i < SERVER_THREADS; i++)
        server[i] = CreateThread(NULL, 0, style == BLOCKING ? serve_blocking : serve_port, NULL, 0, NULL);
    for (int i = 0; i < RECEIVES && style != BLOCKING; i++)
        begin_receive();
    for (int i = 0; i < CLIENT_THREADS; i++) {
        clients[i] = (struct client){next_random(random) | 1, connections / CLIENT_THREADS};
        client[i] = CreateThread(NULL, 0, run_client, &clients[i], 0, NULL);
    }
    /* Every fourth round ends in the middle of the clients' work. */
    while (WaitForMultipleObjects(CLIENT_THREADS, client, TRUE, 2) == WAIT_TIMEOUT) {
        disturb(random);
        if (round % 4 == 3 && ended > begun / 2 && ended > 200)
            break;
    }
    close_server(server, round);
    WaitForMultipleObjects(CLIENT_THREADS, client, TRUE, INFINITE);
    for (int i = 0; i < CLIENT_THREADS; i++)
        CloseHandle(client[i]);
    if (doubled)
        fail("operations that ended twice", doubled);
    free_ops();
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    int rounds = argc > 1 ? atoi(argv[1]) : 8, connections = argc > 2 ? atoi(argv[2]) : 200, good = 0;
    unsigned random = argc > 3 ? (unsigned)atoi(argv[3]) : 2463534242u;
    WSADATA wsa;

    WSAStartup(0x202, &wsa);
    big = malloc(BIG_ANSWER);
    memset(big, 'b', BIG_ANSWER);
    must("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    for (int i = 0; i < rounds; i++) {
        int before = failures;

        play(i, connections, &random);
        printf("round %d: %d operations; so far %d answers, %d connections broken off\n", i, begun, answers, dropped);
        fflush(stdout);
        good += failures == before;
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    if (answers != well_behaved)
        fail("answers missing", well_behaved - answers);
    free(big);
    WSACleanup();
    printf("%d passed, %d failed, 0 skipped\n", good, rounds - good);
    return good != rounds;
}
