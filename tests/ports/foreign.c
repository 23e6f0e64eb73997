/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * foreign.c: packets that don't begin in this library: another process posts them, or other files' I/O makes them.
 */
#include "ports.h"

#ifdef _WIN32

#define CHILD_PACKETS 300

/* ports post HANDLE NUMBER [PROCESS]: posts to the port, an inherited handle or one of that process. */
static int post_to_other(int argc, char **argv)
{
    HANDLE port = argc > 2 ? (HANDLE)(ULONG_PTR)strtoull(argv[2], NULL, 0) : NULL;
    unsigned number = argc > 3 ? (unsigned)atoi(argv[3]) : 0;

    if (argc > 4) {
        HANDLE parent = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)atoi(argv[4]));

        if (!DuplicateHandle(parent, port, GetCurrentProcess(), &port, 0, FALSE, DUPLICATE_SAME_ACCESS))
            return 2;
    }
    for (unsigned i = 0; i < CHILD_PACKETS; i++)
        if (!post_numbered(port, number, i))
            return 1;
    return 0;
}

/* ports exit SEED: ends with everything open and threads waiting. */
static int exit_in_use(int argc, char **argv)
{
    static struct waiter waiters[4];
    static struct server s;
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    unsigned random = argc > 2 ? (unsigned)atoi(argv[2]) | 1 : 1;
    HANDLE port = new_port();
    WSADATA wsa;

    WSAStartup(0x202, &wsa);
    if (HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL))
        return 3;
    server_open(&s, KEY_QUEUE);
    waiters_start(waiters, 2, port, INFINITE, &random);
    server_bind(&s, port);
    server_receive(&s, 8);
    waiters_start(waiters + 2, 2, port, INFINITE, &random);
    post_numbered(port, 0, 0);
    server_cancel(&s, 8, &random);
    return 0;
}

int other_process(int argc, char **argv)
{
    return argv[1][0] == 'p' ? post_to_other(argc, argv) : exit_in_use(argc, argv);
}

static HANDLE start_process(const char *arguments, BOOL inherits)
{
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child = {0};
    char program[MAX_PATH], command[MAX_PATH + 100];

    GetModuleFileNameA(NULL, program, sizeof program);
    snprintf(command, sizeof command, "\"%s\" %s", program, arguments);
    check(CreateProcessA(NULL, command, NULL, NULL, inherits, 0, NULL, NULL, &startup, &child), "no process: %u",
          (unsigned)GetLastError());
    CloseHandle(child.hThread);
    return child.hProcess;
}

static HANDLE start_child(HANDLE port, unsigned number, BOOL inherits)
{
    char arguments[100];
    int n = snprintf(arguments, sizeof arguments, "post %#llx %u", (unsigned long long)(ULONG_PTR)port, number);

    if (!inherits)
        snprintf(arguments + n, sizeof arguments - n, " %u", (unsigned)GetCurrentProcessId());
    return start_process(arguments, inherits);
}

static void join_child(HANDLE process)
{
    DWORD code = 0;

    if (WaitForSingleObject(process, DEADLINE) != WAIT_OBJECT_0) {
        fail("the other process doesn't end");
        TerminateProcess(process, 4);
    }
    GetExitCodeProcess(process, &code);
    check(!code, "the other process failed: %u", (unsigned)code);
    CloseHandle(process);
}

