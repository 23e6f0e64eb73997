/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * late: threads wait on a completion port before httpapi.dll is loaded, as .NET's thread pool does; then a request queue
 * is bound to that port. Requests are answered, and each packet comes out once. The last line is "N passed, N failed, N
 * skipped".
 */
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <stdio.h>
#include <string.h>

#define THREADS 3
#define RECEIVES 4
#define REQUESTS 60
#define POSTS 200
#define DEADLINE 20000 /* milliseconds */
#ifdef _WIN64
#define PROGRAM_COUNTER Rip
#define STUB_SIZE 32
#else
#define PROGRAM_COUNTER Eip
#define STUB_SIZE 16
#endif
#define QUEUE_KEY 7
#define POST_KEY 8

#define FUNCTIONS(X) \
    X(HttpInitialize) X(HttpCreateServerSession) X(HttpCreateUrlGroup) X(HttpCreateRequestQueue) \
    X(HttpSetUrlGroupProperty) X(HttpAddUrlToUrlGroup) X(HttpReceiveHttpRequest) X(HttpSendHttpResponse)
#define X(name) static __typeof__(name) *do_##name;
FUNCTIONS(X)
#undef X

struct context {
    OVERLAPPED overlapped;
    BOOL sending;
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    union {
        HTTP_REQUEST request;
        char bytes[4096];
    };
};

static HANDLE port, queue, all_done;
static struct context contexts[RECEIVES];
static volatile LONG answered, posts_seen, disorder;
static int passed, failed;

static void check(const char *what, BOOL good)
{
    printf("%s - %s\n", good ? "ok" : "not ok", what);
    good ? passed++ : failed++;
}

static void receive(struct context *c)
{
    memset(&c->overlapped, 0, sizeof c->overlapped);
    c->sending = FALSE;
    do_HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, &c->request, sizeof c->bytes, NULL, &c->overlapped);
}

static void answer(struct context *c)
{
    static char text[] = "late";
    HTTP_REQUEST_ID id = c->request.RequestId;

    memset(&c->overlapped, 0, sizeof c->overlapped);
    memset(&c->response, 0, sizeof c->response);
    memset(&c->chunk, 0, sizeof c->chunk);
    c->sending = TRUE;
    c->response.StatusCode = 200;
    c->response.EntityChunkCount = 1;
    c->response.pEntityChunks = &c->chunk;
    c->chunk.DataChunkType = HttpDataChunkFromMemory;
    c->chunk.FromMemory.pBuffer = text;
    c->chunk.FromMemory.BufferLength = sizeof text - 1;
    do_HttpSendHttpResponse(queue, id, 0, &c->response, NULL, NULL, NULL, 0, &c->overlapped, NULL);
}

static void run(ULONG_PTR key, ULONG_PTR value, LONG *last)
{
    struct context *c = (struct context *)value;

    if (key == POST_KEY) {
        if ((LONG)value <= *last)
            InterlockedIncrement(&disorder);
        *last = (LONG)value;
        InterlockedIncrement(&posts_seen);
    } else if (!c->sending) {
        answer(c);
    } else {
        InterlockedIncrement(&answered);
        receive(c);
    }
    if (answered == REQUESTS && posts_seen == POSTS)
        SetEvent(all_done);
}

/* The first thread takes packets one by one, the others in batches. */
static DWORD WINAPI work(void *batches)
{
    OVERLAPPED_ENTRY entries[4];
    LONG last = 0;
    ULONG n = 1;

    for (;;) {
        if (batches)
            GetQueuedCompletionStatusEx(port, entries, 4, &n, INFINITE, FALSE);
        else
            GetQueuedCompletionStatus(port, &entries->dwNumberOfBytesTransferred, &entries->lpCompletionKey,
                                      &entries->lpOverlapped, INFINITE);
        for (ULONG i = 0; i < n; i++)
            run(entries[i].lpCompletionKey, (ULONG_PTR)entries[i].lpOverlapped, &last);
    }
    return 0;
}

