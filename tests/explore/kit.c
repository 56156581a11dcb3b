/* kit.c - see kit.h. */
#include "tests/explore/kit.h"

#include <criterion/criterion.h>

enum { THREADS = 8 };

void kit_try(struct tried *tried, const struct explore_knobs *knobs, int count, bool all, bool (*odd)(void))
{
    static bool open;
    static struct explore_verdict verdict;
    struct explore_knobs own = *knobs;
    if (!open)
        cr_assert(explore_open(THREADS, NULL) == 0);
    open = true;
    tried->count = tried->odd = 0;
    tried->first = -1;
    tried->verdict = (struct explore_verdict){0};
    own.record = tried->decisions;
    own.record_max = sizeof tried->decisions / sizeof *tried->decisions;
    for (int i = 0; i < count && (all || !tried->odd); i++, tried->count++) {
        own.seed = explore_seed(1, (uint64_t)i);
        explore_run(&own, &verdict);
        if (verdict.kind == EXPLORE_GOOD && !(odd && odd()))
            continue;
        if (!tried->odd++) {
            tried->first = i;
            tried->verdict = verdict;
            own.record = NULL;
        }
    }
}

/* The verdict of so many schedules, under each memory. */
static void come_to(void (*run)(void *), enum explore_kind kind, int schedules)
{
    static struct tried tried;
    for (int memory = EXPLORE_SC; memory <= EXPLORE_C11; memory++) {
        struct explore_knobs knobs = {.run = run, .leaks = true, .memory = (enum explore_memory)memory};
        kit_try(&tried, &knobs, schedules, false, NULL);
        cr_assert(tried.verdict.kind == kind, "%s: schedule %d: %s: %s", explore_memory_name(knobs.memory), tried.first,
                  explore_kind_name(tried.verdict.kind), tried.verdict.words);
    }
}

void kit_all_good(void (*run)(void *))
{
    come_to(run, EXPLORE_GOOD, KIT_SCHEDULES);
}

void kit_all_come_to(void (*run)(void *), enum explore_kind kind)
{
    come_to(run, kind, 1);
}

pthread_t kit_start(void *(*run)(void *), void *arg)
{
    pthread_t thread;
    WANT(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}
