/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * winsock2.h: Winsock's names over the platform's sockets, for the clients in tests and samples.
 *
 * A SOCKET is a descriptor, address families and structures are the platform's. What differs in meaning is converted
 * here: time-outs are a DWORD of milliseconds, a set of sockets is a list, error codes are WSAE..., and a write
 * to a broken connection is an error, not a signal (WSAStartup() ignores SIGPIPE). Overlapped socket I/O doesn't exist.
 * Pass a socklen_t where Windows takes an int.
 */
#ifndef HTTPAPI_WIN32_WINSOCK2_H
#define HTTPAPI_WIN32_WINSOCK2_H

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int SOCKET;
typedef struct sockaddr SOCKADDR, *PSOCKADDR, *LPSOCKADDR;
typedef struct sockaddr_in SOCKADDR_IN, *PSOCKADDR_IN, *LPSOCKADDR_IN;
typedef struct sockaddr_storage __attribute__((aligned(8))) SOCKADDR_STORAGE; /* as Windows aligns it */
typedef SOCKADDR_STORAGE *PSOCKADDR_STORAGE;
typedef struct in_addr IN_ADDR, *PIN_ADDR;
typedef struct hostent HOSTENT, *PHOSTENT;
typedef struct timeval TIMEVAL, *PTIMEVAL;
typedef struct linger LINGER;
typedef struct pollfd WSAPOLLFD, *LPWSAPOLLFD;

typedef struct WSAData {
    WORD wVersion;
    WORD wHighVersion;
    unsigned short iMaxSockets;
    unsigned short iMaxUdpDg;
    char *lpVendorInfo;
    char szDescription[257];
    char szSystemStatus[129];
} WSADATA, *LPWSADATA;

#define INVALID_SOCKET ((SOCKET)-1)
#define SOCKET_ERROR (-1)
#define SD_RECEIVE SHUT_RD
#define SD_SEND SHUT_WR
#define SD_BOTH SHUT_RDWR
/* What Linux does for any listening socket without SO_REUSEADDR: accepted, nothing to do. */
#define SO_EXCLUSIVEADDRUSE (~SO_REUSEADDR)

/* X(WSA's name less "WSA", Winsock's number): errno has the same names. */
#define WIN32_SOCKET_ERRORS(X) \
    X(EINTR, 10004) X(EBADF, 10009) X(EACCES, 10013) X(EFAULT, 10014) X(EINVAL, 10022) \
    X(EMFILE, 10024) X(EWOULDBLOCK, 10035) X(EINPROGRESS, 10036) X(EALREADY, 10037) \
    X(ENOTSOCK, 10038) X(EDESTADDRREQ, 10039) X(EMSGSIZE, 10040) X(EPROTOTYPE, 10041) \
    X(ENOPROTOOPT, 10042) X(EPROTONOSUPPORT, 10043) X(EOPNOTSUPP, 10045) \
    X(EAFNOSUPPORT, 10047) X(EADDRINUSE, 10048) X(EADDRNOTAVAIL, 10049) X(ENETDOWN, 10050) \
    X(ENETUNREACH, 10051) X(ENETRESET, 10052) X(ECONNABORTED, 10053) X(ECONNRESET, 10054) \
    X(ENOBUFS, 10055) X(EISCONN, 10056) X(ENOTCONN, 10057) X(ESHUTDOWN, 10058) \
    X(ETIMEDOUT, 10060) X(ECONNREFUSED, 10061) X(EHOSTUNREACH, 10065)

enum {
#define WIN32_ERROR(name, number) WSA##name = number,
    WIN32_SOCKET_ERRORS(WIN32_ERROR)
#undef WIN32_ERROR
    WSASYSNOTREADY = 10091,
    WSANOTINITIALISED = 10093
};

/* Winsock's number for an errno; 0 stays 0, and what Winsock has no name for is WSASYSNOTREADY. */
static inline int win32_socket_error(int error)
{
    switch (error) {
    case 0:
        return 0;
    case EPIPE: /* Winsock has no such code: the peer is gone */
        return WSAECONNRESET;
#define WIN32_ERROR(name, number) \
    case name: \
        return number;
    WIN32_SOCKET_ERRORS(WIN32_ERROR)
#undef WIN32_ERROR
    default:
        return WSASYSNOTREADY;
    }
}

static inline int WSAGetLastError(void)
{
    return win32_socket_error(errno);
}

static inline void WSASetLastError(int error)
{
    switch (error) {
#define WIN32_ERROR(name, number) \
    case number: \
        errno = name; \
        break;
    WIN32_SOCKET_ERRORS(WIN32_ERROR)
#undef WIN32_ERROR
    default:
        errno = 0;
    }
}

static inline int WSAStartup(WORD version, LPWSADATA data)
{
    struct sigaction pipe_action;

    memset(data, 0, sizeof *data);
    data->wVersion = version;
    data->wHighVersion = MAKEWORD(2, 2);
    if (!sigaction(SIGPIPE, NULL, &pipe_action) && pipe_action.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
    return 0;
}

static inline int WSACleanup(void)
{
    return 0;
}

static inline int closesocket(SOCKET s)
{
    return close(s);
}

/* FIONBIO and FIONREAD. Windows' u_long has 32 bits, the platform's 64: the caller's own size is passed along. */
static inline int win32_ioctlsocket(SOCKET s, unsigned long command, void *argument, size_t size)
{
    int value = 0, result;

    memcpy(&value, argument, sizeof value);
    result = ioctl(s, command, &value);
    memset(argument, 0, size);
    memcpy(argument, &value, sizeof value);
    return result;
}
#define ioctlsocket(s, command, argument) win32_ioctlsocket((s), (unsigned long)(command), (argument), sizeof *(argument))

static inline int win32_is_timeout(int level, int name, size_t length)
{
    return level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO) && length == sizeof(DWORD);
}

