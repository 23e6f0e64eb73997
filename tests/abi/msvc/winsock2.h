/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* winsock2.h: see windows.h beside it. */
#include <windows.h>
