/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sample.h: what every sample does before it serves and when it ends: arguments, URL, queue, Ctrl+C.
 *
 * A sample is called as `sample [URL-prefix] [threads] [timeouts]` and prints "listening on URL" when it is ready. The
 * timeouts are the six numbers of HTTP_TIMEOUT_LIMIT_INFO, in its order and with commas; 0 is the default.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_URL "http://localhost:8080/"

struct server {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
    int threads;
};

/* Ends the program when an API call failed. */
static inline void check(const char *what, ULONG error)
{
    if (error == NO_ERROR)
        return;
    fprintf(stderr, "%s: error %lu\n", what, (unsigned long)error);
    exit(1);
}

static inline void wide(WCHAR *to, int size, const char *from)
{
    if (!MultiByteToWideChar(CP_UTF8, 0, from, -1, to, size))
        check("MultiByteToWideChar", GetLastError());
}

static HANDLE stop_queue;

/* Ctrl+C: pending receives end with ERROR_OPERATION_ABORTED, and the threads leave. */
static inline BOOL WINAPI on_control(DWORD event)
{
    (void)event;
    HttpShutdownRequestQueue(stop_queue);
    return TRUE;
}

static inline void bind_group(struct server *s)
{
    HTTP_BINDING_INFO binding = {{1}, s->queue};

    check("HttpSetUrlGroupProperty",
          HttpSetUrlGroupProperty(s->group, HttpServerBindingProperty, &binding, sizeof binding));
}

static inline void set_timeouts(struct server *s, const char *text)
{
    HTTP_TIMEOUT_LIMIT_INFO t = {{1}};
    unsigned long rate;

    if (sscanf(text, "%hu,%hu,%hu,%hu,%hu,%lu", &t.EntityBody, &t.DrainEntityBody, &t.RequestQueue, &t.IdleConnection,
               &t.HeaderWait, &rate) != 6)
        check("six timeouts", ERROR_INVALID_PARAMETER);
    t.MinSendRate = rate;
    check("HttpSetUrlGroupProperty", HttpSetUrlGroupProperty(s->group, HttpServerTimeoutsProperty, &t, sizeof t));
}

/* Session, URL group and queue of version 2, with the URL of the command line. */
static inline void server_open(struct server *s, int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    const char *url = argc > 1 ? argv[1] : DEFAULT_URL;
    WCHAR wide_url[1024];

    wide(wide_url, 1024, url);
    s->threads = argc > 2 ? atoi(argv[2]) : 4;
    check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    check("HttpCreateServerSession", HttpCreateServerSession(version, &s->session, 0));
    check("HttpCreateUrlGroup", HttpCreateUrlGroup(s->session, &s->group, 0));
    check("HttpCreateRequestQueue", HttpCreateRequestQueue(version, NULL, NULL, 0, &s->queue));
    bind_group(s);
    if (argc > 3)
        set_timeouts(s, argv[3]);
    check("HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(s->group, wide_url, 0, 0));
    stop_queue = s->queue;
    SetConsoleCtrlHandler(on_control, TRUE);
}

/* Call when requests can be taken: tests wait for this line. */
static inline void server_ready(int argc, char **argv)
{
    printf("listening on %s\n", argc > 1 ? argv[1] : DEFAULT_URL);
    fflush(stdout);
}

static inline void server_close(struct server *s)
{
    HttpCloseUrlGroup(s->group);
    HttpCloseServerSession(s->session);
    HttpCloseRequestQueue(s->queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
}

/* Runs `threads` threads of `work` with the server as argument and waits for all of them. */
static inline void run_threads(struct server *s, LPTHREAD_START_ROUTINE work)
{
    HANDLE threads[64];
    int n = s->threads < 1 ? 1 : s->threads > 64 ? 64 : s->threads;

    for (int i = 0; i < n; i++) {
        threads[i] = CreateThread(NULL, 0, work, s, 0, NULL);
        if (!threads[i])
            check("CreateThread", GetLastError());
    }
    WaitForMultipleObjects(n, threads, TRUE, INFINITE);
    for (int i = 0; i < n; i++)
        CloseHandle(threads[i]);
}

static inline void set_header(HTTP_RESPONSE *r, HTTP_HEADER_ID id, const char *value)
{
    r->Headers.KnownHeaders[id].pRawValue = value;
    r->Headers.KnownHeaders[id].RawValueLength = (USHORT)strlen(value);
}

static inline void init_response(HTTP_RESPONSE *r, USHORT status, const char *reason)
{
    memset(r, 0, sizeof *r);
    r->StatusCode = status;
    r->pReason = reason;
    r->ReasonLength = (USHORT)strlen(reason);
}

#endif
