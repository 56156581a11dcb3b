/* hooked_litmus.c - see litmus.h. Names and programs as in Alglave, Maranget, Tautschnig,
 * "Herding cats", TOPLAS 2014. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "tests/explore/litmus.h"

static _Atomic int x, y;
static int plain;
static int seen[4];
static struct litmus_orders with;

static void put(_Atomic int *place, int value)
{
    atomic_store_explicit(place, value, with.store);
}

static int get(_Atomic int *place)
{
    return atomic_load_explicit(place, with.load);
}

static void fence(void)
{
    if (with.fences)
        atomic_thread_fence(memory_order_seq_cst);
}

static void run(const struct litmus_orders *orders, void *(*const threads[])(void *), int count)
{
    pthread_t started[4];
    with = *orders;
    for (int i = 0; i < count; i++)
        pthread_create(&started[i], NULL, threads[i], NULL);
    for (int i = 0; i < count; i++)
        pthread_join(started[i], NULL);
}

/* Store buffering. */

static void *sb_one(void *arg)
{
    put(&x, 1);
    fence();
    seen[0] = get(&y);
    return arg;
}

static void *sb_two(void *arg)
{
    put(&y, 1);
    fence();
    seen[1] = get(&x);
    return arg;
}

static void sb(const struct litmus_orders *orders)
{
    run(orders, (void *(*const[])(void *)){sb_one, sb_two}, 2);
}

static bool sb_odd(void)
{
    return !seen[0] && !seen[1];
}

/* Message passing. */

static void *mp_sender(void *arg)
{
    put(&x, 1);
    fence();
    put(&y, 1);
    return arg;
}

static void *mp_receiver(void *arg)
{
    seen[0] = get(&y);
    fence();
    seen[1] = get(&x);
    return arg;
}

static void mp(const struct litmus_orders *orders)
{
    run(orders, (void *(*const[])(void *)){mp_sender, mp_receiver}, 2);
}

static bool mp_odd(void)
{
    return seen[0] && !seen[1];
}

/* Load buffering. */

static void *lb_one(void *arg)
{
    seen[0] = get(&x);
    fence();
    put(&y, 1);
    return arg;
}

static void *lb_two(void *arg)
{
    seen[1] = get(&y);
    fence();
    put(&x, 1);
    return arg;
}

static void lb(const struct litmus_orders *orders)
{
    run(orders, (void *(*const[])(void *)){lb_one, lb_two}, 2);
}

static bool lb_odd(void)
{
    return seen[0] && seen[1];
}

/* Independent reads of independent writes. */

static void *write_x(void *arg)
{
    put(&x, 1);
    return arg;
}

static void *write_y(void *arg)
{
    put(&y, 1);
    return arg;
}

static void *read_xy(void *arg)
{
    seen[0] = get(&x);
    fence();
    seen[1] = get(&y);
    return arg;
}

static void *read_yx(void *arg)
{
    seen[2] = get(&y);
    fence();
    seen[3] = get(&x);
    return arg;
}

static void iriw(const struct litmus_orders *orders)
{
    run(orders, (void *(*const[])(void *)){write_x, write_y, read_xy, read_yx}, 4);
}

static bool iriw_odd(void)
{
    return seen[0] && !seen[1] && seen[2] && !seen[3];
}

/* Two reads of one place go back in time. */

static void *corr_writer(void *arg)
{
    put(&x, 1);
    put(&x, 2);
    return arg;
}

static void *corr_reader(void *arg)
{
    seen[0] = get(&x);
    seen[1] = get(&x);
    return arg;
}

static void corr(const struct litmus_orders *orders)
{
    run(orders, (void *(*const[])(void *)){corr_writer, corr_reader}, 2);
}

static bool corr_odd(void)
{
    return seen[0] > seen[1];
}

/* What is read is another thread's read-modify-write, relaxed, of what was released. */

static void *sequence_adds(void *arg)
{
    int one = 1;
    seen[2] = atomic_compare_exchange_strong_explicit(&y, &one, 2, memory_order_relaxed, memory_order_relaxed);
    return arg;
}

static void *sequence_sender(void *arg)
{
    atomic_store_explicit(&x, 1, memory_order_relaxed);
    put(&y, 1);
    return arg;
}

static void *sequence_receiver(void *arg)
{
    seen[0] = get(&y);
    seen[1] = atomic_load_explicit(&x, memory_order_relaxed);
    return arg;
}

static void release_sequence(const struct litmus_orders *orders)
{
    run(orders, (void *(*const[])(void *)){sequence_sender, sequence_adds, sequence_receiver}, 3);
}

static bool release_sequence_odd(void)
{
    return seen[0] == 2 && !seen[1];
}

const struct litmus litmus_sb = {"SB", sb, sb_odd}, litmus_mp = {"MP", mp, mp_odd}, litmus_lb = {"LB", lb, lb_odd},
                    litmus_iriw = {"IRIW", iriw, iriw_odd}, litmus_corr = {"CoRR", corr, corr_odd},
                    litmus_release_sequence = {"release sequence", release_sequence, release_sequence_odd};

/* A plain value. */

static void *gives(void *arg)
{
    plain = 1;
    put(&y, 1);
    return arg;
}

static void *takes(void *arg)
{
    if (get(&y))
        seen[0] = plain;
    return arg;
}

void litmus_hand_over(const struct litmus_orders *orders)
{
    run(orders, (void *(*const[])(void *)){gives, takes}, 2);
}
