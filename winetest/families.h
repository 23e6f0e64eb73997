/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * families.h: the families of tests, in the order they run. Family NAME is NAME.c.
 */
#ifndef WINETEST_FAMILIES_H
#define WINETEST_FAMILIES_H

#define TEST_FAMILIES(X) \
    X(init) \
    X(v1_handle) \
    X(v1_url) \
    X(prefix) \
    X(prepare_url) \
    X(session) \
    X(group) \
    X(queue) \
    X(routing) \
    X(cooked_url) \
    X(limits) \
    X(connection) \
    X(malformed) \
    X(receive) \
    X(request) \
    X(body) \
    X(mixture) \
    X(request_property) \
    X(client_certificate) \
    X(send) \
    X(send_head) \
    X(send_body) \
    X(send_chunked) \
    X(send_file) \
    X(send_range) \
    X(opaque) \
    X(push) \
    X(ports) \
    X(completion) \
    X(events) \
    X(disconnect) \
    X(matrix) \
    X(later) \
    X(httpsys) \
    X(listener) \
    X(mormot) \
    X(cpprest) \
    X(peer) \
    X(coding) \
    X(feature) \
    X(handle) \
    X(state) \
    X(timeouts) \

#endif
