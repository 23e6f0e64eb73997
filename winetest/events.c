/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events.c: the events that programs give with their calls, used again and again.
 *
 * A host may keep to itself for a while whether an event is signalled. So each test takes many turns with the same
 * event, and lets it be in any of the conditions in which it could be caught at that (enum pace).
 */
#include "scene.h"

#define TURNS 60
#define SOON 5000 /* milliseconds: a wait of any kind is over by then */

/* How the program gets from the client's request to its next step. */
enum pace {
    AT_ONCE, /* the call may be pending yet */
    POLLED,  /* it is over, and nobody has waited for the event */
    LATER,   /* the same some milliseconds ago */
    PACES
};

static ULONG begin(struct scene *x, struct call *c)
{
    return HttpReceiveHttpRequest(x->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x->in, sizeof x->in, NULL, &c->overlapped);
}

/* A check: the handle is signalled before the deadline. */
#define ok_comes(handle) ok_eq(WaitForSingleObject((handle), DEADLINE), WAIT_OBJECT_0)

static BOOL is_signalled(HANDLE event)
{
    return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

/* A receive that is pending, as its event says. */
static BOOL begin_pending(struct scene *x, struct call *c)
{
    return ok_eq(begin(x, c), ERROR_IO_PENDING) && ok(!is_signalled(c->event), "signalled while the call is pending");
}

static void keep_pace(struct call *c, enum pace pace)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;

    while (pace != AT_ONCE && !HasOverlappedIoCompleted(&c->overlapped) && GetTickCount64() < end)
        SwitchToThread();
    if (pace == LATER)
        Sleep(5);
}

static void send_request(struct scene *x, struct call *c, int turn)
{
    send_text(x->client, GET_FOOBAR, x->port);
    keep_pace(c, (enum pace)(turn % PACES));
}

/* The event has told that the call is over: answers the request. */
static BOOL end_turn(struct scene *x, struct call *c)
{
    DWORD bytes = 0;

    if (!ok(GetOverlappedResult(x->queue, &c->overlapped, &bytes, FALSE), "error %lu", UL(GetLastError())))
        return FALSE;
    scene_finish(x);
    return TRUE;
}

/* When a test gave up. */
static void drop(struct scene *x, struct call *c)
{
    if (!HasOverlappedIoCompleted(&c->overlapped))
        CancelIoEx(x->queue, &c->overlapped);
    call_end(x->queue, c, ERROR_IO_PENDING, NULL);
}

/* TURNS times `turn`, until one fails, with one event. */
static void take_turns(BOOL (*turn)(struct scene *, struct call *, int))
{
    struct scene x;
    struct call c;
    int i;

    scene_open(&x, 2);
    call_open(&c);
    for (i = 0; i < TURNS && turn(&x, &c, i); i++)
        ;
    ok_eq(i, TURNS);
    if (i < TURNS)
        drop(&x, &c);
    call_close(&c);
    scene_close(&x);
}

/* --- one event, one thread */

static BOOL turn_single(struct scene *x, struct call *c, int i)
{
    if (!begin_pending(x, c))
        return FALSE;
    send_request(x, c, i);
    return ok_comes(c->event) && ok(is_signalled(c->event), "signalled once") && end_turn(x, c);
}

/* [doc] The end of a call signals its event, which stays signalled; the beginning of the next one resets it. */
static void test_single(void)
{
    take_turns(turn_single);
}

static BOOL turn_poll(struct scene *x, struct call *c, int i)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;
    BOOL signalled;

    if (!begin_pending(x, c))
        return FALSE;
    send_request(x, c, i);
    while (!(signalled = is_signalled(c->event)) && GetTickCount64() < end)
        SwitchToThread();
    return ok(signalled, "not signalled") && end_turn(x, c);
}

/* The same for a program that only looks. */
static void test_poll(void)
{
    take_turns(turn_poll);
}

static BOOL turn_result(struct scene *x, struct call *c, int i)
{
    DWORD bytes = 0;

    if (!begin_pending(x, c))
        return FALSE;
    send_request(x, c, i);
    if (!ok(GetOverlappedResult(x->queue, &c->overlapped, &bytes, TRUE), "error %lu", UL(GetLastError())))
        return FALSE;
    ok(bytes > smallest_request(2), "%lu bytes", UL(bytes));
    scene_finish(x);
    return TRUE;
}

