/* life.c - how a pool is born and how it ends: pool_open, its threads, the
 * replacement of a thread that a job took away, and pool_free.
 *
 * A worker is a slot, not a thread. When a job leaves by pthread_exit, the
 * cleanup handler of its thread starts a new thread on the same slot, counts
 * the job as failed, and goes; the new thread first joins the old one, so that
 * two never use the slot at once and none is left unjoined. Where no thread
 * can be started, the leaving one goes back from its handler to where it served
 * (glibc allows it), serves on, and tries again whenever it runs dry. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pools/core/affinity.h"
#include "pools/core/fork.h"
#include "pools/core/guard.h"
#include "pools/core/idle.h"
#include "pools/core/machinery.h"
#include "pools/core/topology.h"

__thread struct pool_frame *pool_frame_top;

static void *worker_main(void *slot);

void pool_lock_slow(struct pool_lock *lock)
{
    enum { SPINS = 64 };
    for (int i = 0; i < SPINS; i++) {
        uint32_t was = 0;
        if (atomic_load_explicit(&lock->word, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong_explicit(&lock->word, &was, 1, memory_order_acquire, memory_order_relaxed))
            return;
        pool_pause();
    }
    /* From here on it is held as 2: the unlocker wakes one, who takes it as 2
     * again, because there may be others. */
    while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire))
        pool_futex_wait(&lock->word, 2, -1);
}

/* Calls in progress. Not entered once free has begun. */
bool pool_caller_enter(struct pool_head *head)
{
    uint64_t word = atomic_load_explicit(&head->caller_word, memory_order_relaxed);
    do {
        if (word & POOL_CALLER_FREEING)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&head->caller_word, &word, word + POOL_CALLER_ENTER,
                                                    memory_order_acq_rel, memory_order_relaxed));
    return true;
}

/* The half of caller_word that holds the calls in progress, as a futex. */
static _Atomic uint32_t *caller_futex(struct pool_head *head)
{
    return (_Atomic uint32_t *)&head->caller_word + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

/* The subtraction is the last touch of the pool's memory: pool_free may be
 * waiting for it. The wake-up uses the address only. */
void pool_caller_leave(struct pool_head *head)
{
    _Atomic uint32_t *futex = caller_futex(head);
    if (atomic_fetch_sub_explicit(&head->caller_word, POOL_CALLER_ENTER, memory_order_acq_rel) & POOL_CALLER_FREEING)
        pool_futex_wake(futex, INT_MAX);
}

static void callers_await(struct pool_head *head)
{
    for (;;) {
        uint64_t word = atomic_load_explicit(&head->caller_word, memory_order_acquire);
        if (!(word & POOL_CALLER_INSIDE_MASK))
            return;
        pool_futex_wait(caller_futex(head), (uint32_t)word, -1);
    }
}

/* Threads of a pool take no signals but those of their own faults. */
static void signals_block(sigset_t *before)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT};
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&all, faults[i]);
    if (POOL_DEFECT(SIGNALS_OPEN))
        sigemptyset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
}

