/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hello-pool: Windows' thread pool (CreateThreadpoolIo). It calls back when an operation is over, also for one that
 * succeeded at once, and has as many threads as it thinks right: the sample's second argument means nothing here.
 */
#include "hello.h"

#define RECEIVES 128

/* A request in the making: received into `request`, answered with `hello`. */
struct context {
    OVERLAPPED overlapped; /* first: the callback's OVERLAPPED is the context */
    enum { RECEIVING, SENDING } state;
    struct hello hello;
    HTTP_REQUEST *request;
};

static struct server server;
static PTP_IO io;
static LONG pending; /* contexts */
static HANDLE all_done;

static void free_context(struct context *c)
{
    free(c->request);
    free(c);
    if (!InterlockedDecrement(&pending))
        SetEvent(all_done);
}

static ULONG begin(struct context *c)
{
    if (c->state == RECEIVING)
        return HttpReceiveHttpRequest(server.queue, HTTP_NULL_ID, 0, c->request, REQUEST_BUFFER, NULL, &c->overlapped);
    return HttpSendHttpResponse(server.queue, c->request->RequestId, 0, &c->hello.response, NULL, NULL, NULL, 0,
                                &c->overlapped, NULL);
}

/* False when no callback will come: the operation failed at once, and what was announced must be called off. */
static BOOL start(struct context *c)
{
    ULONG error;

    memset(&c->overlapped, 0, sizeof c->overlapped);
    StartThreadpoolIo(io);
    error = begin(c);
    if (error == NO_ERROR || error == ERROR_IO_PENDING)
        return TRUE;
    CancelThreadpoolIo(io);
    return FALSE;
}

static void receive(struct context *c)
{
    c->state = RECEIVING;
    if (!start(c))
        free_context(c);
}

static void answer(struct context *c)
{
    c->state = SENDING;
    /* A send that fails lost its client: nothing to do but to take the next request. */
    if (!start(c))
        receive(c);
}

static void CALLBACK on_completion(PTP_CALLBACK_INSTANCE instance, PVOID unused, PVOID overlapped, ULONG error,
                                   ULONG_PTR bytes, PTP_IO object)
{
    struct context *c = overlapped;

    (void)instance, (void)unused, (void)bytes, (void)object;
    if (c->state == SENDING)
        receive(c);
    else if (error == NO_ERROR || error == ERROR_MORE_DATA)
        answer(c);
    else
        free_context(c);
}

static void start_context(void)
{
    struct context *c = calloc(1, sizeof *c);

    c->request = malloc(REQUEST_BUFFER);
    hello_init(&c->hello);
    receive(c);
}

int main(int argc, char **argv)
{
    server_open(&server, argc, argv);
    all_done = CreateEventW(NULL, TRUE, FALSE, NULL);
    io = CreateThreadpoolIo(server.queue, on_completion, NULL, NULL);
    if (!io)
        check("CreateThreadpoolIo", GetLastError());
    pending = RECEIVES;
    for (int i = 0; i < RECEIVES; i++)
        start_context();
    server_ready(argc, argv);
    WaitForSingleObject(all_done, INFINITE);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CloseThreadpoolIo(io);
    server_close(&server);
    CloseHandle(all_done);
    return 0;
}
