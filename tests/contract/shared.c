/* shared.c - our own pools as a shared object: a copy of their own, with the fast kind of
 * thread-locals, and alternate stacks that go with their threads. */
#include <dlfcn.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/contract/contract.h"

/* Beside this program. */
static void *load_pools(void)
{
    char program[400] = "", path[512];
    void *object;
    cr_assert(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
    snprintf(path, sizeof path, "%s/pools.so", dirname(program));
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert(object, "%s", dlerror());
    return object;
}

static const char *file_of(const void *address)
{
    Dl_info info;
    cr_assert(dladdr(address, &info));
    return info.dli_fname;
}

static int add_one(void *arg)
{
    atomic_fetch_add((_Atomic int *)arg, 1);
    return pool_worker() == -1 ? 0 : -EIO; /* the program's copy knows nothing of the other one's job */
}

Test(shared, has_all_pools_and_a_copy_of_its_own_of_each, .timeout = 30)
{
    void *object = load_pools();
    const struct pool_ops *const *table = dlsym(object, "poolbench_pools");
    int count = 0;
    cr_assert(table);
    for (; table[count]; count++) {
        const struct pool_ops *ops = table[count];
        struct pool *pool;
        _Atomic int ran = 0;
        check(pool_find(ops->name) && pool_find(ops->name) != ops);
        check(strstr(file_of((const void *)(uintptr_t)ops->open), "pools.so"), "%s",
              file_of((const void *)(uintptr_t)ops->open));
        equal(pool_open(&pool, ops, &(struct pool_config){.workers = 2}), 0);
        for (int i = 0; i < 100; i++)
            equal(pool_submit(pool, add_one, &ran), 0);
        equal(pool_wait(pool, -1), 0);
        equal(kit_stats(pool).done, 100);
        equal(ran, 100);
        pool_free(pool);
    }
    cr_assert(count == pool_count(), "%d of %d", count, pool_count());
    dlclose(object);
}

static int overflow(void *arg)
{
    volatile char some[512]; /* less than the guard page */
    some[0] = (char)(uintptr_t)arg;
    return arg == (void *)UINTPTR_MAX ? 0 : overflow((void *)((uintptr_t)arg + 1)) + some[0];
}

POOL_TEST(shared, an_overflow_of_the_jobs_own_stack_is_reported)
{
    ours("POOL_REPORT_CRASHES");
    char text[1024] = "";
    int pipes[2], status;
    ssize_t length;
    pid_t child;
    needs(POOL_CAN_RUN_APART);
    cr_assert(pipe(pipes) == 0);
    child = fork();
    if (child == 0) {
        struct pool *pool;
        dup2(pipes[1], 2);
        signal(SIGSEGV, SIG_DFL);
        if (pool_open(&pool, ops, &(struct pool_config){.workers = 1, .flags = POOL_REPORT_CRASHES}))
            _exit(3);
        (void)!pool_submit(pool, overflow, NULL);
        pool_wait(pool, -1);
        _exit(4);
    }
    close(pipes[1]);
    cr_assert(waitpid(child, &status, 0) == child);
    length = read(pipes[0], text, sizeof text - 1);
    close(pipes[0]);
    text[length > 0 ? length : 0] = '\0';
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "status %x", status);
    check(strstr(text, ops->name) && strstr(text, "in job "), "report: %s", text);
}

static long mapped_kilobytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert(file && fscanf(file, "%ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int leave(void *arg)
{
    (void)arg;
    pthread_exit(NULL);
}

/* A thread that a job takes away is gone as well. 400 stacks would be 13 MB. */
POOL_TEST(shared, alternate_stacks_are_freed_with_their_threads)
{
    ours("POOL_REPORT_CRASHES");
    enum { ROUNDS = 200 };
    long before = 0;
    for (int i = -10; i < ROUNDS; i++) {
        struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .flags = POOL_REPORT_CRASHES});
        if (i == 0)
            before = mapped_kilobytes();
        if (ops->can & POOL_CAN_RUN_APART)
            equal(pool_submit(pool, leave, NULL), 0);
        pool_wait(pool, -1);
        pool_free(pool);
    }
    check(mapped_kilobytes() < before + 4096, "%ld KB, then %ld", before, mapped_kilobytes());
}