/* [doc] GetOverlappedResult waits for the event. */
static void test_result(void)
{
    take_turns(turn_result);
}

static BOOL turn_reset(struct scene *x, struct call *c, int i)
{
    /* Before the call, in its middle, at its end: the program's own ones don't matter for what follows. */
    if (i & 1)
        SetEvent(c->event);
    if (i & 2)
        ResetEvent(c->event);
    if (!begin_pending(x, c))
        return FALSE;
    ok(ResetEvent(c->event), "error %lu", UL(GetLastError()));
    send_request(x, c, i);
    if (!ok_comes(c->event))
        return FALSE;
    ok(ResetEvent(c->event), "error %lu", UL(GetLastError()));
    return ok(!is_signalled(c->event), "signalled after ResetEvent") && end_turn(x, c);
}

/* [doc] ResetEvent is the program's to call at any time. */
static void test_reset(void)
{
    take_turns(turn_reset);
}

static BOOL turn_set(struct scene *x, struct call *c, int i)
{
    if (!begin_pending(x, c))
        return FALSE;
    ok(SetEvent(c->event), "error %lu", UL(GetLastError()));
    if (!ok(is_signalled(c->event), "not signalled after SetEvent"))
        return FALSE;
    ok(call_pending(x->queue, c), "its SetEvent has ended the call");
    ok(ResetEvent(c->event), "error %lu", UL(GetLastError()));
    if (!ok(!is_signalled(c->event), "signalled after ResetEvent"))
        return FALSE;
    send_request(x, c, i);
    if (i & 4)
        SetEvent(c->event);
    return ok_comes(c->event) && ok_eq(call_end(x->queue, c, NO_ERROR, NULL), NO_ERROR) && end_turn(x, c);
}

/* [doc] SetEvent too. */
static void test_set(void)
{
    take_turns(turn_set);
}

/* --- several handles */

static BOOL turn_any(struct scene *x, struct call *c, int i)
{
    HANDLE other = CreateEventW(NULL, TRUE, FALSE, NULL), handles[3];
    BOOL good;

    handles[0] = other;
    handles[1] = handles[2] = c->event;
    good = begin_pending(x, c) && ok_eq(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_TIMEOUT);
    if (good) {
        send_request(x, c, i);
        good = ok_eq(WaitForMultipleObjects(3, handles, FALSE, DEADLINE), WAIT_OBJECT_0 + 1) && end_turn(x, c);
    }
    CloseHandle(other);
    return good;
}

/* [doc] A wait for any of several: the lowest index of those that are signalled. */
static void test_any(void)
{
    take_turns(turn_any);
}

/* How many waits it takes until the wait for `handles` gives the index. */
static int waits_until(const HANDLE *handles, DWORD count, DWORD index)
{
    int waits;

    for (waits = 1; waits < 100; waits++)
        if (WaitForMultipleObjects(count, handles, FALSE, 0) == WAIT_OBJECT_0 + index)
            break;
    return waits;
}

static BOOL turn_mixture(struct scene *x, struct call *c, int i)
{
    HANDLE other = CreateEventW(NULL, TRUE, FALSE, NULL), handles[2];
    int waits;
    BOOL good;

    handles[0] = other;
    handles[1] = c->event;
    good = begin_pending(x, c);
    if (good) {
        send_request(x, c, i);
        good = ok_eq(WaitForMultipleObjects(2, handles, FALSE, DEADLINE), WAIT_OBJECT_0 + 1);
        SetEvent(other);
        waits = waits_until(handles, 2, 0);
        good = good && ok(waits <= 17, "%d waits", waits) && end_turn(x, c);
    }
    CloseHandle(other);
    return good;
}

/* [doc] Another handle is seen, too, although a call's event is signalled all the time. At once, or [own] very soon. */
static void test_mixture(void)
{
    take_turns(turn_mixture);
}

