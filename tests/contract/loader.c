/* loader.c - pool_explain waits for no job: not for one that holds a lock of the
 * loader. */
#include <dlfcn.h>
#include <libgen.h>
#include <link.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/contract/contract.h"

static struct gate loader_gate;

/* Called by tests/plugins/waits.c, by its name. */
void library_gate(void);
void library_gate(void)
{
    gate_pass(&loader_gate);
}

/* Beside this program, as it is built; what is installed has none. */
static const char *library(void)
{
    static char path[512];
    char program[400] = "";
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        return "";
    snprintf(path, sizeof path, "%s/plugins/waits.so", dirname(program));
    return path;
}

static int load_library(void *loaded)
{
    *(void **)loaded = dlopen(library(), RTLD_NOW);
    return *(void **)loaded ? 0 : -ENOENT;
}

static int pass_gate_once(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)info, (void)size, (void)unused;
    gate_pass(&loader_gate);
    return 1;
}

static int walk_libraries(void *unused)
{
    dl_iterate_phdr(pass_gate_once, unused);
    return 0;
}

static void explain_meanwhile(const struct pool_ops *ops, pool_job_fn *fn, const char *name)
{
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
    void *loaded = NULL;
    char text[4096];
    struct call call;
    gate_init(&loader_gate);
    kit_submit(&call, pool, fn, &loaded); /* from a thread of its own: `inline` runs it there */
    KIT_UNTIL(gate_entered(&loader_gate) == 1 || kit_stats(pool).failed);
    equal(kit_stats(pool).failed, 0);
    equal(pool_explain(pool, text, sizeof text), 0);
    if (ops->can & POOL_CAN_RUN_APART)
        check(strstr(text, name), "%s", text);
    equal(gate_entered(&loader_gate), 1);
    gate_open(&loader_gate);
    equal(kit_join(&call), 0);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).done, 1);
    pool_free(pool);
    if (loaded)
        dlclose(loaded);
}

POOL_TEST(explain, does_not_wait_for_a_job_in_a_librarys_constructor)
{
    ours("what pool_explain says");
    contract_not_asked(access(library(), F_OK) ? "its library is not beside this program" : NULL);
    explain_meanwhile(ops, load_library, "runs ");
}

POOL_TEST(explain, does_not_wait_for_a_job_that_walks_the_libraries)
{
    ours("what pool_explain says");
    explain_meanwhile(ops, walk_libraries, "runs ");
}

/* A job of a library is told by that library's symbols, one of the program's own that is
 * not exported by its place in the file. */
static int not_exported(void *gate)
{
    return gate_job(gate);
}

POOL_TEST(explain, names_functions_of_libraries_and_places_of_others)
{
    ours("what pool_explain says");
    struct pool *pool;
    struct gate gate;
    sem_t go;
    char text[4096];
    pool_job_fn *of_library = (pool_job_fn *)(uintptr_t)dlsym(RTLD_DEFAULT, "sem_wait");
    needs(POOL_CAN_RUN_APART);
    pool = contract_open(ops, &(struct pool_config){.workers = 2});
    gate_init(&gate);
    sem_init(&go, 0, 0);
    equal(pool_submit(pool, not_exported, &gate), 0);
    equal(pool_submit(pool, of_library, &go), 0);
    KIT_UNTIL(kit_stats(pool).started == 2);
    equal(pool_explain(pool, text, sizeof text), 0);
    check(strstr(text, "runs sem_wait(0x") && strstr(text, "+0x"), "%s", text);
    gate_open(&gate);
    sem_post(&go);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).done, 2);
    pool_free(pool);
}
