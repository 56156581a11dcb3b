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