static BOOL turn_all(struct scene *x, struct call *c, int i)
{
    HANDLE other = CreateEventW(NULL, FALSE, i & 1, NULL), handles[2];
    BOOL good;

    handles[i / 2 & 1] = other;
    handles[!(i / 2 & 1)] = c->event;
    good = begin_pending(x, c) && ok_eq(WaitForMultipleObjects(2, handles, TRUE, 0), WAIT_TIMEOUT);
    if (good) {
        send_request(x, c, i);
        if (!(i & 1)) {
            good = ok_comes(c->event) &&
                   ok_eq(WaitForMultipleObjects(2, handles, TRUE, 0), WAIT_TIMEOUT);
            SetEvent(other);
        }
        good = good && ok_eq(WaitForMultipleObjects(2, handles, TRUE, DEADLINE), WAIT_OBJECT_0) &&
               ok(!is_signalled(other), "not taken") && end_turn(x, c);
    }
    CloseHandle(other);
    return good;
}

/* [doc] A wait for all takes from all, or from none. */
static void test_all(void)
{
    take_turns(turn_all);
}

static BOOL turn_auto_reset(struct scene *x, struct call *c, int i)
{
    if (!i) {
        CloseHandle(c->event);
        c->overlapped.hEvent = c->event = CreateEventW(NULL, FALSE, TRUE, NULL);
    }
    if (!begin_pending(x, c))
        return FALSE;
    send_request(x, c, i);
    return ok_comes(c->event) && ok(!is_signalled(c->event), "signalled twice") && end_turn(x, c);
}

/* [doc] An event that resets itself is for one wait. */
static void test_auto_reset(void)
{
    take_turns(turn_auto_reset);
}

static BOOL turn_duplicate(struct scene *x, struct call *c, int i)
{
    HANDLE self = GetCurrentProcess(), other = NULL;
    BOOL early = i % 2, good;

    if (early)
        DuplicateHandle(self, c->event, self, &other, 0, FALSE, DUPLICATE_SAME_ACCESS);
    good = begin_pending(x, c);
    if (good) {
        send_request(x, c, i);
        if (!early)
            DuplicateHandle(self, c->event, self, &other, 0, FALSE, DUPLICATE_SAME_ACCESS);
        good = ok_comes(other) && ok(is_signalled(c->event), "another event") && end_turn(x, c);
        ResetEvent(other);
        ok(!is_signalled(c->event), "signalled after the other handle's ResetEvent");
    }
    CloseHandle(other);
    return good;
}

/* [doc] All handles of an event are one event. */
static void test_duplicate(void)
{
    take_turns(turn_duplicate);
}

/* A duplicate is made of an event that was known to have one handle. */
static void test_late_duplicate(void)
{
    HANDLE self = GetCurrentProcess(), other = NULL;
    struct scene x;
    struct call c;
    int i, k;

    scene_open(&x, 2);
    for (i = 0; i < PACES; i++) {
        call_open(&c);
        for (k = 0; k < 4; k++)
            if (!turn_single(&x, &c, POLLED))
                break;
        if (begin_pending(&x, &c)) {
            send_request(&x, &c, i);
            WaitForSingleObject(c.event, DEADLINE);
            DuplicateHandle(self, c.event, self, &other, 0, FALSE, DUPLICATE_SAME_ACCESS);
            ok(is_signalled(other), "the duplicate isn't signalled");
            end_turn(&x, &c);
            CloseHandle(other);
        }
        call_close(&c);
    }
    scene_close(&x);
}

static BOOL turn_reopen(struct scene *x, struct call *c, int i)
{
    BOOL same;
    HANDLE old;

    if (!turn_single(x, c, i))
        return FALSE;
    /* Enough turns with each to know it; sometimes it is still pending at the last one's end. */
    if (i % 4 != 3)
        return TRUE;
    old = c->event;
    CloseHandle(c->event);
    c->overlapped.hEvent = c->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    same = c->event == old;
    return ok(!is_signalled(c->event), "signalled from the start (%s value)", same ? "same" : "another");
}

/* [doc] A new event isn't signalled, even if its handle has the value of one that was when it was closed. */
static void test_reopen(void)
{
    take_turns(turn_reopen);
}

/* --- several threads */

#define WAITERS 4

