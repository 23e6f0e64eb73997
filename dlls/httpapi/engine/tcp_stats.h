/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_stats.h: what the kernel knows of a TCP connection.
 */
#ifndef HTTPAPI_ENGINE_TCP_STATS_H
#define HTTPAPI_ENGINE_TCP_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* By Windows' numbers (TCPSTATE). */
enum tcp_state {
    TCP_STATE_CLOSED, TCP_STATE_LISTEN, TCP_STATE_SYN_SENT, TCP_STATE_SYN_RCVD, TCP_STATE_ESTABLISHED,
    TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT, TCP_STATE_CLOSING, TCP_STATE_LAST_ACK,
    TCP_STATE_TIME_WAIT,
};

/* Sizes in bytes. What a kernel doesn't tell is 0. */
struct tcp_stats {
    enum tcp_state state;
    bool timestamps, ecn;
    uint32_t mss;
    uint32_t rtt, min_rtt;              /* microseconds */
    uint32_t in_flight;                 /* sent and not acknowledged */
    uint32_t congestion_window, send_window, receive_window, receive_buffer;
    uint64_t sent, acknowledged, received;
    uint32_t sent_again;
    uint32_t out_of_order;              /* packets */
    uint32_t congestion_marks;          /* packets whose acknowledgement told of congestion */
    uint64_t receiver_limited, congestion_limited; /* microseconds in which the peer's window, ours, was full */
};

/* False when the socket isn't one of TCP. Some system calls. */
bool tcp_stats_get(int fd, struct tcp_stats *stats);

#endif
