/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sspi.h: see windows.h beside it. */
#include <windows.h>
