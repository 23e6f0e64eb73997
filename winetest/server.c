/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.c: the server side of the tests; server.h describes it.
 */
#include "server.h"

const HTTPAPI_VERSION version_1 = {1, 0}, version_2 = {2, 0};

const WCHAR *const malformed_urls[MALFORMED_URLS] = {
    L"http://localhost:50000", L"localhost:50000",   L"localhost:50000/",
    L"http://localhost/",      L"http://localhost:/", L"http://localhost:0/",
};

const WCHAR *make_url(const char *host, USHORT port, const char *path)
{
    static WCHAR urls[16][256];
    static volatile LONG turn;
    WCHAR *url = urls[InterlockedIncrement(&turn) % 16];
    char text[256];

    snprintf(text, sizeof text, "http://%s:%u%s", host, port, path);
    MultiByteToWideChar(CP_UTF8, 0, text, -1, url, 256);
    return url;
}

const WCHAR *local_url(USHORT port, const char *path)
{
    return make_url("localhost", port, path);
}

ULONG bind_group(HTTP_URL_GROUP_ID group, HANDLE queue)
{
    HTTP_BINDING_INFO binding;

    memset(&binding, 0, sizeof binding);
    binding.Flags.Present = queue != NULL;
    binding.RequestQueueHandle = queue;
    return HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof binding);
}

/* A group of the server's session and a queue, bound. */
static int make_group(struct server *server)
{
    return ok_eq(HttpCreateUrlGroup(server->session, &server->group, 0), NO_ERROR) &&
           ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &server->queue), NO_ERROR) &&
           ok_eq(bind_group(server->group, server->queue), NO_ERROR);
}

int queue_version(HANDLE queue)
{
    ULONG length;

    /* [doc] A version 1 queue has no properties. */
    switch (HttpQueryRequestQueueProperty(queue, HttpServerQueueLengthProperty, &length, sizeof length, 0, NULL, NULL)) {
    case NO_ERROR: return 2;
    case ERROR_NOT_SUPPORTED: return 1;
    default: return 0;
    }
}

static int open_queue(struct server *server)
{
    if (!ok_eq(HttpInitialize(server->version == 1 ? version_1 : version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR))
        return 0;
    if (server->version == 1)
        return ok_eq(HttpCreateHttpHandle(&server->queue, 0), NO_ERROR);
    return ok_eq(HttpCreateServerSession(version_2, &server->session, 0), NO_ERROR) && make_group(server);
}

static int start_on(struct server *server, int version, USHORT port)
{
    memset(server, 0, sizeof *server);
    server->version = version;
    server->port = port;
    return open_queue(server);
}

int server_start_bare(struct server *server, int version)
{
    return start_on(server, version, free_port());
}

int server_start(struct server *server, int version)
{
    return server_start_bare(server, version) && ok_eq(server_add(server, "/"), NO_ERROR);
}

int server_start_beside(struct server *second, const struct server *first)
{
    return start_on(second, first->version, first->port);
}

ULONG server_add(struct server *server, const char *path)
{
    const WCHAR *url = local_url(server->port, path);

    return server->version == 1 ? HttpAddUrl(server->queue, url, NULL)
                                : HttpAddUrlToUrlGroup(server->group, url, URL_CONTEXT, 0);
}

ULONG server_remove(struct server *server, const char *path)
{
    const WCHAR *url = local_url(server->port, path);

    return server->version == 1 ? HttpRemoveUrl(server->queue, url)
                                : HttpRemoveUrlFromUrlGroup(server->group, url, 0);
}

void server_stop(struct server *server)
{
    if (server->version == 1) {
        ok(CloseHandle(server->queue), "CloseHandle: error %lu", UL(GetLastError()));
    } else {
        ok_eq(HttpCloseUrlGroup(server->group), NO_ERROR);
        ok_eq(HttpCloseServerSession(server->session), NO_ERROR);
        ok_eq(HttpCloseRequestQueue(server->queue), NO_ERROR);
    }
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

void receive_init(struct receive *receive, HANDLE queue)
{
    memset(receive, 0xcc, sizeof *receive);
    receive->overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    receive->queue = queue;
    receive->result = NO_ERROR;
    receive->bytes = 0;
}

static ULONG take_result(struct receive *receive)
{
    if (!GetOverlappedResult(receive->queue, &receive->overlapped, &receive->bytes, FALSE))
        return GetLastError();
    check_walk(&receive->data, receive->bytes, queue_version(receive->queue));
    return NO_ERROR;
}

ULONG receive_start(struct receive *receive, HTTP_REQUEST_ID id, ULONG flags)
{
    ULONG error = HttpReceiveHttpRequest(receive->queue, id, flags, &receive->data.request, sizeof receive->data, NULL,
                                         &receive->overlapped);

    receive->result = error;
    if (error == NO_ERROR)
        receive->result = take_result(receive);
    return error;
}

ULONG receive_wait(struct receive *receive, DWORD milliseconds)
{
    if (receive->result == ERROR_IO_PENDING &&
        WaitForSingleObject(receive->overlapped.hEvent, milliseconds) == WAIT_OBJECT_0)
        receive->result = take_result(receive);
    return receive->result;
}

void receive_close(struct receive *receive)
{
    if (receive->result == ERROR_IO_PENDING) {
        CancelIoEx(receive->queue, &receive->overlapped);
        ok(receive_wait(receive, DEADLINE) != ERROR_IO_PENDING, "a cancelled receive doesn't end");
    }
    CloseHandle(receive->overlapped.hEvent);
}

HTTP_REQUEST_ID receive_next(struct receive *receive, HANDLE queue)
{
    receive_init(receive, queue);
    receive_start(receive, HTTP_NULL_ID, 0);
    if (!ok(receive_wait(receive, DEADLINE) == NO_ERROR, "no request: %lu", UL(receive->result)))
        return 0;
    return receive->data.request.RequestId;
}

int queue_is_empty(HANDLE queue)
{
    struct receive receive;
    int empty;

    receive_init(&receive, queue);
    receive_start(&receive, HTTP_NULL_ID, 0);
    empty = receive_wait(&receive, QUIET) == ERROR_IO_PENDING;
    receive_close(&receive);
    return empty;
}

ULONG respond_status(HANDLE queue, HTTP_REQUEST_ID id, USHORT status, const char *reason, const char *body, ULONG flags)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;

    memset(&response, 0, sizeof response);
    response.StatusCode = status;
    response.pReason = reason;
    response.ReasonLength = (USHORT)strlen(reason);
    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (void *)body;
    chunk.FromMemory.BufferLength = (ULONG)strlen(body);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, id, flags, &response, NULL, NULL, NULL, 0, NULL, NULL);
}

ULONG respond(HANDLE queue, HTTP_REQUEST_ID id, const char *body)
{
    return respond_status(queue, id, 200, "OK", body, 0);
}

int exchange(SOCKET s, USHORT port, HANDLE queue, const char *path)
{
    struct receive receive;
    char answer[4096];
    HTTP_REQUEST_ID id;
    int good = 0;

    send_get(s, port, path);
    id = receive_next(&receive, queue);
    if (id && ok_str(receive.data.request.pRawUrl, path) && ok_eq(respond(queue, id, path), NO_ERROR))
        good = ok(recv_answer(s, answer, sizeof answer) > 0, "no answer for %s", path) &&
               ok_str(answer_body(answer), path);
    receive_close(&receive);
    return good;
}
