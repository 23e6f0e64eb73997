/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * framing.h: what a request's head says about its body.
 *
 * A length that two parsers read differently is how requests are smuggled past whoever stands in front of us. So what
 * is no good HTTP is refused unless http.sys is known to accept it, and where parsers may differ the connection ends
 * behind the answer: docs/behaviour.md, "Framing".
 */
#ifndef HTTPAPI_ENGINE_FRAMING_H
#define HTTPAPI_ENGINE_FRAMING_H

#include "page.h"

struct request;

/*
 * The head is complete: sets r->body, whether the client waits for 100 Continue, and close_after when nothing may
 * follow on this connection. The page for a request that is refused, PAGE_NONE for others. Shard lock.
 */
enum page framing_judge(struct request *r);

#endif
