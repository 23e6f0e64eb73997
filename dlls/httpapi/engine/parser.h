/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parser.h: llhttp, with the two enumerators renamed that are also types of the HTTP Server API.
 */
#ifndef HTTPAPI_ENGINE_PARSER_H
#define HTTPAPI_ENGINE_PARSER_H

#define HTTP_REQUEST LLHTTP_REQUEST
#define HTTP_RESPONSE LLHTTP_RESPONSE
#include <llhttp.h>
#undef HTTP_REQUEST
#undef HTTP_RESPONSE

#endif
