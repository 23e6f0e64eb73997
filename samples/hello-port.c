/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hello-port: a completion port the plain way. Every operation leaves a packet there, also one that succeeds at once, and
 * the threads take one packet at a time.
 */
#include "hello.h"

#define RECEIVES_PER_THREAD 32

/* A request in the making: received into `request`, answered with `hello`. */
struct context {
    OVERLAPPED overlapped; /* first: the packet's OVERLAPPED is the context */
    enum { RECEIVING, SENDING } state;
    struct hello hello;
    HTTP_REQUEST *request;
};

static HANDLE port;
static struct server server;

/* False when no packet will come. */
static BOOL begin(struct context *c, int state)
{
    ULONG error;

    c->state = state;
    memset(&c->overlapped, 0, sizeof c->overlapped);
    if (state == RECEIVING)
        error = HttpReceiveHttpRequest(server.queue, HTTP_NULL_ID, 0, c->request, REQUEST_BUFFER, NULL,
                                       &c->overlapped);
    else
        error = HttpSendHttpResponse(server.queue, c->request->RequestId, 0, &c->hello.response, NULL, NULL, NULL, 0,
                                     &c->overlapped, NULL);
    return error == NO_ERROR || error == ERROR_IO_PENDING;
}

static void free_context(struct context *c)
{
    free(c->request);
    free(c);
}

static void receive(struct context *c)
{
    if (!begin(c, RECEIVING))
        free_context(c);
}

/* An operation is over. A send that failed, then or at once, lost its client: the context takes the next request. */
static void on_packet(struct context *c, DWORD error)
{
    if (c->state == SENDING)
        receive(c);
    else if (error != NO_ERROR && error != ERROR_MORE_DATA)
        free_context(c);
    else if (!begin(c, SENDING))
        receive(c);
}

static DWORD WINAPI work(void *arg)
{
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    (void)arg;
    for (;;) {
        BOOL ok = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);

        if (!overlapped)
            return 0;
        on_packet((struct context *)overlapped, ok ? NO_ERROR : GetLastError());
    }
}

static void start_context(void)
{
    struct context *c = calloc(1, sizeof *c);

    c->request = malloc(REQUEST_BUFFER);
    hello_init(&c->hello);
    receive(c);
}

static BOOL WINAPI stop(DWORD event)
{
    (void)event;
    HttpShutdownRequestQueue(server.queue);
    for (int i = 0; i < server.threads; i++)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    return TRUE;
}

int main(int argc, char **argv)
{
    server_open(&server, argc, argv);
    port = CreateIoCompletionPort(server.queue, NULL, 1, 0);
    if (!port)
        check("CreateIoCompletionPort", GetLastError());
    SetConsoleCtrlHandler(stop, TRUE);
    for (int i = 0; i < server.threads * RECEIVES_PER_THREAD; i++)
        start_context();
    server_ready(argc, argv);
    run_threads(&server, work);
    server_close(&server);
    CloseHandle(port);
    return 0;
}
