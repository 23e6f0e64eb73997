/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exports.h: the one list of what httpapi.dll exports.
 *
 * From it come the PE exports, httpapi.def and the import library, the door's structures and call numbers, the ELF
 * entry table, and the exports of the native library.
 */
#ifndef HTTPAPI_EXPORTS_H
#define HTTPAPI_EXPORTS_H

/*
 * The parameters of each export: F is the first, R each further one (type, name).
 * Undocumented exports take none: nobody knows their parameters, and we don't look at them.
 */
#define HttpAddFragmentToCache_PARAMS(F, R) \
    F(HANDLE, queue) R(PCWSTR, url) R(PHTTP_DATA_CHUNK, chunk) R(PHTTP_CACHE_POLICY, policy) \
    R(LPOVERLAPPED, overlapped)
#define HttpAddUrl_PARAMS(F, R) F(HANDLE, queue) R(PCWSTR, url) R(PVOID, reserved)
#define HttpAddUrlToUrlGroup_PARAMS(F, R) \
    F(HTTP_URL_GROUP_ID, group) R(PCWSTR, url) R(HTTP_URL_CONTEXT, context) R(ULONG, reserved)
#define HttpCancelHttpRequest_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(LPOVERLAPPED, overlapped)
#define HttpCloseRequestQueue_PARAMS(F, R) F(HANDLE, queue)
#define HttpCloseServerSession_PARAMS(F, R) F(HTTP_SERVER_SESSION_ID, session)
#define HttpCloseUrlGroup_PARAMS(F, R) F(HTTP_URL_GROUP_ID, group)
#define HttpCreateHttpHandle_PARAMS(F, R) F(PHANDLE, queue) R(ULONG, reserved)
#define HttpCreateRequestQueue_PARAMS(F, R) \
    F(HTTPAPI_VERSION, version) R(PCWSTR, name) R(PSECURITY_ATTRIBUTES, security) \
    R(ULONG, flags) R(PHANDLE, queue)
#define HttpCreateServerSession_PARAMS(F, R) \
    F(HTTPAPI_VERSION, version) R(PHTTP_SERVER_SESSION_ID, session) R(ULONG, reserved)
#define HttpCreateUrlGroup_PARAMS(F, R) \
    F(HTTP_SERVER_SESSION_ID, session) R(PHTTP_URL_GROUP_ID, group) R(ULONG, reserved)
#define HttpDeclarePush_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(HTTP_VERB, verb) R(PCWSTR, path) R(PCSTR, query) \
    R(PHTTP_REQUEST_HEADERS, headers)
#define HttpDelegateRequestEx_PARAMS(F, R) \
    F(HANDLE, queue) R(HANDLE, delegate_queue) R(HTTP_REQUEST_ID, id) \
    R(HTTP_URL_GROUP_ID, delegate_group) R(ULONG, count) \
    R(PHTTP_DELEGATE_REQUEST_PROPERTY_INFO, properties)
#define HttpDeleteServiceConfiguration_PARAMS(F, R) \
    F(HANDLE, service) R(HTTP_SERVICE_CONFIG_ID, config) R(PVOID, info) R(ULONG, length) \
    R(LPOVERLAPPED, overlapped)
#define HttpFindUrlGroupId_PARAMS(F, R) \
    F(PCWSTR, url) R(HANDLE, queue) R(PHTTP_URL_GROUP_ID, group)
#define HttpFlushResponseCache_PARAMS(F, R) \
    F(HANDLE, queue) R(PCWSTR, url) R(ULONG, flags) R(LPOVERLAPPED, overlapped)
#define HttpGetExtension_PARAMS(F, R) \
    F(HTTPAPI_VERSION, version) R(ULONG, extension) R(PVOID, buffer) R(ULONG, size)
#define HttpInitialize_PARAMS(F, R) F(HTTPAPI_VERSION, version) R(ULONG, flags) R(PVOID, reserved)
#define HttpIsFeatureSupported_PARAMS(F, R) F(HTTP_FEATURE_ID, feature)
#define HttpPrepareUrl_PARAMS(F, R) \
    F(PVOID, reserved) R(ULONG, flags) R(PCWSTR, url) R(PWSTR *, prepared)