struct waiter {
    HANDLE thread, go, event;
    volatile LONG *returned;
    HANDLE *all_returned;
    volatile LONG leave;
    DWORD result;
};

static DWORD WINAPI waiter_thread(void *arg)
{
    struct waiter *w = arg;

    while (WaitForSingleObject(w->go, DEADLINE) == WAIT_OBJECT_0 && !w->leave) {
        w->result = WaitForSingleObject(w->event, DEADLINE);
        if (InterlockedIncrement(w->returned) == WAITERS)
            SetEvent(*w->all_returned);
    }
    return 0;
}

struct waiters {
    struct waiter all[WAITERS];
    HANDLE returned_all;
    volatile LONG returned;
};

static void waiters_start(struct waiters *w, HANDLE event)
{
    int i;

    memset(w, 0, sizeof *w);
    w->returned_all = CreateEventW(NULL, FALSE, FALSE, NULL);
    for (i = 0; i < WAITERS; i++) {
        w->all[i].go = CreateEventW(NULL, FALSE, FALSE, NULL);
        w->all[i].event = event;
        w->all[i].returned = &w->returned;
        w->all[i].all_returned = &w->returned_all;
        w->all[i].thread = CreateThread(NULL, 0, waiter_thread, &w->all[i], 0, NULL);
    }
}

static void waiters_wait(struct waiters *w)
{
    int i;

    InterlockedExchange(&w->returned, 0);
    for (i = 0; i < WAITERS; i++)
        SetEvent(w->all[i].go);
}

static BOOL waiters_returned(struct waiters *w)
{
    int i;

    if (!ok_comes(w->returned_all))
        return FALSE;
    for (i = 0; i < WAITERS; i++)
        if (!ok_eq(w->all[i].result, WAIT_OBJECT_0))
            return FALSE;
    return TRUE;
}

static void waiters_end(struct waiters *w)
{
    int i;

    for (i = 0; i < WAITERS; i++) {
        InterlockedExchange(&w->all[i].leave, 1);
        SetEvent(w->all[i].go);
        ok_eq(WaitForSingleObject(w->all[i].thread, 2 * DEADLINE), WAIT_OBJECT_0);
        CloseHandle(w->all[i].thread);
        CloseHandle(w->all[i].go);
    }
    CloseHandle(w->returned_all);
}

/* [doc] All threads that wait for a manual-reset event return: at the end of a call, and at the program's SetEvent. */
static void test_many_waiters(void)
{
    struct waiters w;
    struct scene x;
    struct call c;
    BOOL good = TRUE;
    int i;

    scene_open(&x, 2);
    call_open(&c);
    waiters_start(&w, c.event);
    for (i = 0; i < TURNS && good; i++) {
        good = begin_pending(&x, &c);
        waiters_wait(&w);
        if (i % 4 == 3)
            SwitchToThread(); /* some are there, and some come later */
        if (i % 8 == 7) {
            SetEvent(c.event);
            good = good && waiters_returned(&w);
            ok(call_pending(x.queue, &c), "SetEvent has ended the call");
            ResetEvent(c.event);
            waiters_wait(&w);
        }
        send_request(&x, &c, i);
        good = good && waiters_returned(&w) && end_turn(&x, &c);
    }
    ok_eq(i, TURNS);
    if (!good)
        drop(&x, &c);
    waiters_end(&w);
    call_close(&c);
    scene_close(&x);
}

/* --- what the native host hasn't got */

#ifdef _WIN32

/* [doc] PulseEvent releases those who wait, and leaves the event unsignalled. */
static void test_pulse(void)
{
    struct waiters w;
    struct scene x;
    struct call c;
    int i;

    scene_open(&x, 2);
    call_open(&c);
    waiters_start(&w, c.event);
    for (i = 0; i < 6; i++) {
        if (!begin_pending(&x, &c))
            break;
        waiters_wait(&w);
        Sleep(QUIET); /* in their waits, as far as can be told */
        ok(PulseEvent(c.event), "error %lu", UL(GetLastError()));
        ok(waiters_returned(&w), "PulseEvent released only some");
        ok(!is_signalled(c.event), "signalled after PulseEvent");
        send_request(&x, &c, i);
        ok_comes(c.event);
        ok(PulseEvent(c.event), "error %lu", UL(GetLastError()));
        ok(!is_signalled(c.event), "signalled after PulseEvent");
        end_turn(&x, &c);
    }
    waiters_end(&w);
    call_close(&c);
    scene_close(&x);
}

