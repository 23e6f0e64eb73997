/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program: a server that does to the requests of its URL what another client tells it below control/:
 *
 *   take            receives the next request, which waits in the queue "Main queue" so far, and keeps it
 *   answer, big     answers what it keeps: with a few bytes; with more than a socket takes, in the background
 *   cancel          HttpCancelHttpRequest
 *   length/N, inactive, active     the queue's length and state
 *   disable, enable, unbind, bind  the URL group's
 *   timeouts/N      the URL group's times are so many seconds from now on, and its rate is high; but not
 *   patience/N      that in the queue
 *   shutdown, close the queue
 *   exit            ends the process with whatever it keeps
 *
 * program URL-PREFIX: requests below control/ have a queue of their own, and an answer when it is done.
 */
#include "../../samples/sample.h"

#define REQUEST_BUFFER 16384
#define BIG (16u << 20)

struct buffer {
    union {
        HTTP_REQUEST request;
        char bytes[REQUEST_BUFFER];
    };
};

static struct server server; /* of the requests */
static struct server control;
static struct buffer kept, order;
static HTTP_RESPONSE big_response;
static HTTP_DATA_CHUNK big_chunk;
static OVERLAPPED big_overlapped;

static ULONG receive(HANDLE queue, struct buffer *b)
{
    ULONG bytes;

    return HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, &b->request, sizeof *b, &bytes, NULL);
}

static ULONG answer(HANDLE queue, HTTP_REQUEST_ID id, USHORT status, const char *reason)
{
    HTTP_RESPONSE response;
    ULONG bytes;

    init_response(&response, status, reason);
    return HttpSendHttpResponse(queue, id, HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES, &response, NULL, &bytes, NULL, 0, NULL, NULL);
}

static ULONG answer_big(void)
{
    ULONG error;

    init_response(&big_response, 200, "OK");
    big_chunk.DataChunkType = HttpDataChunkFromMemory;
    big_chunk.FromMemory.pBuffer = calloc(1, BIG);
    big_chunk.FromMemory.BufferLength = BIG;
    big_response.EntityChunkCount = 1;
    big_response.pEntityChunks = &big_chunk;
    error = HttpSendHttpResponse(server.queue, kept.request.RequestId, 0, &big_response, NULL, NULL, NULL, 0,
                                 &big_overlapped, NULL);
    return error == ERROR_IO_PENDING ? NO_ERROR : error;
}

static ULONG set_queue(HTTP_SERVER_PROPERTY property, ULONG value)
{
    return HttpSetRequestQueueProperty(server.queue, property, &value, sizeof value, 0, NULL);
}

static ULONG set_state(HTTP_ENABLED_STATE state)
{
    HTTP_STATE_INFO info = {{1}, state};

    return HttpSetUrlGroupProperty(server.group, HttpServerStateProperty, &info, sizeof info);
}

static ULONG bind_to(HANDLE queue)
{
    HTTP_BINDING_INFO info = {{queue != NULL}, queue};

    return HttpSetUrlGroupProperty(server.group, HttpServerBindingProperty, &info, sizeof info);
}

static ULONG set_times(USHORT seconds, USHORT queue, ULONG rate)
{
    HTTP_TIMEOUT_LIMIT_INFO t = {{1}, seconds, seconds, queue, seconds, seconds, rate};

    return HttpSetUrlGroupProperty(server.group, HttpServerTimeoutsProperty, &t, sizeof t);
}

/* A process that ends in the middle of things: nothing is closed. */
static ULONG leave(void)
{
    answer(control.queue, order.request.RequestId, 200, "OK");
    exit(3);
}

static ULONG obey(const char *what, int number)
{
    HTTP_REQUEST_ID id = kept.request.RequestId;

    if (!strcmp(what, "take"))
        return receive(server.queue, &kept);
    if (!strcmp(what, "answer"))
        return answer(server.queue, id, 200, "OK");
    if (!strcmp(what, "big"))
        return answer_big();
    if (!strcmp(what, "cancel"))
        return HttpCancelHttpRequest(server.queue, id, NULL);
    if (!strcmp(what, "length"))
        return set_queue(HttpServerQueueLengthProperty, (ULONG)number);
    if (!strcmp(what, "inactive"))
        return set_queue(HttpServerStateProperty, HttpEnabledStateInactive);
    if (!strcmp(what, "active"))
        return set_queue(HttpServerStateProperty, HttpEnabledStateActive);
    if (!strcmp(what, "disable"))
        return set_state(HttpEnabledStateInactive);
    if (!strcmp(what, "enable"))
        return set_state(HttpEnabledStateActive);
    if (!strcmp(what, "unbind"))
        return bind_to(NULL);
    if (!strcmp(what, "bind"))
        return bind_to(server.queue);
    if (!strcmp(what, "timeouts"))
        return set_times((USHORT)number, 0, 1u << 30);
    if (!strcmp(what, "patience"))
        return set_times(0, (USHORT)number, 0);
    if (!strcmp(what, "shutdown"))
        return HttpShutdownRequestQueue(server.queue);
    if (!strcmp(what, "close"))
        return HttpCloseRequestQueue(server.queue);
    return !strcmp(what, "exit") ? leave() : ERROR_INVALID_FUNCTION;
}

/* "/a/control/length/5" */
static void serve_order(void)
{
    char path[100], what[32] = "", reason[32];
    int number = 0;
    ULONG error;

    snprintf(path, sizeof path, "%.*s", (int)order.request.RawUrlLength, order.request.pRawUrl);
    sscanf(path, "%*[^c]control/%31[a-z]/%d", what, &number);
    error = obey(what, number);
    snprintf(reason, sizeof reason, "error %lu", (unsigned long)error);
    answer(control.queue, order.request.RequestId, error ? 500 : 200, error ? reason : "OK");
}

static void open_queue(struct server *s, const WCHAR *name, const char *url, const char *rest)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    char text[1024];
    WCHAR wide_url[1024];

    snprintf(text, sizeof text, "%s%s", url, rest);
    wide(wide_url, 1024, text);
    check("HttpCreateUrlGroup", HttpCreateUrlGroup(s->session, &s->group, 0));
    check("HttpCreateRequestQueue", HttpCreateRequestQueue(version, name, NULL, 0, &s->queue));
    bind_group(s);
    check("HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(s->group, wide_url, 0, 0));
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    const char *url = argc > 1 ? argv[1] : DEFAULT_URL;
    WCHAR name[64];

    check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    check("HttpCreateServerSession", HttpCreateServerSession(version, &server.session, 0));
    control.session = server.session;
    wide(name, 64, "Main queue"); /* one of a process: two of them may run at once, and names are the process's */
    open_queue(&server, name, url, "");
    wide(name, 64, "Control");
    open_queue(&control, name, url, "control/");
    stop_queue = control.queue;
    SetConsoleCtrlHandler(on_control, TRUE);
    server_ready(argc, argv);
    while (receive(control.queue, &order) == NO_ERROR)
        serve_order();
    server_close(&server);
    HttpCloseRequestQueue(control.queue);
    return 0;
}
