/* loaded.c - libraries that are loaded after the program: each schedule finds them as the
 * first one did. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdatomic.h>

#include "bench/explore/data.h"
#include "bench/explore/runtime.h"
#include "tests/explore/kit.h"
#include "tests/explore/litmus.h"

static int (*counts)(void);
static struct explore_counts seen;
static struct explore_verdict verdict;

static void hands_over(void *orders)
{
    litmus_hand_over(orders);
}

static int warm = 20060306, cold = 18060104;

/* What the first run leaves is there in all others, but for thread-locals; with a process for
 * each schedule there is no such run. */
static void twice(void *arg)
{
    static int runs;
    int first = counts(), second = counts();
    bool is_warm_up = arg == &warm && runs++ == 0;
    if (is_warm_up)
        return;
    if (first != *(int *)arg || second != first + 11010101)
        explore_fail("%d, then %d", first, second);
}

Test(loaded, a_librarys_data_threads_heap_and_keys_are_set_back, .timeout = 60)
{
    struct explore_search search = {.knobs = {.run = twice}, .seed = 1, .count = 100};
    void *library;
    uint64_t k;
    heap_libraries();
    library = dlopen(LIBRARY, RTLD_NOW);
    cr_assert(library, "%s", dlerror());
    *(void **)&counts = dlsym(library, "library_counts");
    cr_assert(explore_open(2, NULL) == 0);
    cr_assert(data_is_hooked());
    for (int apart = 0; apart < 2; apart++) {
        search.knobs.arg = apart ? &cold : &warm;
        search.fork_each = apart;
        cr_assert(explore_search(&search, &seen, &verdict, &k) == 0);
        cr_assert(seen.schedules == 100 && seen.failures == 0, "schedule %lu of %lu: %s", k, seen.schedules,
                  verdict.words);
    }
}

/* What orders two accesses may be in a library that is not followed. */
Test(loaded, no_races_are_told_where_a_library_has_no_hooks, .timeout = 60)
{
    struct litmus_orders relaxed = {memory_order_relaxed, memory_order_relaxed, false};
    struct explore_search search = {
        .knobs = {.run = hands_over, .arg = &relaxed, .memory = EXPLORE_C11}, .seed = 1, .count = 500};
    uint64_t k;
    heap_libraries();
    cr_assert(explore_open(4, NULL) == 0 && data_is_hooked());
    cr_assert(explore_search(&search, &seen, &verdict, &k) == 0 && verdict.kind == EXPLORE_RACE, "%s", verdict.words);
    cr_assert(dlopen(PLAIN_LIBRARY, RTLD_NOW), "%s", dlerror());
    cr_assert(explore_open(4, NULL) == 0 && !data_is_hooked());
    cr_assert(explore_search(&search, &seen, &verdict, &k) == 0 && verdict.kind == EXPLORE_GOOD, "%s", verdict.words);
}
