/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * router.c: ports, the sites (hosts) of a port, and the registrations (paths) of a site.
 */
#include "router.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "hash.h"
#include "prefix.h"
#include "shard.h"
#include "url.h"

pthread_mutex_t config_lock = PTHREAD_MUTEX_INITIALIZER;

/* One host of one port. */
struct site {
    struct hash_node by_host;     /* in port.hosts: names and addresses; in port.domains: domains */
    struct hash_node by_address;  /* in port.addresses: addresses */
    struct prefix key;            /* kind, host, family, address; no path */
    struct hash_table paths;      /* struct registration */
};

struct port {
    struct site strong, weak;
    struct hash_table hosts, domains, addresses; /* struct site */
    unsigned registrations;
};

struct registration {
    struct hash_node by_path;     /* in site.paths */
    struct list node;             /* in target.registrations */
    struct target *target;
    struct site *site;
    uint64_t context;
    struct prefix prefix;
    struct endpoint *endpoints[ENDPOINTS_PER_PREFIX];
};

/* By number. Half a megabyte of address space, of which a page for each range in use is ever touched. */
static struct port *ports[65536];

void target_init(struct target *t)
{
    t->owner = 0;
    list_init(&t->registrations);
    t->queue = NULL;
    t->disabled = false;
    t->limits = (struct limits)LIMITS_DEFAULT;
}

static uint32_t host_hash(struct text host)
{
    uint32_t h = HASH_START;

    for (size_t i = 0; i < host.len; i++)
        h = hash_step(h, (unsigned char)ascii_lower(host.ptr[i]));
    return h;
}

static uint32_t path_hash(const utf16 *path, size_t len)
{
    uint32_t h = HASH_START;

    for (size_t i = 0; i < len; i++)
        h = hash_step(h, path[i]);
    return h;
}

static struct text site_host(const struct site *s)
{
    return (struct text){s->key.host, strlen(s->key.host)};
}

static struct site *site_by_host(const struct hash_table *hosts, struct text host)
{
    uint32_t h = host_hash(host);

    for (struct hash_node *n = hash_chain(hosts, h); n; n = n->next) {
        struct site *s = container_of(n, struct site, by_host);

        if (n->hash == h && text_equal_nocase(site_host(s), host))
            return s;
    }
    return NULL;
}