int pool_thread_start(pthread_t *thread, int cpu, void *(*main)(void *), void *arg)
{
    enum { SMALL_STACK = 128 * 1024 };
    pthread_attr_t attributes;
    sigset_t before;
    int error = pthread_attr_init(&attributes);
    if (error)
        return -error;
    if (cpu >= 0)
        error = -pool_affinity_attribute(&attributes, cpu);
    if (POOL_DEFECT(SMALL_STACK))
        pthread_attr_setstacksize(&attributes, SMALL_STACK);
    signals_block(&before);
    if (!error)
        error = pthread_create(thread, &attributes, main, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return -error;
}

int pool_cpu_of(struct pool_head *head, int index)
{
    return head->cpus ? head->cpus[index % head->config.cpu_count] : -1;
}

/* Starts a thread on the slot of this one, which is about to end. */
static bool replace(struct pool_worker *worker)
{
    pthread_t thread;
    worker->leaver = pthread_self();
    worker->replaces = true;
    /* thread is written before the job settles: once it does, pool_free may
     * join. The new thread touches the slot only after it has joined us. */
    if (pool_thread_start(&thread, pool_cpu_of(worker->pool, worker->index), worker_main, worker))
        return false;
    worker->thread = thread;
    atomic_fetch_add_explicit(&worker->pool->replaced, 1, memory_order_relaxed);
    return true;
}

/* For a thread that serves on and is idle: tries again to be replaced. As a call
 * in progress, so that pool_free does not join a thread of the slot meanwhile. */
bool pool_replace_idle(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    bool replaced;
    if (!pool_caller_enter(head))
        return false;
    POOL_STEP("replace: idle");
    replaced = replace(worker);
    pool_caller_leave(head);
    return replaced;
}

/* A thread's work on a slot. */
struct serving {
    struct pool_worker *worker;
    sigjmp_buf again; /* to serve on, its job's frames forgotten */
};

/* The cleanup handler: a job called pthread_exit. Who serves on does not do so from
 * here, on top of what the last job left: jobs that leave may be many, the stack ends. */
static void worker_left(void *arg)
{
    struct serving *serving = arg;
    struct pool_worker *worker = serving->worker;
    if (!pool_is_here(worker->pool))
        _exit(70);
    /* First of all: thieves may use the frames that this thread has left. */
    if (worker->forks)
        pool_forks_end(worker, -EOWNERDEAD);
    pool_lane = &pool_no_lane;
    worker->owes = !POOL_DEFECT(WORKER_LOST) && !replace(worker);
    pool_frame_top = &worker->frame;                                   /* frames above settled in their own handlers */
    if (atomic_load_explicit(&worker->frame.fn, memory_order_relaxed)) /* else it left from a stolen fork */
        pool_settle(worker, -EOWNERDEAD);
    if (worker->leaving) {
        worker->leaving = false;
        pool_caller_leave(worker->pool);
    }
    if (!worker->owes) {
        /* The slot is not ours any more; only the pool is, until we are joined. */
        pool_frame_top = NULL;
        return;
    }
    siglongjmp(serving->again, 1);
}

/* Arms containment once for all jobs of the loop: a job that calls pool_fail
 * comes back here, is settled, and the loop begins again. */
static __attribute__((noinline)) void contain(struct pool_worker *worker)
{
    POOL_EXIT_APART();
    if (!worker->pool->design->contains && sigsetjmp(worker->frame.env, 0)) {
        pool_settle(worker, worker->frame.status);
        if (POOL_DEFECT(RECOVER_AT_TOP))
            return;
    }
    worker->pool->design->loop(worker);
    POOL_EXIT_STILL_APART();
}

/* The loop, once more for each job that would end the thread and must not. */
static void serve(struct pool_worker *worker)
{
    struct serving serving = {.worker = worker};
    pthread_cleanup_push(worker_left, &serving); /* glibc keeps it while the handler runs */
    sigsetjmp(serving.again, 0);
    pool_frame_top = &worker->frame;
    if (worker->forks)
        pool_lane = (struct pool_lane *)worker->forks;
    contain(worker);
    pool_lane = &pool_no_lane;
    pool_frame_top = NULL;
    pthread_cleanup_pop(0);
}

static void *worker_main(void *slot)
{
    struct pool_worker *worker = slot;
    struct pool_head *head = worker->pool;
    char name[16];

    if (worker->replaces) {
        pthread_join(worker->leaver, NULL);
        worker->replaces = worker->owes = false;
    }
    while (!atomic_load_explicit(&head->opened, memory_order_acquire))
        pool_futex_wait(&head->opened, 0, -1);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    snprintf(name, sizeof name, "%s/%d", head->design->name, worker->index);
    pthread_setname_np(pthread_self(), name);
    if (head->config.flags & POOL_REPORT_CRASHES)
        pool_crash_report_here();
    if (!atomic_load_explicit(&head->drained, memory_order_acquire)) /* else: an open that failed */
        serve(worker);
    if (POOL_DEFECT(CLOSED_IS_JOB))
        pool_defect_run_stale();
    if (POOL_DEFECT(UNJOINED))
        pool_defect_gone();
    return NULL;
}

/* Open. */

static bool workers_are_possible(const struct pool_config *config)
{
    bool none = config->workers == 0 && POOL_DEFECT(ZERO_WORKERS);
    return (config->workers >= 1 || none) && config->workers <= POOL_WORKERS_MAX;
}

static void config_fill(struct pool_head *head, const struct pool_config *config)
{
    enum { SPIN_NS = 2000 }; /* parking costs 5 us: longer spins win nothing, shorter ones lose half */
    head->config = *config;
    head->config.cpus = NULL;
    if (POOL_DEFECT(ONE_MORE) && config->workers < POOL_WORKERS_MAX)
        head->config.workers++;
    if (!head->config.workers_min)
        head->config.workers_min = POOL_DEFECT(ZERO_WORKERS) ? 0 : 1;
    if (!head->config.capacity)
        head->config.capacity = POOL_CAPACITY_DEFAULT;
    if (POOL_DEFECT(TWICE_ROOM))
        head->config.capacity *= 2;
    if (POOL_DEFECT(PLACE_FREE))
        head->config.capacity--;
    if (!head->config.results_capacity)
        head->config.results_capacity = head->config.capacity;
    if (POOL_DEFECT(NO_BOUND) || POOL_DEFECT(SILENT_LOSS))
        head->config.results_capacity *= 64;
    if (!head->config.spin_ns)
        head->config.spin_ns = SPIN_NS;
}

static int slots_init(struct pool_head *head, const struct pool_config *config)
{
    size_t workers = (size_t)head->config.workers, bytes = workers * head->design->worker_size;
    head->worker_slots = aligned_alloc(POOL_CACHE_LINE, bytes);
    head->victims = malloc(workers * workers * sizeof *head->victims);
    if (config->cpu_count) {
        head->cpus = malloc((size_t)config->cpu_count * sizeof *head->cpus);
        if (head->cpus)
            memcpy(head->cpus, config->cpus, (size_t)config->cpu_count * sizeof *head->cpus);
    }
    if (!head->worker_slots || !head->victims || (config->cpu_count && !head->cpus)) {
        free(head->worker_slots); /* not filled in: nothing in it is to be ended */
        head->worker_slots = NULL;
        return -ENOMEM;
    }
    memset(head->worker_slots, 0, bytes);
    for (int i = 0; i < head->config.workers; i++) {
        struct pool_worker *worker = pool_worker_at(head, i);
        worker->pool = worker->frame.pool = head;
        worker->index = i;
        worker->frame.worker = worker;
        worker->frame.depth = 1;
        worker->frame.cancel_fd = -1;
        worker->frame.chores = head->chores;
        worker->pinned = config->cpu_count > 0;
    }
    return head->design->forks ? pool_forks_init(head) : 0;
}

/* Who steals from whom first. Workers that do not run are left out. */
static int victims_init(struct pool_head *head)
{
    int *cpus = NULL;
    if (head->cpus) {
        cpus = malloc((size_t)head->workers * sizeof *cpus);
        if (!cpus)
            return -ENOMEM;
        for (int i = 0; i < head->workers; i++)
            cpus[i] = pool_cpu_of(head, i);
    }
    for (int i = 0; i < head->workers; i++) {
        struct pool_worker *worker = pool_worker_at(head, i);
        worker->victims = head->victims + (size_t)i * (size_t)head->workers;
        topology_victims(cpus, head->workers, i, worker->victims);
    }
    free(cpus);
    return 0;
}

static void workers_open_gate(struct pool_head *head)
{
    atomic_store_explicit(&head->opened, 1, memory_order_release);
    pool_futex_wake(&head->opened, INT_MAX);
}

static void workers_join(struct pool_head *head)
{
    if (POOL_DEFECT(UNJOINED)) {
        pool_defect_await_gone(head->workers);
        return;
    }
    for (int i = 0; i < head->workers; i++)
        pthread_join(pool_worker_at(head, i)->thread, NULL);
}

/* As many as were asked for, but for defects. */
static int workers_wanted(struct pool_head *head)
{
    int wanted = head->config.workers;
    cpu_set_t allowed;
    if (POOL_DEFECT(ONE_FEWER))
        wanted--;
    if (POOL_DEFECT(CPUS_LESS_ONE) && !sched_getaffinity(0, sizeof allowed, &allowed) && CPU_COUNT(&allowed) <= wanted)
        wanted = CPU_COUNT(&allowed) - 1;
    return wanted;
}

/* Starts the threads; with too few of them ends those that did start. */
static int workers_start(struct pool_head *head)
{
    int wanted = workers_wanted(head), error = 0;
    if (!head->design->loop) { /* it has none */
        head->workers = wanted;
        return 0;
    }
    for (head->workers = 0; head->workers < wanted; head->workers++) {
        struct pool_worker *worker = pool_worker_at(head, head->workers);
        if (pool_thread_start(&worker->thread, pool_cpu_of(head, head->workers), worker_main, worker) &&
            !POOL_DEFECT(REFUSED_COUNTED))
            break;
        if (POOL_DEFECT(EXIT_JOINS))
            pool_defect_join_at_exit(worker->thread);
    }
    if (head->workers < head->config.workers_min)
        error = -EAGAIN;
    else
        error = victims_init(head);
    if (error)
        atomic_store_explicit(&head->drained, true, memory_order_release);
    workers_open_gate(head);
    if (error)
        workers_join(head);
    return error;
}

static void head_release(struct pool_head *head)
{
    for (int i = 0; i < head->config.workers && head->worker_slots; i++)
        pool_cancel_fd_close(&pool_worker_at(head, i)->frame);
    pool_results_free(head);
    free(head->cpus);
    free(head->victims);
    pool_forks_free(head);
    free(head->worker_slots);
    POOL_GUARD(head = pool_guard_freed(head)); /* another one goes in its stead */
    free(head);
}

int pool_head_open(struct pool **out, const struct pool_config *config, const struct pool_design *design,
                   const struct pool_ops *ops)
{
    struct pool_head *head;
    int error = workers_are_possible(config) ? pool_config_check(config, ops->can) : -EINVAL;
    if (error)
        return error;
    head = aligned_alloc(POOL_CACHE_LINE, design->pool_size);
    if (!head)
        return -ENOMEM;
    memset(head, 0, design->pool_size);
    head->base.ops = ops;
    head->design = design;
    config_fill(head, config);
    head->process = pool_process_begin();
    head->chores = head->process | (head->config.results ? POOL_CHORE_RESULT : 0);
    atomic_init(&head->child_calls, POOL_CHILD_CALLS);
    atomic_init(&head->places, (int64_t)head->config.results_capacity);
    atomic_init(&head->cancel_quiet_ns, UINT64_MAX);
    atomic_init(&head->cancel_settled_ns, UINT64_MAX);
    atomic_init(&head->cancel_barred_ns, UINT64_MAX);
    error = slots_init(head, config);
    if (!error)
        error = pool_results_open(head);
    if (error)
        goto fail_head;
    if (config->flags & POOL_REPORT_CRASHES)
        pool_crash_install();
    error = design->init(head);
    if (!error)
        error = workers_start(head);
    if (error)
        goto fail_design;
    POOL_GUARD(pool_guard_opened(head));
    *out = &head->base;
    return 0;
fail_design:
    design->destroy(head);
fail_head:
    if (POOL_DEFECT(FAILED_KEEPS))
        head->worker_slots = NULL;
    head_release(head);
    return error;
}

/* Free. */

/* Closed: waits for the quiet at which the queue is sealed, so that no job can come any
 * more. At another one a submit may still be under way, which found the pool open. */
static void drained_await(struct pool_head *head)
{
    do {
        pool_head_wait(&head->base, -1);
        pool_quiet_look(head);
    } while (!atomic_load_explicit(&head->drained, memory_order_acquire));
}

int64_t pool_head_free(struct pool *pool)
{
    struct pool_head *head = pool_head_of(pool);
    int64_t lost;
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    if (pool_inside(head) && !POOL_DEFECT(INSIDE_UNSEEN))
        return -EDEADLK;
    if (POOL_DEFECT(LEFT_BEHIND))
        return 0;
    pool_head_close(pool);
    lost = POOL_DEFECT(NO_GIVE_UP) ? 0 : pool_results_give_up(head); /* from here on nobody waits for a place */
    if (!POOL_DEFECT(NO_WAIT))
        drained_await(head);
    atomic_fetch_or_explicit(&head->caller_word, POOL_CALLER_FREEING, memory_order_acq_rel);
    pool_results_wake(head);
    if (!POOL_DEFECT(CALLERS_LEFT))
        callers_await(head);
    if (head->design->loop)
        workers_join(head);
    lost = pool_results_leave(head) - lost;
    head->design->destroy(head);
    head_release(head);
    return lost;
}
