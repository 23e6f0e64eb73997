/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unbuilt.c: exports that exist but do nothing yet. Each says so once and returns ERROR_NOT_SUPPORTED.
 */
#include "api.h"

#define UNUSED_F(type, name) (void)name;

#define X(name) \
    ULONG api_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)) \
    { \
        name##_PARAMS(UNUSED_F, UNUSED_F) \
        REQUIRE_INITIALIZED(); \
        FIXME("isn't built yet"); \
        return ERROR_NOT_SUPPORTED; \
    }

/* Whoever builds one takes it out of this list. */
#define UNBUILT(X) \
    X(HttpAddFragmentToCache) X(HttpDeclarePush) X(HttpDelegateRequestEx) \
    X(HttpDeleteServiceConfiguration) X(HttpFindUrlGroupId) X(HttpFlushResponseCache) \
    X(HttpGetExtension) X(HttpPrepareUrl) \
    X(HttpQueryServiceConfiguration) X(HttpReadFragmentFromCache) \
    X(HttpSetServiceConfiguration) \
    X(HttpUpdateServiceConfiguration) X(HttpWaitForDemandStart)

UNBUILT(X)
#undef X

/* FALSE for every feature, which is what a Windows without any of them answers. */
ULONG api_HttpIsFeatureSupported(HTTP_FEATURE_ID feature)
{
    TRACE("feature %u", feature);
    return FALSE;
}
