/* duet_failures.c - see duet_failures.h. */
#include "bench/findings/duet_failures.h"

#include <stdio.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/statistics/sign_test.h"

/* Whose a failure is, its text says; that it is the machine's, its verdict. */
static void look_at(struct duet_failures *failures, const json_t *trial)
{
    const char *verdict = result_string(trial, "verdict"), *text = result_string(trial, "failure");
    bool good = !strcmp(verdict, "ok"), cannot = !strcmp(verdict, "cannot"), of_new = !strncmp(text, "new:", 4);
    const char **kind = cannot ? &failures->of_machine : of_new ? &failures->of_new : &failures->of_base;
    failures->processes += !cannot;
    if (good)
        return;
    failures->new += !cannot &&of_new;
    failures->base += !cannot && !of_new;
    if (!**kind)
        *kind = *text ? text : "failed";
}

struct duet_failures duet_failures_of(const json_t *benchmark)
{
    static const char *const sessions[] = {"first", "second"};
    struct duet_failures failures = {.of_base = "", .of_new = "", .of_machine = ""};
    json_t *trial;
    size_t i;
    for (int s = 0; s < 2; s++)
        json_array_foreach (json_object_get(benchmark, sessions[s]), i, trial)
            look_at(&failures, trial);
    return failures;
}

enum duet_blame duet_failures_blame(const struct duet_failures *failures, int benchmarks)
{
    enum { LOOKS = 2 };
    double level = DUET_FAILURES_RUN / LOOKS / (benchmarks > 0 ? benchmarks : 1);
    if (failures->new)
        return sign_test_more(failures->base, failures->new) <= level ? DUET_BLAME_CHANGE : DUET_BLAME_NOBODY;
    return failures->base ? DUET_BLAME_BASE : *failures->of_machine ? DUET_BLAME_MACHINE : DUET_BLAME_NONE;
}

static const char *count_text(int count, char *text, size_t size)
{
    snprintf(text, size, count ? "%d" : "none", count);
    return text;
}

const char *duet_failures_text(const struct duet_failures *failures, enum duet_blame blame, char *text, size_t size)
{
    char base[16];
    count_text(failures->base, base, sizeof base);
    if (blame == DUET_BLAME_MACHINE)
        snprintf(text, size, "%s", failures->of_machine);
    else if (blame == DUET_BLAME_BASE)
        snprintf(text, size, "%s, in %d of %d processes: nothing to compare with", failures->of_base, failures->base,
                 failures->processes);
    else
        snprintf(text, size, "%s, in %d of %d processes, the base in %s%s", failures->of_new, failures->new,
                 failures->processes, base, blame == DUET_BLAME_NOBODY ? ": that may be chance" : "");
    return text;
}
