/* clocks.c - see clocks.h. */
#include "bench/machine/clocks.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "pools/core/affinity.h"
#include "pools/core/futex.h"

enum { CPUS_MAX = 256, TRIPS = 8 };

int64_t clocks_apart(int64_t sent_ns, int64_t there_ns, int64_t returned_ns)
{
    if (there_ns < sent_ns)
        return sent_ns - there_ns;
    return there_ns > returned_ns ? there_ns - returned_ns : 0;
}

/* A message between two CPUs: odd turns are the other's. */
struct exchange {
    _Atomic uint32_t turn; /* release, acquire: carries there_ns */
    int64_t there_ns;
    int64_t apart_ns;
};

/* Until it is this turn. Both may be on one CPU for a while: who waits lets others run. */
static void await(struct exchange *exchange, uint32_t turn)
{
    enum { SPINS = 1000 };
    for (int i = 0; atomic_load_explicit(&exchange->turn, memory_order_acquire) != turn; i++) {
        if (i < SPINS)
            pool_pause();
        else
            sched_yield();
    }
}

static void *answer_main(void *arg)
{
    struct exchange *exchange = arg;
    for (uint32_t trip = 0; trip < TRIPS; trip++) {
        await(exchange, 2 * trip + 1);
        exchange->there_ns = pool_clock_ns();
        atomic_store_explicit(&exchange->turn, 2 * trip + 2, memory_order_release);
    }
    return NULL;
}

static void *ask_main(void *arg)
{
    struct exchange *exchange = arg;
    for (uint32_t trip = 0; trip < TRIPS; trip++) {
        int64_t sent = pool_clock_ns(), apart;
        atomic_store_explicit(&exchange->turn, 2 * trip + 1, memory_order_release);
        await(exchange, 2 * trip + 2);
        apart = clocks_apart(sent, exchange->there_ns, pool_clock_ns());
        exchange->apart_ns = apart > exchange->apart_ns ? apart : exchange->apart_ns;
    }
    return NULL;
}

/* Two threads, each on its CPU from its first moment on. */
static int look_at(int first, int other, int64_t *apart_ns)
{
    struct exchange exchange = {0};
    pthread_t asks, answers;
    pthread_attr_t attr;
    int error;
    *apart_ns = 0;
    pthread_attr_init(&attr);
    error = -pool_affinity_attribute(&attr, other);
    if (!error)
        error = pthread_create(&answers, &attr, answer_main, &exchange);
    if (!error) {
        error = -pool_affinity_attribute(&attr, first);
        if (!error)
            error = pthread_create(&asks, &attr, ask_main, &exchange);
        if (error)
            ask_main(&exchange); /* so that the other ends; from here, nothing is told of the clocks */
        else
            pthread_join(asks, NULL);
        pthread_join(answers, NULL);
        *apart_ns = error ? 0 : exchange.apart_ns;
    }
    pthread_attr_destroy(&attr);
    return -error;
}

int clocks_look(struct clocks *clocks)
{
    size_t bytes;
    cpu_set_t *set = pool_affinity_of(0, &bytes);
    int first = -1, count = 0, error = set ? 0 : -errno;
    *clocks = (struct clocks){0};
    for (int cpu = 0; !error && (size_t)cpu < 8 * bytes && count < CPUS_MAX; cpu++) {
        int64_t apart;
        if (!CPU_ISSET_S((size_t)cpu, bytes, set))
            continue;
        count++;
        if (first < 0) {
            first = cpu;
            continue;
        }
        error = look_at(first, cpu, &apart);
        if (apart > CLOCKS_STEP_NS && apart > clocks->apart_ns)
            *clocks = (struct clocks){apart, {first, cpu}};
    }
    CPU_FREE(set);
    return error;
}
