/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mstcpip.h: the statistics of a TCP connection, as HttpQueryRequestProperty gives them.
 *
 * Each version begins with the members of the one before.
 */
#ifndef HTTPAPI_WIN32_MSTCPIP_H
#define HTTPAPI_WIN32_MSTCPIP_H

#include <windef.h>

typedef enum _TCPSTATE {
    TCPSTATE_CLOSED,
    TCPSTATE_LISTEN,
    TCPSTATE_SYN_SENT,
    TCPSTATE_SYN_RCVD,
    TCPSTATE_ESTABLISHED,
    TCPSTATE_FIN_WAIT_1,
    TCPSTATE_FIN_WAIT_2,
    TCPSTATE_CLOSE_WAIT,
    TCPSTATE_CLOSING,
    TCPSTATE_LAST_ACK,
    TCPSTATE_TIME_WAIT,
    TCPSTATE_MAX
} TCPSTATE;

/* Sizes and windows in bytes, times as their names say, everything since the connection began. */
#define WIN32_TCP_INFO_V0_MEMBERS \
    TCPSTATE State; \
    ULONG Mss; \
    ULONG64 ConnectionTimeMs; \
    BOOLEAN TimestampsEnabled; \
    ULONG RttUs; \
    ULONG MinRttUs; \
    ULONG BytesInFlight; \
    ULONG Cwnd; \
    ULONG SndWnd; \
    ULONG RcvWnd; \
    ULONG RcvBuf; \
    ULONG64 BytesOut; \
    ULONG64 BytesIn; \
    ULONG BytesReordered; \
    ULONG BytesRetrans; \
    ULONG FastRetrans; \
    ULONG DupAcksIn; \
    ULONG TimeoutEpisodes; \
    UCHAR SynRetrans;

/* What held the sender back: the peer's window, the congestion window, the application. */
#define WIN32_TCP_INFO_V1_MEMBERS \
    WIN32_TCP_INFO_V0_MEMBERS \
    ULONG SndLimTransRwin; \
    ULONG SndLimTimeRwin; /* milliseconds, as the other two */ \
    ULONG64 SndLimBytesRwin; \
    ULONG SndLimTransCwnd; \
    ULONG SndLimTimeCwnd; \
    ULONG64 SndLimBytesCwnd; \
    ULONG SndLimTransSnd; \
    ULONG SndLimTimeSnd; \
    ULONG64 SndLimBytesSnd;

typedef struct _TCP_INFO_v0 {
    WIN32_TCP_INFO_V0_MEMBERS
} TCP_INFO_v0, *PTCP_INFO_v0;

typedef struct _TCP_INFO_v1 {
    WIN32_TCP_INFO_V1_MEMBERS
} TCP_INFO_v1, *PTCP_INFO_v1;

typedef struct _TCP_INFO_v2 {
    WIN32_TCP_INFO_V1_MEMBERS
    ULONG OutOfOrderPktsIn;
    BOOLEAN EcnNegotiated;
    ULONG EceAcksIn;
    ULONG PtoEpisodes;
} TCP_INFO_v2, *PTCP_INFO_v2;

#undef WIN32_TCP_INFO_V0_MEMBERS
#undef WIN32_TCP_INFO_V1_MEMBERS

#endif
