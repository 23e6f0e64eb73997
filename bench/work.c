/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * work: what benchmarks ask for beyond hello, answered by threads that block.
 *
 *   work URL-prefix threads [FILE...]
 *
 *   POST          reads the body, then hello
 *   .../NAME      the FILE of this name, from a handle that was opened at the start
 *   .../chunks    1,000 pieces of 64 bytes, each sent by a call of its own; the framing is ours
 *   other         hello
 */
#include "../samples/hello.h"

#define BODY_BUFFER 65536
#define FILES_MAX 8
#define PIECES 1000
#define PIECE_TEXT "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"

static struct {
    WCHAR name[64];
    HANDLE handle;
} files[FILES_MAX];

struct worker {
    HANDLE queue;
    HTTP_REQUEST *request;
    char *body;
    struct hello hello;
};

static void open_file(int i, const char *path)
{
    const char *name = strrchr(path, '/');
    WCHAR wide_path[1024];

    wide(wide_path, 1024, path);
    wide(files[i].name, 64, name ? name + 1 : path);
    files[i].handle = CreateFileW(wide_path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED,
                                  NULL);
    if (files[i].handle == INVALID_HANDLE_VALUE)
        check(path, GetLastError());
}

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

static void answer_file(struct worker *w, HANDLE file)
{
    HTTP_DATA_CHUNK chunk;
    HTTP_RESPONSE response;

    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = HttpDataChunkFromFileHandle;
    chunk.FromFileHandle.FileHandle = file;
    chunk.FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    init_response(&response, 200, "OK");
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    respond(w, 0, &response);
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
    if (path_ends(url, L"chunks")) {
        answer_chunks(w);
        return;
    }
    for (int i = 0; i < FILES_MAX; i++) {
        if (path_ends(url, files[i].name)) {
            answer_file(w, files[i].handle);
            return;
        }
    }
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

    for (int i = 0; i + 3 < argc && i < FILES_MAX; i++)
        open_file(i, argv[i + 3]);
    server_open(&s, argc, argv);
    server_ready(argc, argv);
    run_threads(&s, work);
    server_close(&s);
    return 0;
}
