/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stop.h: what SIGTERM does to a Windows program.
 */
#ifndef HTTPAPI_PE_STOP_H
#define HTTPAPI_PE_STOP_H

#include "pe.h"

/* SIGTERM is caught when this returns. May be called again, not by two threads at once. */
void stop_start(void);

#endif