/* [doc] An event with a name that is opened twice is one event. */
static void test_named(void)
{
    WCHAR name[64];
    struct scene x;
    struct call c;
    HANDLE other = NULL;
    int i;

    swprintf(name, ARRAYSIZE(name), L"httpapi-events-%lu", UL(GetCurrentProcessId()));
    scene_open(&x, 2);
    call_open(&c);
    CloseHandle(c.event);
    c.overlapped.hEvent = c.event = CreateEventW(NULL, TRUE, FALSE, name);
    for (i = 0; i < TURNS; i++) {
        /* Sometimes there is no second handle until the call is over. */
        if (i % 2)
            other = OpenEventW(EVENT_ALL_ACCESS, FALSE, name);
        if (!begin_pending(&x, &c))
            break;
        send_request(&x, &c, i);
        if (!(i % 2)) {
            ok_comes(c.event);
            other = OpenEventW(EVENT_ALL_ACCESS, FALSE, name);
        }
        if (!ok_eq(WaitForSingleObject(other, i % 2 ? DEADLINE : 0), WAIT_OBJECT_0) || !end_turn(&x, &c))
            break;
        CloseHandle(other);
    }
    ok_eq(i, TURNS);
    call_close(&c);
    scene_close(&x);
}

static BOOL turn_message_wait(struct scene *x, struct call *c, int i)
{
    if (!begin_pending(x, c))
        return FALSE;
    send_request(x, c, i);
    return ok_eq(MsgWaitForMultipleObjectsEx(1, &c->event, SOON, QS_ALLINPUT, MWMO_INPUTAVAILABLE), WAIT_OBJECT_0) &&
           end_turn(x, c);
}

/* [doc] A message loop waits for handles, too. */
static void test_message_wait(void)
{
    take_turns(turn_message_wait);
}

static VOID CALLBACK registered_wait(void *arg, BOOLEAN timed_out)
{
    if (!timed_out)
        SetEvent((HANDLE)arg);
}

static BOOL turn_registered_wait(struct scene *x, struct call *c, int i)
{
    HANDLE seen = CreateEventW(NULL, FALSE, FALSE, NULL), wait = NULL;
    BOOL early = i & 1, good = begin_pending(x, c);

    if (early)
        RegisterWaitForSingleObject(&wait, c->event, registered_wait, seen, DEADLINE, WT_EXECUTEONLYONCE);
    if (good)
        send_request(x, c, i / 2);
    if (!early)
        RegisterWaitForSingleObject(&wait, c->event, registered_wait, seen, DEADLINE, WT_EXECUTEONLYONCE);
    good = good && ok_eq(WaitForSingleObject(seen, SOON), WAIT_OBJECT_0) && end_turn(x, c);
    ok(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE), "error %lu", UL(GetLastError()));
    CloseHandle(seen);
    return good;
}

/* [doc] So does the thread pool. */
static void test_registered_wait(void)
{
    take_turns(turn_registered_wait);
}

static BOOL turn_signal_and_wait(struct scene *x, struct call *c, int i)
{
    HANDLE other = CreateEventW(NULL, FALSE, FALSE, NULL);
    BOOL good = begin_pending(x, c);

    if (good) {
        good = ok_eq(SignalObjectAndWait(c->event, other, 0, FALSE), WAIT_TIMEOUT) &&
               ok(is_signalled(c->event), "it didn't signal a call's event");
        ResetEvent(c->event);
        send_request(x, c, i);
        good = good && ok_eq(SignalObjectAndWait(other, c->event, DEADLINE, i & 1), WAIT_OBJECT_0) &&
               ok(is_signalled(other), "it didn't signal the other event") && end_turn(x, c);
    }
    CloseHandle(other);
    return good;
}

/* [doc] SignalObjectAndWait does both, with a call's event on either side. */
static void test_signal_and_wait(void)
{
    take_turns(turn_signal_and_wait);
}