#define HttpQueryRequestProperty_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(HTTP_REQUEST_PROPERTY, property) \
    R(const void *, qualifier) R(ULONG, qualifier_size) R(PVOID, output) R(ULONG, output_size) \
    R(PULONG, returned) R(LPOVERLAPPED, overlapped)
#define HttpQueryRequestQueueProperty_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_SERVER_PROPERTY, property) R(PVOID, info) R(ULONG, length) \
    R(ULONG, reserved1) R(PULONG, returned) R(PVOID, reserved2)
#define HttpQueryServerSessionProperty_PARAMS(F, R) \
    F(HTTP_SERVER_SESSION_ID, session) R(HTTP_SERVER_PROPERTY, property) R(PVOID, info) \
    R(ULONG, length) R(PULONG, returned)
#define HttpQueryServiceConfiguration_PARAMS(F, R) \
    F(HANDLE, service) R(HTTP_SERVICE_CONFIG_ID, config) R(PVOID, input) R(ULONG, input_length) \
    R(PVOID, output) R(ULONG, output_length) R(PULONG, returned) R(LPOVERLAPPED, overlapped)
#define HttpQueryUrlGroupProperty_PARAMS(F, R) \
    F(HTTP_URL_GROUP_ID, group) R(HTTP_SERVER_PROPERTY, property) R(PVOID, info) \
    R(ULONG, length) R(PULONG, returned)
#define HttpReadFragmentFromCache_PARAMS(F, R) \
    F(HANDLE, queue) R(PCWSTR, url) R(PHTTP_BYTE_RANGE, range) R(PVOID, buffer) R(ULONG, size) \
    R(PULONG, returned) R(LPOVERLAPPED, overlapped)
#define HttpReceiveClientCertificate_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_CONNECTION_ID, connection) R(ULONG, flags) \
    R(PHTTP_SSL_CLIENT_CERT_INFO, info) R(ULONG, size) R(PULONG, returned) \
    R(LPOVERLAPPED, overlapped)
#define HttpReceiveHttpRequest_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(ULONG, flags) R(PHTTP_REQUEST, buffer) \
    R(ULONG, size) R(PULONG, returned) R(LPOVERLAPPED, overlapped)
#define HttpReceiveRequestEntityBody_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(ULONG, flags) R(PVOID, buffer) R(ULONG, size) \
    R(PULONG, returned) R(LPOVERLAPPED, overlapped)
#define HttpRemoveUrl_PARAMS(F, R) F(HANDLE, queue) R(PCWSTR, url)
#define HttpRemoveUrlFromUrlGroup_PARAMS(F, R) \
    F(HTTP_URL_GROUP_ID, group) R(PCWSTR, url) R(ULONG, flags)
#define HttpSendHttpResponse_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(ULONG, flags) R(PHTTP_RESPONSE, response) \
    R(PHTTP_CACHE_POLICY, policy) R(PULONG, sent) R(PVOID, reserved1) R(ULONG, reserved2) \
    R(LPOVERLAPPED, overlapped) R(PHTTP_LOG_DATA, log_data)
#define HttpSendResponseEntityBody_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(ULONG, flags) R(USHORT, count) \
    R(PHTTP_DATA_CHUNK, chunks) R(PULONG, sent) R(PVOID, reserved1) R(ULONG, reserved2) \
    R(LPOVERLAPPED, overlapped) R(PHTTP_LOG_DATA, log_data)
#define HttpSetRequestProperty_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_REQUEST_ID, id) R(HTTP_REQUEST_PROPERTY, property) R(PVOID, input) \
    R(ULONG, size) R(LPOVERLAPPED, overlapped)
#define HttpSetRequestQueueProperty_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_SERVER_PROPERTY, property) R(PVOID, info) R(ULONG, length) \
    R(ULONG, reserved1) R(PVOID, reserved2)
