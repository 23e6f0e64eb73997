/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unread.c: what the server has read of a connection, asked from the kernel (sock_diag(7)) about the server's socket.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define STATE_LISTEN 10 /* TCP_LISTEN of netinet/tcp.h, which can't be included beside linux/tcp.h */

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
};

union answer {
    struct nlmsghdr head;
    char bytes[2048];
};

static int diag(void)
{
    static int fd = -1;

    if (fd < 0)
        fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        fatal("sock_diag: %s", strerror(errno));
    return fd;
}

/* How many bytes the socket has got since it was made; of a closed one nothing is known, and nobody will read it. */
static uint64_t bytes_received(const union answer *a)
{
    const struct inet_diag_msg *m = NLMSG_DATA(&a->head);
    const struct rtattr *attribute = (const struct rtattr *)(m + 1);
    int left = (int)(a->head.nlmsg_len - NLMSG_LENGTH(sizeof *m));
    const size_t needed = offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(uint64_t);
    struct tcp_info info;

    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type != INET_DIAG_INFO || RTA_PAYLOAD(attribute) < needed)
            continue;
        memcpy(&info, RTA_DATA(attribute), needed);
        return info.tcpi_bytes_received;
    }
    return UINT64_MAX;
}

bool server_has_read(uint32_t client, uint16_t client_port, uint16_t port, uint64_t sent)
{
    struct question q = {
        .head = {.nlmsg_len = sizeof q, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U,
                 .idiag_ext = 1 << (INET_DIAG_INFO - 1)},
    };
    struct inet_diag_sockid *id = &q.body.id;
    const struct inet_diag_msg *m;
    union answer a;

    id->idiag_sport = htons(port);
    id->idiag_dport = client_port;
    id->idiag_src[0] = htonl(INADDR_LOOPBACK);
    id->idiag_dst[0] = client;
    id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (send(diag(), &q, sizeof q, 0) < 0 || recv(diag(), &a, sizeof a, 0) < (ssize_t)sizeof a.head)
        fatal("sock_diag: %s", strerror(errno));
    if (a.head.nlmsg_type != SOCK_DIAG_BY_FAMILY) {
        int error = -((struct nlmsgerr *)NLMSG_DATA(&a.head))->error;

        if (error == ENOENT || error == ESTALE)
            return true;
        fatal("sock_diag: %s", strerror(error));
    }
    m = NLMSG_DATA(&a.head);
    /* Where there is no such connection any more, the kernel may find the listening socket. */
    return m->idiag_state == STATE_LISTEN || (bytes_received(&a) >= sent && !m->idiag_rqueue);
}

static struct sockaddr_in local_name(int fd)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;

    getsockname(fd, (struct sockaddr *)&a, &len);
    return a;
}

/* A kernel without sock_diag for TCP says that there is no such socket, and a split would be none. */
void unread_check(void)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), server;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, c;
    char byte = 'x';

    if (bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 1))
        fatal("no port: %s", strerror(errno));
    a = local_name(listener);
    if (connect(client, (struct sockaddr *)&a, sizeof a) || (server = accept(listener, NULL, NULL)) < 0)
        fatal("connect: %s", strerror(errno));
    c = local_name(client);
    send(client, &byte, 1, 0);
    if (server_has_read(c.sin_addr.s_addr, c.sin_port, ntohs(a.sin_port), 1))
        fatal("this kernel doesn't say what is unread: sock_diag for TCP is missing");
    recv(server, &byte, 1, 0);
    if (!server_has_read(c.sin_addr.s_addr, c.sin_port, ntohs(a.sin_port), 1))
        fatal("this kernel says that what was read is unread");
    close(server);
    close(client);
    close(listener);
}
