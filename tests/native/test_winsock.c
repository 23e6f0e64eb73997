/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_winsock.c: Winsock's names.
 */
#include "native_test.h"

#include <fcntl.h>
#include <ws2tcpip.h>

TestSuite(winsock, .timeout = TIMEOUT_S);

static void start(void)
{
    WSADATA data;

    eq(WSAStartup(MAKEWORD(2, 2), &data), 0);
    eq(LOBYTE(data.wVersion), 2);
}

static SOCKET listener(SOCKADDR_IN *address)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    socklen_t size = sizeof *address;

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    eq(bind(s, (SOCKADDR *)address, sizeof *address), 0);
    eq(listen(s, SOMAXCONN), 0);
    eq(getsockname(s, (SOCKADDR *)address, &size), 0);
    return s;
}

static SOCKET connected(const SOCKADDR_IN *address)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    eq(connect(s, (const SOCKADDR *)address, sizeof *address), 0);
    return s;
}

Test(winsock, timeout_in_milliseconds)
{
    SOCKADDR_IN address;
    SOCKET l, s;
    DWORD timeout = 40, read_back = 0;
    socklen_t size = sizeof read_back;
    ULONGLONG begin;
    char c;

    start();
    l = listener(&address);
    s = connected(&address);
    eq(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout), 0);
    eq(getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&read_back, &size), 0);
    eq(read_back, 40);
    begin = GetTickCount64();
    eq(recv(s, &c, 1, 0), SOCKET_ERROR);
    eq(WSAGetLastError() == WSAETIMEDOUT || WSAGetLastError() == WSAEWOULDBLOCK, TRUE);
    cr_assert(GetTickCount64() - begin >= 39 && GetTickCount64() - begin < 20000);
    eq(closesocket(s), 0);
    eq(closesocket(l), 0);
}

Test(winsock, errors)
{
    SOCKADDR_IN address;
    SOCKET l, s;
    int reuse = 1;

    start();
    l = listener(&address);
    s = socket(AF_INET, SOCK_STREAM, 0);
    eq(setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&reuse, sizeof reuse), 0);
    eq(bind(s, (SOCKADDR *)&address, sizeof address), SOCKET_ERROR);
    eq(WSAGetLastError(), WSAEADDRINUSE);
    closesocket(l);
    eq(connect(s, (SOCKADDR *)&address, sizeof address), SOCKET_ERROR);
    eq(WSAGetLastError(), WSAECONNREFUSED);
    eq(closesocket(s), 0);
    eq(closesocket(s), SOCKET_ERROR);
    eq(WSAGetLastError(), WSAEBADF);
    WSASetLastError(WSAECONNRESET);
    eq(WSAGetLastError(), WSAECONNRESET);
    eq(WSACleanup(), 0);
}

/* A connect that goes on by itself: what became of it is asked for with SO_ERROR, in Winsock's numbers. */
Test(winsock, error_of_the_socket)
{
    SOCKADDR_IN address;
    WSAPOLLFD polled = {.events = POLLOUT};
    u_long on = 1;
    int error = 0;
    socklen_t size = sizeof error;

    start();
    closesocket(listener(&address));
    polled.fd = socket(AF_INET, SOCK_STREAM, 0);
    eq(ioctlsocket(polled.fd, FIONBIO, &on), 0);
    if (connect(polled.fd, (SOCKADDR *)&address, sizeof address) && WSAGetLastError() != WSAECONNREFUSED) {
        eq(WSAPoll(&polled, 1, 10000), 1);
        cr_assert(polled.revents & POLLERR);
        eq(getsockopt(polled.fd, SOL_SOCKET, SO_ERROR, (char *)&error, &size), 0);
        eq(error, WSAECONNREFUSED);
    }
    closesocket(polled.fd);
}

Test(winsock, non_blocking_and_select)
{
    SOCKADDR_IN address;
    struct {
        u_long on;
        u_long behind;
    } argument = {1, 7};
    TIMEVAL soon = {0, 20000};
    SOCKET l, s, accepted;
    fd_set set;
    char c;

    start();
    l = listener(&address);
    s = connected(&address);
    accepted = accept(l, NULL, NULL);
    cr_assert(accepted != INVALID_SOCKET);
    eq(ioctlsocket(s, FIONBIO, &argument.on), 0);
    eq(argument.behind, 7);
    eq(recv(s, &c, 1, 0), SOCKET_ERROR);
    eq(WSAGetLastError(), WSAEWOULDBLOCK);
    FD_ZERO(&set);
    FD_SET(s, &set);
    eq(select(0, &set, NULL, NULL, &soon), 0);
    eq(soon.tv_usec, 20000);
    eq(send(accepted, "x", 1, 0), 1);
    FD_SET(s, &set);
    eq(select(0, &set, NULL, NULL, NULL), 1);
    eq(ioctlsocket(s, FIONREAD, &argument.on), 0);
    eq(argument.on, 1);
    closesocket(accepted);
    closesocket(l);
}

/* As many as Windows takes, of any number; those that are ready are left. */
Test(winsock, sets_of_sockets)
{
    TIMEVAL none = {0, 0};
    SOCKADDR_IN address;
    SOCKET l, s, accepted, high;
    fd_set set, other;

    start();
    l = listener(&address);
    s = connected(&address);
    accepted = accept(l, NULL, NULL);
    cr_assert(accepted != INVALID_SOCKET);
    high = fcntl(s, F_DUPFD, 1500);
    cr_assert(high >= 1500);
    eq(send(accepted, "x", 1, 0), 1);
    FD_ZERO(&set);
    FD_SET(l, &set);
    FD_SET(high, &set);
    FD_SET(high, &set);
    eq(set.fd_count, 2);
    FD_ZERO(&other);
    FD_SET(high, &other);
    eq(select(0, &set, &other, NULL, &none), 2);
    eq(!!FD_ISSET(high, &set), 1);
    eq(!!FD_ISSET(l, &set), 0);
    eq(!!FD_ISSET(high, &other), 1);
    FD_CLR(high, &set);
    eq(select(0, &set, NULL, NULL, &none), SOCKET_ERROR);
    eq(WSAGetLastError(), WSAEINVAL);
    closesocket(high);
    FD_SET(high, &set);
    eq(select(0, &set, NULL, NULL, &none), SOCKET_ERROR);
    eq(WSAGetLastError(), WSAENOTSOCK);
    for (int i = 0; i < 2 * FD_SETSIZE; i++)
        FD_SET(i, &set);
    eq(set.fd_count, FD_SETSIZE);
    closesocket(accepted);
    closesocket(s);
    closesocket(l);
}

/* No SIGPIPE. */
Test(winsock, write_to_a_broken_connection)
{
    SOCKADDR_IN address;
    SOCKET l, s;
    int n;

    start();
    l = listener(&address);
    s = connected(&address);
    closesocket(accept(l, NULL, NULL));
    while ((n = (int)send(s, "x", 1, 0)) == 1)
        Sleep(1);
    eq(n, SOCKET_ERROR);
    eq(WSAGetLastError() == WSAECONNRESET || WSAGetLastError() == WSAECONNABORTED, TRUE);
    eq(shutdown(s, SD_BOTH) == 0 || WSAGetLastError() == WSAENOTCONN, TRUE);
}