#define HttpSetServerSessionProperty_PARAMS(F, R) \
    F(HTTP_SERVER_SESSION_ID, session) R(HTTP_SERVER_PROPERTY, property) R(PVOID, info) \
    R(ULONG, length)
#define HttpSetServiceConfiguration_PARAMS(F, R) \
    F(HANDLE, service) R(HTTP_SERVICE_CONFIG_ID, config) R(PVOID, info) R(ULONG, length) \
    R(LPOVERLAPPED, overlapped)
#define HttpSetUrlGroupProperty_PARAMS(F, R) \
    F(HTTP_URL_GROUP_ID, group) R(HTTP_SERVER_PROPERTY, property) R(PVOID, info) R(ULONG, length)
#define HttpShutdownRequestQueue_PARAMS(F, R) F(HANDLE, queue)
#define HttpTerminate_PARAMS(F, R) F(ULONG, flags) R(PVOID, reserved)
#define HttpUpdateServiceConfiguration_PARAMS(F, R) \
    F(HANDLE, service) R(HTTP_SERVICE_CONFIG_ID, config) R(PVOID, info) R(ULONG, length) \
    R(LPOVERLAPPED, overlapped)
#define HttpWaitForDemandStart_PARAMS(F, R) F(HANDLE, queue) R(LPOVERLAPPED, overlapped)
#define HttpWaitForDisconnect_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_CONNECTION_ID, connection) R(LPOVERLAPPED, overlapped)
#define HttpWaitForDisconnectEx_PARAMS(F, R) \
    F(HANDLE, queue) R(HTTP_CONNECTION_ID, connection) R(ULONG, reserved) \
    R(LPOVERLAPPED, overlapped)

/* All documented exports of httpapi.dll, in Windows' (alphabetical) order. */
#define HTTPAPI_EXPORTS(X) \
    X(HttpAddFragmentToCache) X(HttpAddUrl) X(HttpAddUrlToUrlGroup) X(HttpCancelHttpRequest) \
    X(HttpCloseRequestQueue) X(HttpCloseServerSession) X(HttpCloseUrlGroup) \
    X(HttpCreateHttpHandle) X(HttpCreateRequestQueue) X(HttpCreateServerSession) \
    X(HttpCreateUrlGroup) X(HttpDeclarePush) X(HttpDelegateRequestEx) \
    X(HttpDeleteServiceConfiguration) X(HttpFindUrlGroupId) X(HttpFlushResponseCache) \
    X(HttpGetExtension) X(HttpInitialize) X(HttpIsFeatureSupported) X(HttpPrepareUrl) \
    X(HttpQueryRequestProperty) X(HttpQueryRequestQueueProperty) \
    X(HttpQueryServerSessionProperty) X(HttpQueryServiceConfiguration) \
    X(HttpQueryUrlGroupProperty) X(HttpReadFragmentFromCache) X(HttpReceiveClientCertificate) \
    X(HttpReceiveHttpRequest) X(HttpReceiveRequestEntityBody) X(HttpRemoveUrl) \
    X(HttpRemoveUrlFromUrlGroup) X(HttpSendHttpResponse) X(HttpSendResponseEntityBody) \
    X(HttpSetRequestProperty) X(HttpSetRequestQueueProperty) X(HttpSetServerSessionProperty) \
    X(HttpSetServiceConfiguration) X(HttpSetUrlGroupProperty) X(HttpShutdownRequestQueue) \
    X(HttpTerminate) X(HttpUpdateServiceConfiguration) X(HttpWaitForDemandStart) \
    X(HttpWaitForDisconnect) X(HttpWaitForDisconnectEx)

/* Exports without a public prototype; they report ERROR_NOT_SUPPORTED. */
#define HTTPAPI_UNDOCUMENTED_EXPORTS(X) \
    X(HttpControlService) X(HttpCreateRequestQueueEx) X(HttpDelegateRequest) \
    X(HttpEvaluateRequest) X(HttpGetCounters)

#endif
