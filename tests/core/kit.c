/* kit.c - see kit.h. */
#include "tests/core/kit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Atomic int ledger_ran[LEDGER_MAX], ledger_back[LEDGER_MAX], ledger_why[LEDGER_MAX];
_Atomic int ledger_order[LEDGER_MAX];
_Atomic int ledger_total;

void gate_init(struct gate *gate)
{
    memset(gate, 0, sizeof *gate);
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->changed, NULL);
}

void gate_pass(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->entered++;
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->lock);
    gate->left++;
    pthread_mutex_unlock(&gate->lock);
}

void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

int gate_entered(struct gate *gate)
{
    int entered;
    pthread_mutex_lock(&gate->lock);
    entered = gate->entered;
    pthread_mutex_unlock(&gate->lock);
    return entered;
}

int gate_job(void *gate)
{
    gate_pass(gate);
    return 0;
}

void ledger_clear(void)
{
    memset((void *)ledger_ran, 0, sizeof ledger_ran);
    memset((void *)ledger_back, 0, sizeof ledger_back);
    memset((void *)ledger_why, 0, sizeof ledger_why);
    atomic_store(&ledger_total, 0);
}

void *ledger_arg(int number)
{
    return (void *)&ledger_ran[number];
}

int ledger_number(const void *arg)
{
    return (int)((const _Atomic int *)arg - ledger_ran);
}

int ledger_job(void *arg)
{
    int number = ledger_number(arg), turn = atomic_fetch_add(&ledger_total, 1);
    if (turn < LEDGER_MAX) /* a stream without end may pass here */
        atomic_store(&ledger_order[turn], number);
    atomic_fetch_add(&ledger_ran[number], 1);
    return 0;
}

void ledger_discard(void *arg, enum pool_why why)
{
    int number = ledger_number(arg);
    if (number < 0 || number >= LEDGER_MAX)
        return; /* a gate: no job of the ledger */
    atomic_store(&ledger_why[number], (int)why);
    atomic_fetch_add(&ledger_back[number], 1);
}

int ledger_back_total(void)
{
    int total = 0;
    for (int i = 0; i < LEDGER_MAX; i++)
        total += atomic_load(&ledger_back[i]);
    return total;
}

void kit_nap(void)
{
    struct timespec nap = {0, 200000};
    nanosleep(&nap, NULL);
}

void (*kit_watcher)(enum kit_doing doing, const char *text);

void kit_mark(enum kit_doing doing, const char *text)
{
    if (kit_watcher)
        kit_watcher(doing, text);
}

struct pool_stats kit_stats(struct pool *pool)
{
    struct pool_stats stats = {0};
    pool_stats(pool, &stats);
    return stats;
}

/* Calls in threads of their own. */

static void *submit_main(void *arg)
{
    struct call *call = arg;
    call->answer = pool_submit(call->pool, call->fn, call->arg);
    atomic_store(&call->returned, true);
    return NULL;
}

static void *wait_main(void *arg)
{
    struct call *call = arg;
    call->answer = pool_wait(call->pool, call->timeout_ns);
    atomic_store(&call->returned, true);
    return NULL;
}

static void *receive_main(void *arg)
{
    struct call *call = arg;
    call->answer = pool_receive(call->pool, &call->result, call->timeout_ns);
    atomic_store(&call->returned, true);
    return NULL;
}

static void *free_main(void *arg)
{
    struct call *call = arg;
    call->answer = pool_free(call->pool);
    atomic_store(&call->returned, true);
    return NULL;
}

int kit_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    if (!folder)
        abort();
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

bool kit_sleeps(int thread)
{
    char path[64], text[512] = "";
    const char *state;
    FILE *file;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    file = fopen(path, "re");
    if (file && !fgets(text, sizeof text, file))
        *text = '\0';
    if (file)
        fclose(file);
    state = strrchr(text, ')'); /* after the name, which may hold anything */
    return state && state[1] == ' ' && state[2] == 'S';
}

static void start(struct call *call, void *(*main)(void *))
{
    atomic_store(&call->returned, false);
    if (pthread_create(&call->thread, NULL, main, call))
        abort();
}

void kit_submit(struct call *call, struct pool *pool, pool_job_fn *fn, void *arg)
{
    call->pool = pool;
    call->fn = fn;
    call->arg = arg;
    start(call, submit_main);
}

void kit_wait(struct call *call, struct pool *pool, int64_t timeout_ns)
{
    call->pool = pool;
    call->timeout_ns = timeout_ns;
    start(call, wait_main);
}

void kit_receive(struct call *call, struct pool *pool, int64_t timeout_ns)
{
    call->pool = pool;
    call->timeout_ns = timeout_ns;
    start(call, receive_main);
}

void kit_free(struct call *call, struct pool *pool)
{
    call->pool = pool;
    start(call, free_main);
}

int64_t kit_join(struct call *call)
{
    pthread_join(call->thread, NULL);
    return call->answer;
}