/* Two other processes and two threads post; the queue is bound before their packets come, or between them. */
void case_other_processes(unsigned *random)
{
    struct server s;
    struct taker takers[2];
    HANDLE port = new_port(), children[2];
    unsigned n = 1 + next_random(random) % 2;
    BOOL early = next_random(random) % 2;

    posters_init(4, CHILD_PACKETS, random);
    SetHandleInformation(port, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    server_open(&s, KEY_QUEUE);
    takers_start(takers, n, port, 0, random);
    if (early)
        server_bind(&s, port);
    children[0] = start_child(port, 0, TRUE);
    children[1] = start_child(port, 1, FALSE);
    if (!early) {
        await(seen_packets > 0, "another process's first packet");
        server_bind(&s, port);
    }
    server_receive(&s, 4);
    posters_start(2, 4, port);
    clients_start(2, &s, 50);
    clients_join();
    posters_join(2, 4);
    join_child(children[0]);
    join_child(children[1]);
    posters_check(4);
    server_close_queue(&s);
    server_await_end(&s);
    takers_stop(takers, n);
    check_empty(port);
    CloseHandle(port);
    server_free(&s);
}

void case_exit_while_waiting(unsigned *random)
{
    char arguments[100];

    snprintf(arguments, sizeof arguments, "exit %u", next_random(random) % 1000);
    join_child(start_process(arguments, FALSE));
}

enum kind { PIPE, FILE_, SOCKET_, KINDS };

#define READS 60
#define UNIT 4

struct read {
    OVERLAPPED overlapped;
    enum kind kind;
    atomic_int outstanding;
    char buffer[UNIT];
    WSABUF wsa;
};

static struct read reads[KINDS][READS];
static atomic_uint reads_begun[KINDS], reads_ended;

/* What reads come from, and the other ends. */
static HANDLE pipe_in, pipe_out, file;
static SOCKET socket_in, socket_out;
static char file_name[MAX_PATH];

static void open_pipe(void)
{
    char name[100];

    snprintf(name, sizeof name, "\\\\.\\pipe\\httpapi-ports-%u", (unsigned)GetCurrentProcessId());
    pipe_in = CreateNamedPipeA(name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
    pipe_out = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    check(pipe_in != INVALID_HANDLE_VALUE && pipe_out != INVALID_HANDLE_VALUE, "pipe: %u", (unsigned)GetLastError());
}

static void open_file(void)
{
    char folder[MAX_PATH], zeros[UNIT * READS] = {0};
    DWORD n;

    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "por", 0, file_name);
    file = CreateFileA(file_name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    check(WriteFile(file, zeros, sizeof zeros, &n, NULL), "file: %u", (unsigned)GetLastError());
    CloseHandle(file);
    file = CreateFileA(file_name, GENERIC_READ, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    check(file != INVALID_HANDLE_VALUE, "file: %u", (unsigned)GetLastError());
}

static void open_sockets(void)
{
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET};
    int size = sizeof a;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(!bind(listener, (struct sockaddr *)&a, sizeof a) && !listen(listener, 1), "listener: %d", WSAGetLastError());
    getsockname(listener, (struct sockaddr *)&a, &size);
    socket_out = connect_to(ntohs(a.sin_port));
    socket_in = accept(listener, NULL, NULL);
    check(socket_in != INVALID_SOCKET, "accept: %d", WSAGetLastError());
    closesocket(listener);
}

static void bind_reads(HANDLE port)
{
    const HANDLE handles[KINDS] = {pipe_in, file, (HANDLE)socket_in};

    for (int i = 0; i < KINDS; i++)
        check(CreateIoCompletionPort(handles[i], port, KEY_FOREIGN + i, 0) == port, "binding kind %d: %u", i,
              (unsigned)GetLastError());
}

static BOOL call_read(struct read *r)
{
    DWORD flags = 0;

    switch (r->kind) {
    case PIPE:
        return ReadFile(pipe_in, r->buffer, UNIT, NULL, &r->overlapped);
    case FILE_:
        return ReadFile(file, r->buffer, UNIT, NULL, &r->overlapped);
    default:
        r->wsa = (WSABUF){UNIT, r->buffer};
        return !WSARecv(socket_in, &r->wsa, 1, NULL, &flags, &r->overlapped, NULL);
    }
}

/* The next one of the kind, if there is one. */
static void begin_read(enum kind kind)
{
    unsigned i = reads_begun[kind]++;
    struct read *r = &reads[kind][i];

    if (i >= READS)
        return;
    memset(r, 0, sizeof *r);
    r->kind = kind;
    r->outstanding = 1;
    r->overlapped.Offset = kind == FILE_ ? i * UNIT : 0;
    if (!call_read(r))
        check(GetLastError() == ERROR_IO_PENDING, "a read of kind %d: %u", kind, (unsigned)GetLastError());
}

/* Goes on reading, from the thread that now waits at the port again. */
static void handle_read(const struct packet *p)
{
    struct read *r = (struct read *)p->overlapped;

    check(p->key == (ULONG_PTR)KEY_FOREIGN + r->kind, "a read's key: %#x", (unsigned)p->key);
    check(!p->error && p->bytes == UNIT, "a read of kind %d: error %u, %u bytes", r->kind, (unsigned)p->error,
          (unsigned)p->bytes);
    check(atomic_exchange(&r->outstanding, 0), "a read ended twice");
    begin_read(r->kind);
    reads_ended++;
}

/* What is read from a file is there before; the others' reads may wait for theirs. */
static void write_one(unsigned *random)
{
    DWORD n;

    check(WriteFile(pipe_out, "four", UNIT, &n, NULL), "writing: %u", (unsigned)GetLastError());
    check(send(socket_out, "four", UNIT, 0) == UNIT, "sending: %d", WSAGetLastError());
    Sleep(next_random(random) % 4 == 0);
}

static void close_reads(void)
{
    CloseHandle(pipe_in);
    CloseHandle(pipe_out);
    CloseHandle(file);
    closesocket(socket_in);
    closesocket(socket_out);
    DeleteFileA(file_name);
}

void case_other_files(unsigned *random)
{
    struct server s;
    struct taker takers[2];
    HANDLE port = new_port();
    unsigned n = 1 + next_random(random) % 2, bind_at = next_random(random) % READS;
    BOOL before = next_random(random) % 2;

    reads_ended = reads_begun[PIPE] = reads_begun[FILE_] = reads_begun[SOCKET_] = 0;
    handle_foreign = handle_read;
    posters_init(1, 100, random);
    server_open(&s, KEY_QUEUE);
    open_pipe();
    open_file();
    open_sockets();
    if (before)
        server_bind(&s, port);
    bind_reads(port);
    takers_start(takers, n, port, 0, random);
    posters_start(0, 1, port);
    for (int i = 0; i < 2 * KINDS; i++)
        begin_read(i % KINDS);
    for (unsigned i = 0; i < READS; i++) {
        if (i == bind_at) {
            if (!before)
                server_bind(&s, port);
            server_receive(&s, 4);
            clients_start(2, &s, 50);
        }
        write_one(random);
    }
    clients_join();
    posters_join(0, 1);
    posters_check(1);
    await(reads_ended == KINDS * READS, "reads that never ended");
    server_close_queue(&s);
    server_await_end(&s);
    takers_stop(takers, n);
    check_empty(port);
    close_reads();
    CloseHandle(port);
    server_free(&s);
}

#else

void case_other_processes(unsigned *random)
{
    (void)random;
    skip("the native host has no other processes");
}

void case_exit_while_waiting(unsigned *random)
{
    (void)random;
    skip("the native host starts no processes");
}

void case_other_files(unsigned *random)
{
    (void)random;
    skip("the native host has no other I/O that goes to a port");
}

#endif