static BOOL turn_alertable(struct scene *x, struct call *c, int i)
{
    if (!begin_pending(x, c))
        return FALSE;
    send_request(x, c, i);
    return ok_eq(WaitForSingleObjectEx(c->event, DEADLINE, TRUE), WAIT_OBJECT_0) && end_turn(x, c);
}

static volatile LONG apcs;

static VOID CALLBACK count_apc(ULONG_PTR arg)
{
    (void)arg;
    apcs++;
}

static BOOL turn_apc(struct scene *x, struct call *c, int i)
{
    LONG before = apcs;

    if (!begin_pending(x, c))
        return FALSE;
    QueueUserAPC(count_apc, GetCurrentThread(), 0);
    if (!ok_eq(WaitForSingleObjectEx(c->event, DEADLINE, TRUE), WAIT_IO_COMPLETION) || !ok_eq(apcs, before + 1))
        return FALSE;
    send_request(x, c, i);
    return ok_eq(WaitForSingleObjectEx(c->event, DEADLINE, TRUE), WAIT_OBJECT_0) && end_turn(x, c);
}

/* [doc] An alertable wait for a call's event runs APCs first. */
static void test_alertable(void)
{
    take_turns(turn_alertable);
    take_turns(turn_apc);
}

/* --- the event of a pipe's operations */

struct pipe {
    HANDLE server, client;
};

static BOOL pipe_open(struct pipe *p)
{
    WCHAR name[64];

    swprintf(name, ARRAYSIZE(name), L"\\\\.\\pipe\\httpapi-events-%lu", UL(GetCurrentProcessId()));
    p->server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1, 4096, 4096, 0,
                                 NULL);
    p->client = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    return ok(p->server != INVALID_HANDLE_VALUE && p->client != INVALID_HANDLE_VALUE, "error %lu", UL(GetLastError()));
}

static void pipe_close(struct pipe *p)
{
    CloseHandle(p->server);
    CloseHandle(p->client);
}

static BOOL pipe_write(HANDLE pipe, HANDLE event)
{
    OVERLAPPED o = {.hEvent = event};
    DWORD bytes = 0;

    if (!WriteFile(pipe, "x", 1, NULL, &o) && !ok_eq(GetLastError(), ERROR_IO_PENDING))
        return FALSE;
    return ok_comes(event) &&
           ok(GetOverlappedResult(pipe, &o, &bytes, FALSE), "error %lu", UL(GetLastError())) && ok_eq(bytes, 1);
}

static BOOL turn_pipe(struct pipe *p, struct scene *x, struct call *c, int i)
{
    HANDLE other = CreateEventW(NULL, TRUE, FALSE, NULL);
    OVERLAPPED o = {.hEvent = c->event};
    char byte[4] = "";
    DWORD bytes = 0;
    BOOL good;

    ReadFile(p->client, byte, 1, NULL, &o);
    if (i & 1)
        ResetEvent(c->event);
    good = ok_eq(WaitForSingleObject(c->event, i % 4 ? 0 : 20), WAIT_TIMEOUT) && pipe_write(p->server, other) &&
           ok_comes(c->event) &&
           ok(GetOverlappedResult(p->client, &o, &bytes, FALSE), "error %lu", UL(GetLastError())) && ok_eq(bytes, 1) &&
           turn_single(x, c, i) && pipe_write(p->server, c->event) && ok(is_signalled(c->event), "signalled once") &&
           pipe_write(p->server, c->event) && turn_single(x, c, i + 1);
    /* What was written last is read without waiting. */
    memset(&o, 0, sizeof o);
    o.hEvent = other;
    ReadFile(p->client, byte, 2, NULL, &o);
    good = good && ok_comes(other);
    CloseHandle(other);
    return good;
}

/* [doc] An event serves one call after the other, of whatever kind. */
static void test_pipe(void)
{
    struct pipe p;
    struct scene x;
    struct call c;
    int i;

    scene_open(&x, 2);
    call_open(&c);
    if (pipe_open(&p)) {
        for (i = 0; i < TURNS && turn_pipe(&p, &x, &c, i); i++)
            ;
        ok_eq(i, TURNS);
    }
    pipe_close(&p);
    call_close(&c);
    scene_close(&x);
}

