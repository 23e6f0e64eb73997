/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_stats.c: the kernel's tcp_info, in neutral words. An older kernel fills less of it, and the rest is 0.
 */
#include "tcp_stats.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* The kernel's numbers: include/net/tcp_states.h; TCP_NEW_SYN_RECV, the last, isn't seen from outside. */
static const uint8_t states[] = {
    [1] = TCP_STATE_ESTABLISHED, [2] = TCP_STATE_SYN_SENT,   [3] = TCP_STATE_SYN_RCVD,
    [4] = TCP_STATE_FIN_WAIT_1,  [5] = TCP_STATE_FIN_WAIT_2, [6] = TCP_STATE_TIME_WAIT,
    [7] = TCP_STATE_CLOSED,      [8] = TCP_STATE_CLOSE_WAIT, [9] = TCP_STATE_LAST_ACK,
    [10] = TCP_STATE_LISTEN,     [11] = TCP_STATE_CLOSING,
};

static uint32_t receive_buffer(int fd)
{
    int size = 0;
    socklen_t length = sizeof size;

    return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length) ? 0 : (uint32_t)size;
}

/* What waits in the socket for its acknowledgement, less what wasn't sent yet. */
static uint32_t in_flight(int fd, uint32_t unsent)
{
    int queued = 0;

    return ioctl(fd, SIOCOUTQ, &queued) || (uint32_t)queued < unsent ? 0 : (uint32_t)queued - unsent;
}

static void take_times(struct tcp_stats *s, const struct tcp_info *info)
{
    uint64_t idle = info->tcpi_rwnd_limited + info->tcpi_sndbuf_limited;

    s->rtt = info->tcpi_rtt;
    s->min_rtt = info->tcpi_min_rtt == UINT32_MAX ? info->tcpi_rtt : info->tcpi_min_rtt; /* no sample yet */
    s->receiver_limited = info->tcpi_rwnd_limited;
    s->congestion_limited = info->tcpi_busy_time > idle ? info->tcpi_busy_time - idle : 0;
}

bool tcp_stats_get(int fd, struct tcp_stats *s)
{
    struct tcp_info info;
    socklen_t length = sizeof info;

    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
        return false;
    *s = (struct tcp_stats){
        .state = info.tcpi_state < sizeof states ? states[info.tcpi_state] : TCP_STATE_CLOSED,
        .timestamps = info.tcpi_options & TCPI_OPT_TIMESTAMPS,
        .ecn = info.tcpi_options & TCPI_OPT_ECN,
        .mss = info.tcpi_snd_mss,
        .in_flight = in_flight(fd, info.tcpi_notsent_bytes),
        .congestion_window = info.tcpi_snd_cwnd * info.tcpi_snd_mss,
        .send_window = info.tcpi_snd_wnd,
        .receive_window = info.tcpi_rcv_space,
        .receive_buffer = receive_buffer(fd),
        .sent = info.tcpi_bytes_sent,
        .acknowledged = info.tcpi_bytes_acked,
        .received = info.tcpi_bytes_received,
        .sent_again = (uint32_t)info.tcpi_bytes_retrans,
        .out_of_order = info.tcpi_rcv_ooopack,
        .congestion_marks = info.tcpi_delivered_ce,
    };
    take_times(s, &info);
    return true;
}