/* Inside ntdll's system call, which is where a thread is that waits on a port. */
static BOOL is_in_call(HANDLE thread)
{
    static const char *const names[] = {"NtRemoveIoCompletion", "NtRemoveIoCompletionEx"};
    CONTEXT context = {.ContextFlags = CONTEXT_CONTROL};
    BOOL found = FALSE;

    SuspendThread(thread);
    GetThreadContext(thread, &context);
    ResumeThread(thread);
    for (int i = 0; i < 2; i++)
        found |= context.PROGRAM_COUNTER - (DWORD_PTR)GetProcAddress(GetModuleHandleA("ntdll.dll"), names[i]) < STUB_SIZE;
    return found;
}

static BOOL load(void)
{
    HMODULE module = LoadLibraryA("httpapi.dll");
    BOOL whole = module != NULL;

#define X(name) whole = whole && (do_##name = (void *)GetProcAddress(module, #name)) != NULL;
    FUNCTIONS(X)
#undef X
    return whole;
}

static ULONG open_server(USHORT number)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO binding = {{1}, NULL};
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    WCHAR url[64];
    ULONG error;

    swprintf(url, 64, L"http://localhost:%u/", number);
    error = do_HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    error = error ? error : do_HttpCreateServerSession(version, &session, 0);
    error = error ? error : do_HttpCreateUrlGroup(session, &group, 0);
    error = error ? error : do_HttpCreateRequestQueue(version, NULL, NULL, 0, &queue);
    binding.RequestQueueHandle = queue;
    error = error ? error : do_HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof binding);
    return error ? error : do_HttpAddUrlToUrlGroup(group, url, 0, 0);
}

static USHORT free_port(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof a;

    bind(s, (struct sockaddr *)&a, sizeof a);
    getsockname(s, (struct sockaddr *)&a, &size);
    closesocket(s);
    return ntohs(a.sin_port);
}

static BOOL ask(SOCKET s)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char reply[1024];
    int n = 0, got = 1;

    send(s, request, sizeof request - 1, 0);
    while (got > 0 && (n < 4 || memcmp(reply + n - 4, "late", 4))) {
        got = recv(s, reply + n, (int)sizeof reply - n, 0);
        n += got > 0 ? got : 0;
    }
    return got > 0 && !memcmp(reply, "HTTP/1.1 200 ", 13);
}

static int ask_all(USHORT number)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(number)};
    DWORD timeout = DEADLINE;
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    int good = 0;

    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout);
    if (connect(s, (struct sockaddr *)&a, sizeof a))
        return 0;
    while (good < REQUESTS && ask(s))
        good++;
    closesocket(s);
    return good;
}

static void post(int from, int to)
{
    for (; from < to; from++)
        PostQueuedCompletionStatus(port, 0, POST_KEY, (OVERLAPPED *)(ULONG_PTR)(from + 1));
}

int main(void)
{
    HANDLE threads[THREADS];
    USHORT number;
    WSADATA wsa;

    WSAStartup(0x202, &wsa);
    number = free_port();
    all_done = CreateEventA(NULL, TRUE, FALSE, NULL);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, work, (void *)(ULONG_PTR)i, 0, NULL);
    for (int i = 0; i < THREADS; i++)
        while (!is_in_call(threads[i]))
            Sleep(1);
    check("httpapi.dll is loaded while threads wait", load());
    check("a server opens", open_server(number) == NO_ERROR);
    check("its queue is bound to their port", CreateIoCompletionPort(queue, port, QUEUE_KEY, 0) == port);
    for (int i = 0; i < RECEIVES; i++)
        receive(&contexts[i]);
    /* Nothing else may bring the threads back before the queue's own packets do. */
    check("each request is answered", ask_all(number) == REQUESTS);
    post(0, POSTS);
    check("each packet came", WaitForSingleObject(all_done, DEADLINE) == WAIT_OBJECT_0);
    check("once", answered == REQUESTS && posts_seen == POSTS);
    check("each thread saw what was posted in order", !disorder);
    printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    fflush(stdout);
    TerminateProcess(GetCurrentProcess(), failed != 0);
    return 0;
}
