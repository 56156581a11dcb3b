/* choose_draws.c - what is drawn once for each schedule, and what from the seed alone: the
 * same, whatever else is drawn. */
#include <string.h>

#include "bench/explore/choose_inner.h"

enum { FREEZE_WITHIN = 512 };
enum {
    SALT_STRATEGY = 1000,
    SALT_DEPTH,
    SALT_BELIEF,
    SALT_EARLY,
    SALT_SPURIOUS,
    SALT_STALE,
    SALT_FREEZE,
    SALT_RANGE,
    SALT_AFTER
};

static uint64_t mix(uint64_t x)
{
    /* splitmix64 (Steele, Lea, Flood, OOPSLA 2014) */
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

uint64_t explore_seed(uint64_t seed, uint64_t k)
{
    return mix(mix(seed) + k);
}

uint64_t choose_drawn(unsigned salt)
{
    return mix(mix(runtime.knobs->seed + 1) + salt);
}

uint64_t choose_own_draw(unsigned salt)
{
    struct runtime_thread *thread = runtime.now;
    return mix(mix(runtime.knobs->seed + ((uint64_t)thread->index << 32) + thread->own) + salt);
}

static void draw_strategy(const struct explore_knobs *knobs)
{
    bool strict = knobs->strict && knobs->strategy != EXPLORE_FOLLOW;
    static const enum explore_strategy mixed[] = {EXPLORE_POS, EXPLORE_PCT, EXPLORE_RANDOM};
    runtime.strategy = knobs->strategy == EXPLORE_MIX ? mixed[choose_drawn(SALT_STRATEGY) % 3] : knobs->strategy;
    if (strict)
        runtime.strategy = EXPLORE_PCT;
    runtime.depth = strict                            ? 1
                    : runtime.strategy != EXPLORE_PCT ? 0
                    : knobs->depth                    ? knobs->depth
                                                      : 2 + (int)(choose_drawn(SALT_DEPTH) % 3);
    for (int i = 0; i < 4; i++) {
        /* Of a schedule's length nothing is known but its order of magnitude. */
        uint32_t range = 64u << choose_drawn(SALT_RANGE) % 6;
        runtime.changes[i] = i < runtime.depth - 1 ? 1 + choose_below(range) : UINT32_MAX;
    }
}

/* Asked for: -1 never, 0 in half of the schedules, else always. */
static int drawn_share(int asked, unsigned salt, int share)
{
    return asked < 0 || (asked == 0 && choose_drawn(salt) & 1) ? 0 : share;
}

void choose_begin(void)
{
    const struct explore_knobs *knobs = runtime.knobs;
    runtime.random = mix(knobs->seed) | 1;
    draw_strategy(knobs);
    runtime.memory = knobs->memory;
    runtime.rank_low = UINT64_C(1) << 31;
    runtime.belief = (int)(choose_drawn(SALT_BELIEF) % 3);
    runtime.early = drawn_share(knobs->early, SALT_EARLY, 16);
    runtime.spurious = drawn_share(knobs->spurious, SALT_SPURIOUS, 1);
    runtime.after = (choose_drawn(SALT_AFTER) & 3) == 0;
    runtime.stale = 1 + (int)(choose_drawn(SALT_STALE) % 64);
    runtime.freeze_at = knobs->freeze ? (uint32_t)(choose_drawn(SALT_FREEZE) % FREEZE_WITHIN) : UINT32_MAX;
    runtime.steps_max = knobs->steps_max ? knobs->steps_max : RUNTIME_STEPS_MAX;
    runtime.fair_from = runtime.steps_max / 4 < RUNTIME_FAIR ? runtime.steps_max / 4 : RUNTIME_FAIR;
    if (runtime.strategy == EXPLORE_CORES || knobs->strict)
        runtime.fair_from = UINT32_MAX;
    if (knobs->strict)
        runtime.belief = 0;
    if (runtime.strategy == EXPLORE_CORES)
        runtime.early = runtime.spurious = runtime.after = 0;
    runtime.steps = runtime.alone = runtime.anew = 0;
    runtime.now_ns = 1000000000;
    runtime.next_deadline = RUNTIME_NEVER;
    runtime.count = runtime.live = runtime.ready_count = runtime.settling = runtime.until = runtime.buffers = 0;
    runtime.freezable_steps = runtime.frozen_jumps = 0;
    runtime.restless = false;
    memset(runtime.follow_at, 0, sizeof runtime.follow_at);
}