/* --- threads that are terminated */

static volatile LONG begun;

static DWORD WINAPI wait_thread(void *arg)
{
    struct call *c = arg;

    InterlockedExchange(&begun, 1);
    return WaitForSingleObject(c->event, DEADLINE);
}

static DWORD WINAPI change_thread(void *arg)
{
    struct call *c = arg;

    InterlockedExchange(&begun, 1);
    while (SetEvent(c->event))
        ResetEvent(c->event);
    return 0;
}

/* Not while it starts: a process of 32 bits under Wine 8.0 wouldn't survive that. */
static void terminate(struct call *c, PTHREAD_START_ROUTINE routine, DWORD after)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;
    HANDLE thread;

    begun = 0;
    thread = CreateThread(NULL, 0, routine, c, 0, NULL);
    while (!begun && GetTickCount64() < end)
        SwitchToThread();
    Sleep(after); /* in its call, as far as can be told */
    ok(TerminateThread(thread, 0), "error %lu", UL(GetLastError()));
    ok_comes(thread);
    CloseHandle(thread);
}

/* [doc] A thread that is terminated leaves the event as it is. */
static void test_terminated(PTHREAD_START_ROUTINE routine)
{
    struct scene x;
    struct call c;
    int i;

    scene_open(&x, 2);
    call_open(&c);
    for (i = 0; i < TURNS; i++) {
        if (i > 2) {
            if (!ok_eq(begin(&x, &c), ERROR_IO_PENDING))
                break;
            terminate(&c, routine, (DWORD)i % 8);
            ResetEvent(c.event);
            send_request(&x, &c, i);
            if (!ok_comes(c.event) || !end_turn(&x, &c))
                break;
        }
        if (!turn_single(&x, &c, i))
            break;
    }
    ok_eq(i, TURNS);
    if (i < TURNS)
        drop(&x, &c);
    call_close(&c);
    scene_close(&x);
}

/* --- bad pointers */

#define STATUS_FAULT 0xc0000005

/* [own] The system refuses them; the event is as good as before. */
static void test_faults(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    LONG(NTAPI *set)(HANDLE, LONG *) = (void *)GetProcAddress(ntdll, "NtSetEvent");
    LONG(NTAPI *clear)(HANDLE, LONG *) = (void *)GetProcAddress(ntdll, "NtResetEvent");
    LONG(NTAPI *wait)(ULONG, const HANDLE *, ULONG, BOOLEAN, LARGE_INTEGER *) =
        (void *)GetProcAddress(ntdll, "NtWaitForMultipleObjects");
    LONG *nowhere = (LONG *)8, previous;
    struct scene x;
    struct call c;
    int i;

    scene_open(&x, 2);
    call_open(&c);
    for (i = 0; i < 4 && turn_single(&x, &c, i); i++) {
        ok_eq((ULONG)set(c.event, nowhere), STATUS_FAULT);
        ok_eq((ULONG)clear(c.event, nowhere), STATUS_FAULT);
        ok_eq((ULONG)wait(2, (const HANDLE *)nowhere, 1, FALSE, NULL), STATUS_FAULT);
        ok_eq(clear(c.event, &previous), 0);
        ok_eq(set(c.event, &previous), 0);
        ok_eq(previous, 0);
        ok_eq(clear(c.event, &previous), 0);
        ok_eq(previous, 1);
    }
    ok_eq(i, 4);
    call_close(&c);
    scene_close(&x);
}

static void test_windows_only(void)
{
    test_pulse();
    test_named();
    test_message_wait();
    test_registered_wait();
    test_signal_and_wait();
    test_alertable();
    test_pipe();
    test_terminated(wait_thread);
    test_terminated(change_thread);
    test_faults();
}

#else

static void test_windows_only(void)
{
}

#endif

START_TEST(events)
{
    test_single();
    test_poll();
    test_result();
    test_reset();
    test_set();
    test_any();
    test_mixture();
    test_all();
    test_auto_reset();
    test_duplicate();
    test_late_duplicate();
    test_reopen();
    test_many_waiters();
    test_windows_only();
}
