/* actors.c - see actors.h. */
#include "bench/measure/actors.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "bench/statistics/stats.h"
#include "pools/core/affinity.h"
#include "pools/core/futex.h"

static void pin_here(int cpu)
{
    if (cpu >= 0)
        pool_affinity_set(cpu);
}

static void produce(void *arg)
{
    struct actor *actor = arg;
    actor->work->spec->ops->produce(actor->work, actor->index);
    actor->done_ns = workload_now_ns();
}

static void *actor_main(void *arg)
{
    struct actor *actor = arg;
    pin_here(actor->cpu);
    atomic_fetch_add(actor->ready, 1);
    for (int turn = 0; !atomic_load_explicit(actor->go, memory_order_acquire); turn++)
        if (turn > 1000) /* more of them than CPUs: let the others come to the start */
            sched_yield();
    if (actor->index < 0)
        actor->work->spec->ops->consume(actor->work);
    else if (actor->work->pool->ops->declares & POOL_MUST_ENTER)
        actor->work->pool->ops->enter(actor->work->pool, produce, actor);
    else
        produce(actor);
    atomic_store(&actor->ended, 1);
    pool_futex_wake(&actor->ended, 1);
    return NULL;
}

int actors_init(struct actors *actors, struct workload_slice *work, const struct places *places,
                const struct plan_entry *entry)
{
    actors->work = work;
    actors->consumer = entry->workload.ops->consume != NULL;
    actors->count = entry->producers + actors->consumer;
    actors->all = calloc((size_t)actors->count, sizeof *actors->all);
    for (int i = 0; i < actors->count && actors->all; i++) {
        bool produces = i < entry->producers;
        actors->all[i].work = work;
        actors->all[i].ready = &actors->ready;
        actors->all[i].go = &actors->go;
        actors->all[i].index = produces ? i : -1;
        actors->all[i].cpu = produces ? places_producer_cpu(places, i) : places_consumer_cpu(places, entry);
    }
    return actors->all ? 0 : -ENOMEM;
}

int actors_start(struct actors *actors)
{
    int error = 0;
    for (; actors->started < actors->count && !error; actors->started += !error) {
        struct actor *actor = &actors->all[actors->started];
        error = pthread_create(&actor->thread, NULL, actor_main, actor);
    }
    while (atomic_load(&actors->ready) < actors->started)
        sched_yield();
    return error;
}

void actors_go(struct actors *actors)
{
    atomic_store_explicit(&actors->go, 1, memory_order_release);
}

static bool join_until(struct actor *actor, int64_t until_ns)
{
    while (!atomic_load(&actor->ended)) {
        if (workload_now_ns() >= until_ns)
            return false;
        pool_futex_wait(&actor->ended, 0, until_ns);
    }
    return pthread_join(actor->thread, NULL) == 0;
}

/* Somebody waits for a consumer that is gone, for ever: says who, and lets them
 * go, by close, then cancel. */
static void let_go(struct actors *actors, struct slice *slice)
{
    enum { TRIES = 100 };
    struct pool *pool = actors->work->pool;
    struct timespec nap = {0, 1000000};
    struct pool_stats stats, before = {0};
    char text[SLICE_FAILURE_MAX - 256] = "";
    bool closed;
    pool_stats(pool, &stats);
    for (int i = 0; i < TRIES && (stats.done != before.done || stats.accepted != before.accepted); i++) {
        before = stats; /* until nothing moves any more */
        nanosleep(&nap, NULL);
        pool_stats(pool, &stats);
    }
    pool_explain(pool, text, sizeof text);
    closed = pool_close(pool) == -EALREADY;
    slice_fail(slice, "the consumer ended after %llu results, %s; who waited then:\n%s",
               (unsigned long long)stats.received, closed ? "while the pool drained" : "with producers at work", text);
    pool_cancel(pool);
}

/* Until when there is nothing to do but wait. */
static int64_t next_look(const struct actors *actors, const struct patience *patience, bool consumer)
{
    enum { LOOK_NS = 20000000 };
    int64_t until = consumer ? workload_now_ns() + LOOK_NS : patience->until_ns;
    return actors->watch && actors->watch->next_ns < until ? actors->watch->next_ns : until;
}

bool actors_join_producers(struct actors *actors, struct patience *patience, struct slice *slice)
{
    int producers = actors->started < actors->work->producers ? actors->started : actors->work->producers;
    const struct actor *consumer = actors->started > actors->work->producers ? &actors->all[actors->started - 1] : NULL;
    for (int i = 0; i < producers; i++) {
        while (!join_until(&actors->all[i], next_look(actors, patience, consumer != NULL))) {
            if (actors->watch)
                watch_look(actors->watch, actors->work->pool);
            if (!patience_left(patience))
                return false;
            if (consumer && atomic_load(&consumer->ended) && !*slice->failure)
                let_go(actors, slice);
        }
    }
    return true;
}

bool actors_join_consumer(struct actors *actors, struct patience *patience, struct slice *slice)
{
    struct pool_stats stats;
    if (!actors->consumer)
        return true;
    pool_close(actors->work->pool);
    while (actors->started == actors->count && !join_until(&actors->all[actors->count - 1], patience->until_ns))
        if (!patience_left(patience))
            return false;
    pool_stats(actors->work->pool, &stats);
    if ((stats.state != POOL_DRAINED || stats.pending) && !*slice->failure)
        let_go(actors, slice);
    return true;
}

double actors_fairness_of(const double *jobs, const double *took_ns, int count)
{
    double *rates = count > 1 ? malloc((size_t)count * sizeof *rates) : NULL, index = NAN;
    bool known = rates != NULL;
    for (int i = 0; i < count && known; i++) {
        known = took_ns[i] > 0;
        rates[i] = jobs[i] / took_ns[i];
    }
    if (known)
        index = stats_jain(rates, count);
    free(rates);
    return index;
}

double actors_fairness(const struct actors *actors, int64_t begin_ns)
{
    int count = actors->work->producers;
    double *figures = calloc(2 * (size_t)count, sizeof *figures), index = NAN;
    for (int i = 0; i < count && figures; i++) {
        int64_t first, last;
        workload_range(actors->work, i, &first, &last);
        figures[i] = (double)(last - first - actors->work->refused[i]);
        figures[count + i] = (double)(actors->all[i].done_ns - begin_ns);
    }
    if (figures && !actors->work->spec->ops->judged_by)
        index = actors_fairness_of(figures, figures + count, count);
    free(figures);
    return index;
}
