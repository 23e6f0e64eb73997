/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fileserver: serves the files of a directory, with byte ranges, on a completion port.
 *
 *   fileserver [URL-prefix] [directory]      the prefix's path isn't part of the file's name
 *
 * Opening and closing a file takes longer than sending a small one, so an open file serves all requests of a second.
 */
#include "sample.h"

#define THREADS 4
#define RECEIVES 32
#define REQUEST_BUFFER 4096
#define MAX_NAME 1024
#define KEPT 64
#define KEPT_MS 1000

struct file {
    HANDLE handle;
    ULONGLONG size, opened; /* GetTickCount64 */
    LONG users;             /* contexts, and `kept` */
    WCHAR name[2 * MAX_NAME];
};

struct context {
    OVERLAPPED overlapped;
    enum { RECEIVING, SENDING } state;
    HTTP_REQUEST *request;
    ULONG size;             /* of the request's buffer */
    HTTP_RESPONSE response; /* these stay until the send is over */
    HTTP_DATA_CHUNK body;
    struct file *file;      /* or NULL */
    char range_text[80];
};

static struct server server;
static HANDLE port;
static WCHAR root[MAX_NAME];
static size_t prefix_length; /* of the URL prefix's path, in characters */
static LONG pending;
static struct file *kept[KEPT]; /* by hash; the last one */
static SRWLOCK kept_lock = SRWLOCK_INIT;

static void file_release(struct file *f)
{
    if (!f || InterlockedDecrement(&f->users))
        return;
    CloseHandle(f->handle);
    free(f);
}

static void context_free(struct context *c)
{
    free(c->request);
    free(c);
    if (InterlockedDecrement(&pending))
        return;
    for (int i = 0; i < THREADS; i++)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
}

/* Starts an operation; a packet comes for NO_ERROR and ERROR_IO_PENDING. */
static void receive(struct context *c, HTTP_REQUEST_ID id)
{
    ULONG error;

    c->state = RECEIVING;
    memset(&c->overlapped, 0, sizeof c->overlapped);
    error = HttpReceiveHttpRequest(server.queue, id, 0, c->request, c->size, NULL, &c->overlapped);
    if (error == NO_ERROR || error == ERROR_IO_PENDING)
        return;
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
    error = HttpSendHttpResponse(server.queue, c->request->RequestId, 0, &c->response, NULL, NULL, NULL, 0,
                                 &c->overlapped, NULL);
    if (error == NO_ERROR || error == ERROR_IO_PENDING)
        return;
    file_release(c->file);
    receive(c, HTTP_NULL_ID);
}

/* The name that the URL's path is below the directory; FALSE for none. */
static BOOL file_name(const HTTP_COOKED_URL *url, WCHAR name[2 * MAX_NAME])
{
    size_t skip = prefix_length, n = url->AbsPathLength / sizeof(WCHAR), have = lstrlenW(root);

    if (n <= skip || n - skip >= MAX_NAME)
        return FALSE;
    memcpy(name, root, have * sizeof(WCHAR));
    name[have++] = '/';
    for (size_t i = skip; i < n; i++) {
        if (url->pAbsPath[i] == ':')
            return FALSE; /* no drives, no streams */
        name[have++] = url->pAbsPath[i];
    }
    name[have] = 0;
    return TRUE;
}

static struct file *file_open(const WCHAR *name)
{
    struct file *f = calloc(1, sizeof *f);
    LARGE_INTEGER size;

    /* Kept open, it is in nobody's way. */
    f->handle = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, FILE_FLAG_OVERLAPPED | FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (f->handle == INVALID_HANDLE_VALUE || !GetFileSizeEx(f->handle, &size)) {
        if (f->handle != INVALID_HANDLE_VALUE)
            CloseHandle(f->handle);
        free(f);
        return NULL;
    }
    f->size = size.QuadPart;
    f->opened = GetTickCount64();
    lstrcpyW(f->name, name);
    return f;
}

static struct file **file_slot(const WCHAR *name)
{
    unsigned hash = 0;

    while (*name)
        hash = hash * 31 + *name++;
    return &kept[hash % KEPT];
}

/* Character by character: lstrcmp() follows the language. */
static BOOL same_name(const WCHAR *a, const WCHAR *b)
{
    int n = lstrlenW(a);

    return n == lstrlenW(b) && !memcmp(a, b, n * sizeof(WCHAR));
}

static struct file *file_from_kept(const WCHAR *name)
{
    struct file *f;

    AcquireSRWLockExclusive(&kept_lock);
    f = *file_slot(name);
    if (f && (!same_name(f->name, name) || GetTickCount64() - f->opened >= KEPT_MS))
        f = NULL;
    if (f)
        InterlockedIncrement(&f->users);
    ReleaseSRWLockExclusive(&kept_lock);
    return f;
}

static void file_keep(struct file *f)
{
    struct file **slot = file_slot(f->name), *old;

    AcquireSRWLockExclusive(&kept_lock);
    old = *slot;
    *slot = f;
    ReleaseSRWLockExclusive(&kept_lock);
    file_release(old);
}

/* The file that the URL's path names, with a user, or NULL. */
static struct file *file_get(const HTTP_COOKED_URL *url)
{
    WCHAR name[2 * MAX_NAME];
    struct file *f;

    if (!file_name(url, name))
        return NULL;
    f = file_from_kept(name);
    if (f || !(f = file_open(name)))
        return f;
    f->users = 2;
    file_keep(f);
    return f;
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
    c->body.FromFileHandle.FileHandle = c->file->handle;
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

    c->file = file_get(&c->request->CookedUrl);
    if (c->request->Verb != HttpVerbGET && c->request->Verb != HttpVerbHEAD) {
        init_response(&c->response, 405, "Method Not Allowed");
        set_header(&c->response, HttpHeaderAllow, "GET, HEAD");
    } else if (!c->file) {
        init_response(&c->response, 404, "Not Found");
    } else if (parse_range(range->pRawValue, c->file->size, &first, &last)) {
        answer_range(c, c->file->size, first, last);
    } else {
        init_response(&c->response, 200, "OK");
        set_file_body(c, 0, HTTP_BYTE_RANGE_TO_EOF);
    }
    set_header(&c->response, HttpHeaderAcceptRanges, "bytes");
    send_response(c);
}

static void on_packet(struct context *c, DWORD error, DWORD bytes)
{
    if (c->state == SENDING) {
        file_release(c->file);
        receive(c, HTTP_NULL_ID);
    } else if (error == ERROR_MORE_DATA) {
        HTTP_REQUEST_ID held = c->request->RequestId;

        c->size = bytes;
        c->request = realloc(c->request, c->size);
        receive(c, held);
    } else if (error == NO_ERROR) {
        answer(c);
    } else {
        context_free(c);
    }
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
        on_packet((struct context *)overlapped, ok ? NO_ERROR : GetLastError(), bytes);
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
    server.threads = THREADS;
    port = CreateIoCompletionPort(server.queue, NULL, 1, 0);
    if (!port)
        check("CreateIoCompletionPort", GetLastError());
    pending = RECEIVES;
    for (int i = 0; i < RECEIVES; i++) {
        struct context *c = calloc(1, sizeof *c);

        c->size = REQUEST_BUFFER;
        c->request = malloc(c->size);
        receive(c, HTTP_NULL_ID);
    }
    server_ready(argc, argv);
    run_threads(&server, work);
    CloseHandle(port);
    server_close(&server);
    for (int i = 0; i < KEPT; i++)
        file_release(kept[i]);
    return 0;
}
