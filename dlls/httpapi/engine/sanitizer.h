/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sanitizer.h: whether this is a build with AddressSanitizer, which gcc and clang say in their own ways.
 */
#ifndef HTTPAPI_ENGINE_SANITIZER_H
#define HTTPAPI_ENGINE_SANITIZER_H

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SANITIZER 1
#endif

#endif
