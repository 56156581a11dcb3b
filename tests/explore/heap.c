/* heap.c - what is said of memory, and of threads that spin. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/explore/kit.h"
#include "tests/explore/wrong.h"

static struct tried tried;

static void comes_to(void (*run)(void *), enum explore_kind kind, const char *words)
{
    struct explore_knobs knobs = {.run = run, .leaks = true};
    kit_try(&tried, &knobs, 10, false, NULL);
    cr_assert(tried.verdict.kind == kind && tried.first == (kind == EXPLORE_GOOD ? -1 : 0) &&
                  strstr(tried.verdict.words, words),
              "%s: %s", explore_kind_name(tried.verdict.kind), tried.verdict.words);
}

Test(heap, wrong_uses_are_named, .timeout = 60)
{
    comes_to(wrong_after_free, EXPLORE_AFTER_FREE, "thread 0 reads 4 bytes that thread 0 has freed");
    cr_assert(tried.verdict.pc && tried.verdict.other_pc && tried.verdict.other_thread == 0);
    comes_to(wrong_beyond, EXPLORE_BEYOND, "thread 0 writes 1 bytes at 13 of a block of 13");
    comes_to(wrong_free, EXPLORE_DOUBLE_FREE, "frees memory that thread 0 has freed");
    comes_to(wrong_leak, EXPLORE_LEAK, "27 bytes in 2 blocks are never freed");
}

Test(heap, right_uses_are_not, .timeout = 60)
{
    comes_to(wrong_nothing, EXPLORE_GOOD, "");
    comes_to(wrong_cache, EXPLORE_GOOD, "");
    comes_to(wrong_long, EXPLORE_GOOD, "");
}

Test(heap, who_spins_for_ever_is_a_livelock, .timeout = 60)
{
    comes_to(wrong_spin, EXPLORE_LIVELOCK, "no end within 20000 steps");
    comes_to(wrong_livelock, EXPLORE_LIVELOCK, "no end within 20000 steps");
    cr_assert(tried.verdict.unfair && tried.verdict.steps == 20000);
}
