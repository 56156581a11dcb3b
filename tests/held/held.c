/* held.c - see held.h; and what the pools of the check build want to be given: here
 * no defect is ever switched on. */
#include "tests/held/held.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pools/core/inject.h"
#include "tests/core/kit.h"

uint64_t pool_defects;
pool_step_fn *_Atomic pool_step_hook;
_Atomic uint64_t pool_moment_stands;

void pool_defect_window(void)
{
}

bool pool_defect_chance(void)
{
    return false;
}

void pool_defect_note_job(int (*fn)(void *arg))
{
    (void)fn;
}

void pool_defect_run_stale(void)
{
}

void pool_defect_gone(void)
{
}

void pool_defect_await_gone(int workers)
{
    (void)workers;
}

void pool_defect_join_at_exit(pthread_t thread)
{
    (void)thread;
}

void pool_defect_wall_wait(_Atomic uint32_t *word, uint32_t value, int64_t deadline_ns)
{
    (void)word;
    (void)value;
    (void)deadline_ns;
}

enum { IDLE, ARMED, THERE, GOING };

static struct held *_Atomic armed[HELD_MAX];
static const char *_Atomic counted;
static _Atomic int count;
static bool (*_Atomic listing)(void);
static const char *_Atomic listed[HELD_STEPS_MAX];

static void stand(struct held *held)
{
    while (atomic_load(&held->state) == THERE)
        kit_nap();
    atomic_store(&held->state, IDLE); /* the last touch: who lets it go waits for this */
}

static void list(const char *step)
{
    for (int i = 0; i < HELD_STEPS_MAX; i++) {
        const char *known = atomic_load(&listed[i]);
        if (!known && atomic_compare_exchange_strong(&listed[i], &known, step))
            return;
        if (!strcmp(known, step))
            return;
    }
    abort(); /* more than HELD_STEPS_MAX */
}

static void on_step(const char *step)
{
    int error = errno; /* the step is no call: it leaves errno alone */
    const char *of = atomic_load(&counted);
    bool (*who)(void) = atomic_load(&listing);
    if (who && who())
        list(step);
    if (of && !strcmp(of, step))
        atomic_fetch_add(&count, 1);
    for (int i = 0; i < HELD_MAX; i++) {
        struct held *held = atomic_load(&armed[i]), *mine = held;
        if (!held || strcmp(held->step, step) || (held->who && !held->who()))
            continue;
        if (held->skip > 0) {
            held->skip--;
            continue;
        }
        if (!atomic_compare_exchange_strong(&armed[i], &mine, NULL))
            continue;
        atomic_store(&held->state, THERE);
        stand(held);
    }
    errno = error;
}

void held_arm(struct held *held)
{
    struct held *none;
    atomic_store(&held->state, ARMED);
    atomic_store(&pool_step_hook, on_step);
    for (int i = 0; i < HELD_MAX; i++) {
        none = NULL;
        if (atomic_compare_exchange_strong(&armed[i], &none, held))
            return;
    }
    abort(); /* more than HELD_MAX */
}

bool held_there(const struct held *held)
{
    return atomic_load(&held->state) == THERE;
}

void held_let_go(struct held *held)
{
    int there = THERE;
    for (int i = 0; i < HELD_MAX; i++) {
        struct held *mine = held;
        if (atomic_compare_exchange_strong(&armed[i], &mine, NULL)) {
            atomic_store(&held->state, IDLE);
            return;
        }
    }
    KIT_UNTIL(atomic_load(&held->state) != ARMED); /* somebody comes this moment */
    atomic_compare_exchange_strong(&held->state, &there, GOING);
    KIT_UNTIL(atomic_load(&held->state) == IDLE);
}

void held_count_from(const char *step)
{
    atomic_store(&count, 0);
    atomic_store(&counted, step);
    atomic_store(&pool_step_hook, on_step);
}

int held_count(void)
{
    return atomic_load(&count);
}

void held_list_from(bool (*who)(void))
{
    for (int i = 0; i < HELD_STEPS_MAX; i++)
        atomic_store(&listed[i], NULL);
    atomic_store(&listing, who);
    atomic_store(&pool_step_hook, on_step);
}

int held_list(const char *steps[HELD_STEPS_MAX])
{
    int n = 0;
    atomic_store(&listing, NULL);
    while (n < HELD_STEPS_MAX && (steps[n] = atomic_load(&listed[n])))
        n++;
    return n;
}
