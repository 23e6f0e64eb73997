/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fileserver: serves the files of a directory, with byte ranges, on Windows' thread pool.
 *
 *   fileserver [URL-prefix] [directory]      the prefix's path isn't part of the file's name
 */
#include "sample.h"

#define RECEIVES 32
#define REQUEST_BUFFER 4096
#define MAX_NAME 1024

struct context {
    OVERLAPPED overlapped;
    enum { RECEIVING, SENDING } state;
    HTTP_REQUEST *request;
    ULONG size;             /* of the request's buffer */
    HTTP_RESPONSE response; /* these stay until the send is over */
    HTTP_DATA_CHUNK body;
    HANDLE file;
    char range_text[80];
};

static struct server server;
static PTP_IO io;
static WCHAR root[MAX_NAME];
static size_t prefix_length; /* of the URL prefix's path, in characters */
static LONG pending;
static HANDLE all_done;

static void context_free(struct context *c)
{
    free(c->request);
    free(c);
    if (!InterlockedDecrement(&pending))
        SetEvent(all_done);
}

/* Starts an operation; the callback comes for NO_ERROR and ERROR_IO_PENDING, and must be called off otherwise. */
static void receive(struct context *c, HTTP_REQUEST_ID id)
{
    ULONG error;

    c->state = RECEIVING;
    memset(&c->overlapped, 0, sizeof c->overlapped);
    StartThreadpoolIo(io);
    error = HttpReceiveHttpRequest(server.queue, id, 0, c->request, c->size, NULL, &c->overlapped);
    if (error == NO_ERROR || error == ERROR_IO_PENDING)
        return;
    CancelThreadpoolIo(io);
    /* Too small a buffer is told at once or later; here we don't know how much is needed, so it doubles. */
    if (error == ERROR_MORE_DATA) {
        HTTP_REQUEST_ID held = c->request->RequestId;

        c->size *= 2;
        c->request = realloc(c->request, c->size);
        receive(c, held);
    } else {
        context_free(c);
    }
}

static void send_response(struct context *c)
{
    ULONG error;

    c->state = SENDING;
    memset(&c->overlapped, 0, sizeof c->overlapped);
    StartThreadpoolIo(io);
    error = HttpSendHttpResponse(server.queue, c->request->RequestId, 0, &c->response, NULL, NULL, NULL, 0,
                                 &c->overlapped, NULL);
    if (error == NO_ERROR || error == ERROR_IO_PENDING)
        return;
    CancelThreadpoolIo(io);
    if (c->file != INVALID_HANDLE_VALUE)
        CloseHandle(c->file);
    receive(c, HTTP_NULL_ID);
}

/* The file that the URL's path names below the directory. */
static HANDLE open_file(const HTTP_COOKED_URL *url)
{
    size_t skip = prefix_length, n = url->AbsPathLength / sizeof(WCHAR), have = lstrlenW(root);
    WCHAR name[2 * MAX_NAME];

    if (n <= skip || n - skip >= MAX_NAME)
        return INVALID_HANDLE_VALUE;
    memcpy(name, root, have * sizeof(WCHAR));
    name[have++] = '/';
    for (size_t i = skip; i < n; i++) {
        if (url->pAbsPath[i] == ':')
            return INVALID_HANDLE_VALUE; /* no drives, no streams */
        name[have++] = url->pAbsPath[i];
    }
    name[have] = 0;
    return CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED | FILE_FLAG_SEQUENTIAL_SCAN, NULL);
}

/* "bytes=first-last", "bytes=first-", "bytes=-count"; anything else is no range at all. */
static BOOL parse_range(const char *text, ULONGLONG size, ULONGLONG *first, ULONGLONG *last)
{
    char *end;

    if (!text || strncmp(text, "bytes=", 6) || strchr(text, ','))
        return FALSE;
    text += 6;
    if (*text == '-') {
        ULONGLONG count = strtoull(text + 1, &end, 10);

        *first = count < size ? size - count : 0;
        *last = size - 1;
        return end > text + 1 && !*end;
    }
    *first = strtoull(text, &end, 10);
    if (end == text || *end++ != '-')
        return FALSE;
    *last = *end ? strtoull(end, &end, 10) : size - 1;
    if (*last >= size)
        *last = size - 1;
    return !*end;
}

