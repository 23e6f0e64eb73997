/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * work: what benchmarks ask for beyond hello, answered by threads that block.
 *
 *   work [URL-prefix] [threads]
 *
 *   POST          reads the body, then hello
 *   .../chunks    1,000 pieces of 64 bytes, each sent by a call of its own; the framing is ours
 *   other         hello
 */
#include "../samples/hello.h"

#define BODY_BUFFER 65536
#define PIECES 1000
#define PIECE_TEXT "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"

struct worker {
    HANDLE queue;
    HTTP_REQUEST *request;
    char *body;
    struct hello hello;
};

/* Is it the last part of the request's path? */
static BOOL path_ends(const HTTP_COOKED_URL *url, const WCHAR *name)
{
    size_t n = lstrlenW(name), have = url->AbsPathLength / sizeof(WCHAR);

    return n && have > n && url->pAbsPath[have - n - 1] == '/' &&
           !memcmp(url->pAbsPath + have - n, name, n * sizeof(WCHAR));
}

static void respond(struct worker *w, ULONG flags, HTTP_RESPONSE *response)
{
    ULONG sent;

    HttpSendHttpResponse(w->queue, w->request->RequestId, flags, response, NULL, &sent, NULL, 0, NULL, NULL);
}

static ULONG send_chunk(struct worker *w, ULONG flags, char *text)
{
    HTTP_DATA_CHUNK chunk;
    ULONG sent;

    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = text;
    chunk.FromMemory.BufferLength = (ULONG)strlen(text);
    return HttpSendResponseEntityBody(w->queue, w->request->RequestId, flags, 1, &chunk, &sent, NULL, 0, NULL, NULL);
}

static void answer_chunks(struct worker *w)
{
    static char piece[] = PIECE_TEXT, end[] = "0\r\n\r\n";
    HTTP_RESPONSE response;
    ULONG error = NO_ERROR;

    init_response(&response, 200, "OK");
    set_header(&response, HttpHeaderTransferEncoding, "chunked");
    respond(w, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response);
    for (int i = 0; i < PIECES && error == NO_ERROR; i++)
        error = send_chunk(w, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, piece);
    send_chunk(w, 0, end);
}

static void read_body(struct worker *w)
{
    ULONG bytes;

    while (HttpReceiveRequestEntityBody(w->queue, w->request->RequestId, 0, w->body, BODY_BUFFER, &bytes, NULL) ==
           NO_ERROR)
        ;
}

static void answer(struct worker *w)
{
    const HTTP_COOKED_URL *url = &w->request->CookedUrl;

    if (w->request->Verb == HttpVerbPOST)
        read_body(w);
    if (path_ends(url, L"chunks"))
        answer_chunks(w);
    else
        respond(w, 0, &w->hello.response);
}

static DWORD WINAPI work(void *arg)
{
    struct server *s = arg;
    struct worker w = {s->queue, malloc(REQUEST_BUFFER), malloc(BODY_BUFFER)};
    ULONG bytes;

    hello_init(&w.hello);
    while (HttpReceiveHttpRequest(s->queue, HTTP_NULL_ID, 0, w.request, REQUEST_BUFFER, &bytes, NULL) == NO_ERROR)
        answer(&w);
    free(w.request);
    free(w.body);
    return 0;
}

int main(int argc, char **argv)
{
    struct server s;

    server_open(&s, argc, argv);
    server_ready(argc, argv);
    run_threads(&s, work);
    server_close(&s);
    return 0;
}
