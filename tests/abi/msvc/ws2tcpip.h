/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ws2tcpip.h: see windows.h beside it. */
#include <windows.h>