static bool path_equal(const struct registration *r, const utf16 *path, size_t len)
{
    if (r->prefix.path_len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (r->prefix.path[i] != utf16_fold(path[i]))
            return false;
    return true;
}

static struct registration *registration_by_path(const struct site *s, const utf16 *path,
                                                 size_t len, uint32_t hash)
{
    for (struct hash_node *n = hash_chain(&s->paths, hash); n; n = n->next) {
        struct registration *r = container_of(n, struct registration, by_path);

        if (n->hash == hash && path_equal(r, path, len))
            return r;
    }
    return NULL;
}

/*
 * The longest registered path that is the whole of `path` or ends before one of its slashes; of those bound to q,
 * unless that is NULL.
 */
static struct registration *registration_find(const struct site *s, const utf16 *path, uint32_t len,
                                              const struct queue *q)
{
    struct registration *best = NULL;
    uint32_t h = HASH_START;

    for (uint32_t i = 0; i <= len; i++) {
        if (i == len || path[i] == '/') {
            struct registration *r = registration_by_path(s, path, i, h);

            best = r && (!q || r->target->queue == q) ? r : best;
        }
        if (i < len)
            h = hash_step(h, utf16_fold(path[i]));
    }
    return best;
}

/* The asterisk of *.example.org stands for one label. */
static struct site *site_by_domain(const struct port *p, struct text host)
{
    const char *dot = p->domains.count ? memchr(host.ptr, '.', host.len) : NULL;

    if (!dot || dot == host.ptr)
        return NULL;
    return site_by_host(&p->domains, (struct text){dot, (size_t)(host.ptr + host.len - dot)});
}

static uint32_t bytes_hash(const void *bytes, size_t len)
{
    const unsigned char *b = bytes;
    uint32_t h = HASH_START;

    while (len--)
        h = hash_step(h, *b++);
    return h;
}

/* Without the scope, which a registration may leave open. */
static uint32_t address_hash(const union address *a)
{
    return a->any.sa_family == AF_INET ? bytes_hash(&a->v4.sin_addr, sizeof a->v4.sin_addr)
                                       : bytes_hash(&a->v6.sin6_addr, sizeof a->v6.sin6_addr);
}

static uint32_t key_hash(const struct prefix *key)
{
    return key->family == AF_INET ? bytes_hash(&key->address.v4, sizeof key->address.v4)
                                  : bytes_hash(&key->address.v6, sizeof key->address.v6);
}

static bool site_has_address(const struct site *s, const union address *a)
{
    if (s->key.family != a->any.sa_family)
        return false;
    if (s->key.family == AF_INET)
        return s->key.address.v4.s_addr == a->v4.sin_addr.s_addr;
    return (!s->key.scope || s->key.scope == a->v6.sin6_scope_id) &&
           !memcmp(&s->key.address.v6, &a->v6.sin6_addr, sizeof a->v6.sin6_addr);
}

static struct site *site_by_address(const struct port *p, const union address *a)
{
    uint32_t h;

    if (!p->addresses.count)
        return NULL;
    h = address_hash(a);
    for (struct hash_node *n = hash_chain(&p->addresses, h); n; n = n->next) {
        struct site *s = container_of(n, struct site, by_address);

        if (n->hash == h && site_has_address(s, a))
            return s;
    }
    return NULL;
}

/* The one site of a class that a request may belong to. */
static const struct site *site_of_request(const struct port *p, enum host_kind kind, const union address *local,
                                          struct text host)
{
    switch (kind) {
    case HOST_STRONG: return &p->strong;
    case HOST_NAME: return site_by_host(&p->hosts, host);
    case HOST_SUBDOMAINS: return site_by_domain(p, host);
    case HOST_ADDRESS: return site_by_address(p, local);
    case HOST_WEAK: return &p->weak;
    }
    return NULL;
}

struct route router_find(const union address *local, struct text host, const struct url *url)
{
    const struct port *p = ports[ntohs(local->v4.sin_port)];
    struct route route = {0};

    if (!p)
        return route;
    for (enum host_kind kind = HOST_STRONG; kind <= HOST_WEAK; kind++) {
        const struct site *s = site_of_request(p, kind, local, host);
        const struct registration *r;

        if (!s || !s->paths.count)
            continue;
        route.host_known = true;
        r = registration_find(s, url->text + url->path, url->path_len, NULL);
        if (r)
            return (struct route){.target = r->target, .context = r->context, .host_known = true};
    }
    return route;
}

static struct port *port_get(uint16_t number)
{
    struct port *p = ports[number];

    if (p)
        return p;
    return ports[number] = calloc(1, sizeof *p);
}

static void port_put(uint16_t number)
{
    if (ports[number] && !ports[number]->registrations) {
        free(ports[number]);
        ports[number] = NULL;
    }
}

static struct hash_table *table_of(struct port *p, enum host_kind kind)
{
    return kind == HOST_SUBDOMAINS ? &p->domains : &p->hosts;
}

static struct site *site_find(struct port *p, const struct prefix *key)
{
    if (key->kind == HOST_STRONG)
        return &p->strong;
    if (key->kind == HOST_WEAK)
        return &p->weak;
    return site_by_host(table_of(p, key->kind), (struct text){key->host, strlen(key->host)});
}

/* False, with nothing done, when there is no memory. */
static bool site_link(struct port *p, struct site *s)
{
    struct hash_table *hosts = table_of(p, s->key.kind);

    if (!hash_insert(hosts, &s->by_host, host_hash(site_host(s))))
        return false;
    if (s->key.kind != HOST_ADDRESS || hash_insert(&p->addresses, &s->by_address, key_hash(&s->key)))
        return true;
    hash_remove(hosts, &s->by_host);
    return false;
}

static struct site *site_get(struct port *p, const struct prefix *key)
{
    struct site *s = site_find(p, key);

    if (s)
        return s;
    s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->key = *key;
    s->key.path = NULL;
    if (!site_link(p, s)) {
        free(s);
        return NULL;
    }
    return s;
}

static void site_put(struct port *p, struct site *s)
{
    if (s == &p->strong || s == &p->weak || s->paths.count)
        return;
    hash_remove(table_of(p, s->key.kind), &s->by_host);
    if (s->key.kind == HOST_ADDRESS)
        hash_remove(&p->addresses, &s->by_address);
    free(s);
}

static struct registration *registration_exact(const struct prefix *key)
{
    struct port *p = ports[key->port];
    const struct site *s = p ? site_find(p, key) : NULL;

    return s ? registration_by_path(s, key->path, key->path_len, path_hash(key->path, key->path_len))
             : NULL;
}

/* Puts the registration into the tables. All shards' locks. */
static enum result registration_link(struct registration *r)
{
    const struct prefix *key = &r->prefix;
    struct port *p = port_get(key->port);
    struct site *s = p ? site_get(p, key) : NULL;

    if (!s || !hash_insert(&s->paths, &r->by_path, path_hash(key->path, key->path_len))) {
        if (s)
            site_put(p, s);
        port_put(key->port);
        return RESULT_NO_MEMORY;
    }
    r->site = s;
    p->registrations++;
    list_add_tail(&r->target->registrations, &r->node);
    return RESULT_OK;
}

/* All shards' locks. */
static void registration_unlink(struct registration *r)
{
    struct port *p = ports[r->prefix.port];

    list_del(&r->node);
    hash_remove(&r->site->paths, &r->by_path);
    site_put(p, r->site);
    p->registrations--;
    port_put(r->prefix.port);
}

static void registration_free(struct registration *r)
{
    endpoints_release(r->endpoints);
    prefix_free(&r->prefix);
    free(r);
}

static enum result registration_try(struct registration *r)
{
    enum result result;

    if (r->prefix.secure)
        return RESULT_UNSUPPORTED;
    if (registration_exact(&r->prefix))
        return RESULT_EXISTS;
    result = endpoints_acquire(&r->prefix, r->endpoints);
    if (result)
        return result;
    shards_lock_all();
    result = registration_link(r);
    shards_unlock_all();
    return result;
}

enum result router_add(struct target *t, struct prefix *key, uint64_t context)
{
    struct registration *r = calloc(1, sizeof *r);
    enum result result;

    if (!r) {
        prefix_free(key);
        return RESULT_NO_MEMORY;
    }
    r->prefix = *key;
    key->path = NULL;
    r->target = t;
    r->context = context;
    result = registration_try(r);
    if (result)
        registration_free(r);
    return result;
}

static void registration_remove(struct registration *r)
{
    shards_lock_all();
    registration_unlink(r);
    shards_unlock_all();
    registration_free(r);
}

enum result router_remove(struct target *t, const struct prefix *key)
{
    struct registration *r = registration_exact(key);

    if (!r || r->target != t || strcmp(r->prefix.spelling, key->spelling))
        return RESULT_NOT_FOUND;
    registration_remove(r);
    return RESULT_OK;
}

void router_remove_all(struct target *t)
{
    while (!list_empty(&t->registrations))
        registration_remove(container_of(t->registrations.next, struct registration, node));
}

const struct target *router_owner(const struct prefix *url, const struct queue *q)
{
    struct port *p = ports[url->port];
    const struct site *s = p ? site_find(p, url) : NULL;
    const struct registration *r = s ? registration_find(s, url->path, url->path_len, q) : NULL;

    return r ? r->target : NULL;
}

void router_bind(struct target *t, struct queue *q)
{
    shards_lock_all();
    t->queue = q;
    shards_unlock_all();
}

void router_disable(struct target *t, bool disabled)
{
    shards_lock_all();
    t->disabled = disabled;
    shards_unlock_all();
}

void router_limit(struct target *t, const struct limits *limits)
{
    shards_lock_all();
    t->limits = *limits;
    shards_unlock_all();
}