static inline int win32_setsockopt(SOCKET s, int level, int name, const void *value, socklen_t length)
{
    struct timeval time;
    DWORD milliseconds;

    if (level == SOL_SOCKET && name == SO_EXCLUSIVEADDRUSE)
        return 0;
    if (!win32_is_timeout(level, name, length))
        return setsockopt(s, level, name, value, length);
    memcpy(&milliseconds, value, sizeof milliseconds);
    time.tv_sec = milliseconds / 1000;
    time.tv_usec = milliseconds % 1000 * 1000;
    return setsockopt(s, level, name, &time, sizeof time);
}

static inline int win32_getsockopt(SOCKET s, int level, int name, void *value, socklen_t *length)
{
    struct timeval time;
    socklen_t size = sizeof time;
    DWORD milliseconds;
    int error;

    if (!win32_is_timeout(level, name, *length)) {
        if (getsockopt(s, level, name, value, length))
            return SOCKET_ERROR;
        if (level == SOL_SOCKET && name == SO_ERROR) {
            memcpy(&error, value, sizeof error);
            error = win32_socket_error(error);
            memcpy(value, &error, sizeof error);
        }
        return 0;
    }
    if (getsockopt(s, level, name, &time, &size))
        return SOCKET_ERROR;
    milliseconds = (DWORD)(time.tv_sec * 1000 + time.tv_usec / 1000);
    memcpy(value, &milliseconds, sizeof milliseconds);
    return 0;
}
#define setsockopt(s, level, name, value, length) win32_setsockopt((s), (level), (name), (value), (length))
#define getsockopt(s, level, name, value, length) win32_getsockopt((s), (level), (name), (value), (length))

/*
 * A set is a list of up to FD_SETSIZE sockets, as on Windows. A bit for each number, as Linux has it, ends at 1023, and a
 * server in the same process has many descriptors.
 */
#undef FD_SETSIZE
#undef FD_ZERO
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#define FD_SETSIZE 64

typedef struct win32_fd_set {
    unsigned fd_count;
    SOCKET fd_array[FD_SETSIZE];
} win32_fd_set, FD_SET, *PFD_SET, *LPFD_SET;
#define fd_set win32_fd_set

static inline unsigned win32_fd_find(SOCKET s, const FD_SET *set)
{
    unsigned i = 0;

    while (i < set->fd_count && set->fd_array[i] != s)
        i++;
    return i;
}

static inline void win32_fd_add(SOCKET s, FD_SET *set)
{
    if (win32_fd_find(s, set) == set->fd_count && set->fd_count < FD_SETSIZE)
        set->fd_array[set->fd_count++] = s;
}

static inline void win32_fd_remove(SOCKET s, FD_SET *set)
{
    unsigned i = win32_fd_find(s, set);

    if (i < set->fd_count)
        set->fd_array[i] = set->fd_array[--set->fd_count];
}

#define FD_ZERO(set) ((void)((set)->fd_count = 0))
#define FD_SET(s, set) win32_fd_add((s), (set))
#define FD_CLR(s, set) win32_fd_remove((s), (set))
#define FD_ISSET(s, set) (win32_fd_find((s), (set)) < (set)->fd_count)

static inline unsigned win32_poll_list(struct pollfd *polled, const FD_SET *set, short events)
{
    unsigned count = set ? set->fd_count : 0;

    for (unsigned i = 0; i < count; i++) {
        polled[i].fd = set->fd_array[i];
        polled[i].events = events;
        polled[i].revents = 0;
    }
    return count;
}

/* Leaves those of which something is true; returns how many. */
static inline int win32_keep(FD_SET *set, const struct pollfd *polled, short events)
{
    unsigned count = set ? set->fd_count : 0;

    if (set)
        FD_ZERO(set);
    for (unsigned i = 0; i < count; i++)
        if (polled[i].revents & events)
            set->fd_array[set->fd_count++] = polled[i].fd;
    return set ? (int)set->fd_count : 0;
}

/* The first argument means nothing on Windows, and the time-out stays as it is. */
static inline int win32_select(FD_SET *read, FD_SET *write, FD_SET *except, const struct timeval *timeout)
{
    struct pollfd polled[3 * FD_SETSIZE];
    unsigned reads = win32_poll_list(polled, read, POLLIN);
    unsigned writes = win32_poll_list(polled + reads, write, POLLOUT);
    unsigned all = reads + writes + win32_poll_list(polled + reads + writes, except, POLLPRI);
    long milliseconds = -1;

    if (!all) {
        errno = EINVAL;
        return SOCKET_ERROR;
    }
    if (timeout)
        milliseconds = timeout->tv_sec < INT_MAX / 1000 ? timeout->tv_sec * 1000 + (timeout->tv_usec + 999) / 1000 : INT_MAX;
    if (poll(polled, all, (int)milliseconds) < 0)
        return SOCKET_ERROR;
    for (unsigned i = 0; i < all; i++)
        if (polled[i].revents & POLLNVAL) {
            errno = ENOTSOCK;
            return SOCKET_ERROR;
        }
    return win32_keep(read, polled, POLLIN | POLLHUP | POLLERR) +
           win32_keep(write, polled + reads, POLLOUT) +
           win32_keep(except, polled + reads + writes, POLLPRI | POLLERR);
}
#define select(ignored, read, write, except, timeout) win32_select((read), (write), (except), (timeout))

static inline int WSAPoll(LPWSAPOLLFD sockets, ULONG count, int milliseconds)
{
    return poll(sockets, count, milliseconds);
}

#ifdef __cplusplus
}
#endif

#endif
