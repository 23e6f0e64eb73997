/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout.c: compiled to assembly, has a string "@@ structure size" for each structure of layout.def
 * and "@@ structure.member offset size" for each member. So a compiler for a system that we can't
 * run tells its layout too.
 */
#include "abi.h"

/* FOR_EACH(f, s, a, b) is f(s, a) f(s, b): each EXPAND level scans again what the last one left. */
#define EXPAND(...) EXPAND_3(EXPAND_3(EXPAND_3(__VA_ARGS__)))
#define EXPAND_3(...) EXPAND_2(EXPAND_2(EXPAND_2(__VA_ARGS__)))
#define EXPAND_2(...) EXPAND_1(EXPAND_1(EXPAND_1(__VA_ARGS__)))
#define EXPAND_1(...) __VA_ARGS__
#define PARENTHESES ()
#define FOR_EACH(f, s, ...) __VA_OPT__(EXPAND(FOR_EACH_STEP(f, s, __VA_ARGS__)))
#define FOR_EACH_STEP(f, s, a, ...) \
    f(s, a) __VA_OPT__(FOR_EACH_AGAIN PARENTHESES (f, s, __VA_ARGS__))
#define FOR_EACH_AGAIN() FOR_EACH_STEP

#define SIZE(structure) \
    __asm__ volatile(".ascii \"@@ " #structure " %c0\"" : : "i"(sizeof(structure)));
#define MEMBER(structure, member) \
    __asm__ volatile(".ascii \"@@ " #structure "." #member " %c0 %c1\"" \
                     : : "i"(offsetof(structure, member)), \
                         "i"(sizeof(((structure *)0)->member)));

#define LAYOUT(structure, ...) SIZE(structure) FOR_EACH(MEMBER, structure, __VA_ARGS__)
#ifdef ABI_MINGW
#define LAYOUT_MINGW_LACKS(...)
#define LAYOUT_MINGW_WRONG(...)
#else
#define LAYOUT_MINGW_LACKS(...) LAYOUT(__VA_ARGS__)
#define LAYOUT_MINGW_WRONG(why, ...) LAYOUT(__VA_ARGS__)
#endif

void layout(void);
void layout(void)
{
#include "layout.def"
}
