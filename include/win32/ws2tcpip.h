/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ws2tcpip.h: the part of Winsock that knows IPv6 and names; see winsock2.h.
 */
#ifndef HTTPAPI_WIN32_WS2TCPIP_H
#define HTTPAPI_WIN32_WS2TCPIP_H

#include <winsock2.h>

typedef struct sockaddr_in6 SOCKADDR_IN6, *PSOCKADDR_IN6, *LPSOCKADDR_IN6;
typedef struct in6_addr IN6_ADDR, *PIN6_ADDR;
typedef struct addrinfo ADDRINFOA, *PADDRINFOA;

#define InetNtopA inet_ntop
#define InetPtonA inet_pton
#define GetAddrInfoA getaddrinfo
#define FreeAddrInfoA freeaddrinfo

#endif
