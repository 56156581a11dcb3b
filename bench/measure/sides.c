/* sides.c - see sides.h. */
#include "bench/measure/sides.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/json/utf8.h"
#include "bench/measure/plugin.h"
#include "bench/measure/shadow.h"

static struct {
    void *object;
    struct pool_ops *pools[SIDES_POOLS_MAX];
    int count;
    const struct job_calls *job_calls;
} sides[SIDES];

const char *side_name(enum side side)
{
    static const char *const names[] = {"base", "new", "base again"};
    return names[side];
}

/* Into memory. The descriptor stays open: with its number a later copy would get the
 * name of this one, and the loader goes by names, too. Returns it or -errno. */
static int copy_of(const char *path)
{
    int from = open(path, O_RDONLY | O_CLOEXEC), copy = memfd_create("poolbench-side", MFD_CLOEXEC), error = 0;
    ssize_t sent = 1;
    if (from < 0 || copy < 0)
        error = -errno;
    while (!error && (sent = sendfile(copy, from, NULL, 1 << 24)) > 0)
        ;
    if (!error && sent < 0)
        error = -errno;
    if (from >= 0)
        close(from);
    if (error && copy >= 0)
        close(copy);
    return error ? error : copy;
}

/* Whether another side has that object already. */
static bool is_taken(const void *object)
{
    for (int i = 0; i < SIDES; i++)
        if (sides[i].object == object)
            return true;
    return false;
}

static int open_object(enum side side, const char *path, struct why why)
{
    char name[64], first[512];
    int copy = copy_of(path);
    void *object = NULL;
    snprintf(name, sizeof name, "/proc/self/fd/%d", copy);
    if (copy >= 0)
        object = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!object) {                         /* it may ask for libraries beside itself: then a copy finds none */
        char *real = realpath(path, NULL); /* a name without a slash would be looked for among the libraries */
        snprintf(first, sizeof first, "%s", copy < 0 ? strerror(-copy) : dlerror());
        object = dlopen(real ? real : path, RTLD_NOW | RTLD_LOCAL);
        free(real);
        if (!object)
            return why_wrong(why, "plug-in %s: cannot be loaded: %s", path, dlerror());
        if (is_taken(object))
            return why_wrong(why, "plug-in %s: no second copy of it can be loaded: %s", path, first);
    }
    setlocale(LC_ALL, "C"); /* whatever it or its libraries took */
    sides[side].object = object;
    return 0;
}

/* Twins would be one to whoever asks for them by their name. */
static int check_name(enum side side, int index, const char *path, struct why why)
{
    const char *name = sides[side].pools[index]->name;
    for (int i = 0; i < index; i++)
        if (!strcmp(sides[side].pools[i]->name, name))
            return why_wrong(why, "plug-in %s: two of its pools are called \"%s\"", path, name);
    return 0;
}

static int load_side(enum side side, const char *path, struct why why)
{
    const struct pool_ops *const *pools;
    int error = open_object(side, path, why);
    if (!error)
        error = shadow_check(sides[side].object, path, why); /* two that call our parts would be one */
    if (error)
        return error;
    pools = dlsym(sides[side].object, "poolbench_pools");
    if (!pools || !pools[0])
        return why_wrong(why, "plug-in %s: has no pools (it ends in no POOL_PLUGIN)", path);
    for (int i = 0; !error && pools[i]; i++) {
        if (i == SIDES_POOLS_MAX)
            return why_wrong(why, "plug-in %s: too many pools (at most %d)", path, SIDES_POOLS_MAX);
        error = plugin_complete(pools[i], path, why, &sides[side].pools[i]);
        if (!error)
            error = check_name(side, i, path, why);
        sides[side].count += !error;
    }
    sides[side].job_calls = dlsym(sides[side].object, "poolbench_job_calls");
    return error;
}

/* The try, which is of one file, takes any for the base. */
static int load_base(const char *path, struct why why)
{
    return load_side(SIDE_BASE, path, why);
}

static int load_new(const char *path, struct why why)
{
    return load_side(SIDE_NEW, path, why);
}

/* Which object the code of a pool lies in; NULL: nobody knows. */
static const char *code_of(const struct pool_ops *ops, void **at)
{
    Dl_info info;
    if (!dladdr((const void *)(uintptr_t)ops->submit, &info))
        return *at = NULL, NULL;
    *at = info.dli_fbase;
    return info.dli_fname;
}

static int check_apart(struct why why)
{
    for (int i = 0; i < sides[SIDE_BASE].count; i++) {
        const struct pool_ops *base = sides[SIDE_BASE].pools[i], *new = sides_find(SIDE_NEW, base->name);
        void *base_at, *new_at = NULL;
        const char *file = code_of(base, &base_at);
        if (new)
            code_of(new, &new_at);
        if (new &&base_at && base_at == new_at)
            return why_wrong(why,
                             "duet: both sides have the code of their pool \"%s\" from %s: it would be compared with "
                             "itself (link it into the plug-ins, with -Wl,-Bsymbolic)",
                             base->name, file);
    }
    return 0;
}

static int check_file(const char *path, const char *option, struct why why)
{
    struct stat info;
    if (stat(path, &info))
        return why_wrong(why, "%s %s: %s", option, *path ? path : "\"\"", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return why_wrong(why, "%s %s: not a file (a shared object is wanted: cc -shared -fPIC)", option, path);
    if (!utf8_is(path))
        return why_wrong(why, "%s %s: its path is no UTF-8 (copy it to another folder, or rename it)", option, path);
    return plugin_try(path, load_base, why);
}

int sides_check(const char *base, const char *new, struct why why)
{
    int error = check_file(base, "--base", why);
    if (!error)
        error = check_file(new, "--new", why);
    if (!error)
        error = plugin_load_here(base, load_base, why);
    if (!error)
        error = plugin_load_here(new, load_new, why);
    return error ? error : check_apart(why);
}

/* Each one, and its mirror. */
void sides_order(int round, enum side order[SIDES])
{
    static const enum side orders[][SIDES] = {
        {SIDE_BASE, SIDE_NEW, SIDE_AGAIN}, {SIDE_AGAIN, SIDE_NEW, SIDE_BASE}, {SIDE_BASE, SIDE_AGAIN, SIDE_NEW},
        {SIDE_NEW, SIDE_AGAIN, SIDE_BASE}, {SIDE_AGAIN, SIDE_BASE, SIDE_NEW}, {SIDE_NEW, SIDE_BASE, SIDE_AGAIN},
    };
    memcpy(order, orders[round % (int)(sizeof orders / sizeof *orders)], sizeof *orders);
}

int sides_load(const char *base, const char *new, int round, struct why why)
{
    const char *const paths[SIDES] = {[SIDE_BASE] = base, [SIDE_NEW] = new, [SIDE_AGAIN] = base};
    enum side order[SIDES];
    int error = 0;
    sides_order(round, order);
    for (int i = 0; i < SIDES && !error; i++)
        error = load_side(order[i], paths[order[i]], why);
    return error;
}

const struct job_calls *sides_job_calls(enum side side)
{
    const struct job_calls *calls = sides[side].job_calls;
    return calls && calls->abi == JOB_CALLS_ABI ? calls : NULL;
}

const struct pool_ops *sides_at(enum side side, int index)
{
    return index < sides[side].count ? sides[side].pools[index] : NULL;
}

const struct pool_ops *sides_find(enum side side, const char *name)
{
    for (int i = 0; i < sides[side].count; i++)
        if (!strcmp(sides[side].pools[i]->name, name))
            return sides[side].pools[i];
    return NULL;
}