static void set_file_body(struct context *c, ULONGLONG offset, ULONGLONG length)
{
    c->body.DataChunkType = HttpDataChunkFromFileHandle;
    c->body.FromFileHandle.FileHandle = c->file;
    c->body.FromFileHandle.ByteRange.StartingOffset.QuadPart = offset;
    c->body.FromFileHandle.ByteRange.Length.QuadPart = length;
    c->response.EntityChunkCount = 1;
    c->response.pEntityChunks = &c->body;
}

static void answer_range(struct context *c, ULONGLONG size, ULONGLONG first, ULONGLONG last)
{
    if (first > last || first >= size) {
        snprintf(c->range_text, sizeof c->range_text, "bytes */%llu", (unsigned long long)size);
        init_response(&c->response, 416, "Range Not Satisfiable");
    } else {
        snprintf(c->range_text, sizeof c->range_text, "bytes %llu-%llu/%llu", (unsigned long long)first,
                 (unsigned long long)last, (unsigned long long)size);
        init_response(&c->response, 206, "Partial Content");
        set_file_body(c, first, last - first + 1);
    }
    set_header(&c->response, HttpHeaderContentRange, c->range_text);
}

static void answer(struct context *c)
{
    const HTTP_KNOWN_HEADER *range = &c->request->Headers.KnownHeaders[HttpHeaderRange];
    ULONGLONG first, last;
    LARGE_INTEGER size;

    c->file = open_file(&c->request->CookedUrl);
    if (c->request->Verb != HttpVerbGET && c->request->Verb != HttpVerbHEAD) {
        init_response(&c->response, 405, "Method Not Allowed");
        set_header(&c->response, HttpHeaderAllow, "GET, HEAD");
    } else if (c->file == INVALID_HANDLE_VALUE || !GetFileSizeEx(c->file, &size)) {
        init_response(&c->response, 404, "Not Found");
    } else if (parse_range(range->pRawValue, size.QuadPart, &first, &last)) {
        answer_range(c, size.QuadPart, first, last);
    } else {
        init_response(&c->response, 200, "OK");
        set_file_body(c, 0, HTTP_BYTE_RANGE_TO_EOF);
    }
    set_header(&c->response, HttpHeaderAcceptRanges, "bytes");
    send_response(c);
}

static void CALLBACK on_completion(PTP_CALLBACK_INSTANCE instance, PVOID unused, PVOID overlapped, ULONG error,
                                   ULONG_PTR bytes, PTP_IO object)
{
    struct context *c = overlapped;

    (void)instance, (void)unused, (void)object;
    if (c->state == SENDING) {
        if (c->file != INVALID_HANDLE_VALUE)
            CloseHandle(c->file);
        receive(c, HTTP_NULL_ID);
    } else if (error == ERROR_MORE_DATA) {
        HTTP_REQUEST_ID held = c->request->RequestId;

        c->size = (ULONG)bytes;
        c->request = realloc(c->request, c->size);
        receive(c, held);
    } else if (error == NO_ERROR) {
        answer(c);
    } else {
        context_free(c);
    }
}

static size_t path_length(const char *url)
{
    const char *path = strchr(strstr(url, "://") + 3, '/');
    size_t n = strlen(path);

    return path[n - 1] == '/' ? n : n + 1;
}

int main(int argc, char **argv)
{
    server_open(&server, argc, argv);
    prefix_length = path_length(argc > 1 ? argv[1] : DEFAULT_URL);
    wide(root, MAX_NAME, argc > 2 ? argv[2] : ".");
    all_done = CreateEventW(NULL, TRUE, FALSE, NULL);
    io = CreateThreadpoolIo(server.queue, on_completion, NULL, NULL);
    if (!io)
        check("CreateThreadpoolIo", GetLastError());
    pending = RECEIVES;
    for (int i = 0; i < RECEIVES; i++) {
        struct context *c = calloc(1, sizeof *c);

        c->size = REQUEST_BUFFER;
        c->request = malloc(c->size);
        receive(c, HTTP_NULL_ID);
    }
    server_ready(argc, argv);
    WaitForSingleObject(all_done, INFINITE);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CloseThreadpoolIo(io);
    server_close(&server);
    return 0;
}
