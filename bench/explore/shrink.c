/* shrink.c - fewer switches between threads, as long as the schedule fails in the same way.
 *
 * A schedule is the list of its decisions. Those are left out by halves, quarters, eighths,
 * and so on (delta debugging: Zeller and Hildebrandt, IEEE TSE 2002); where a decision is
 * missing, whoever runs goes on. What is left is not the least that fails, but near it. */
#include <stdlib.h>
#include <string.h>

#include "bench/explore/command.h"
#include "pools/core/futex.h"

enum { TRIES_MAX = 600 };
static const int64_t time_max_ns = 3000000000;

struct shrinking {
    struct command_finding *finding;
    const struct command_options *options;
    struct explore_switch kept[COMMAND_SWITCHES_MAX];
    size_t count;
    int tries;
    int64_t until_ns;
};

/* The same words but for the numbers in them. */
static bool alike(const char *first, const char *second)
{
    while (*first && *second) {
        if (*first >= '0' && *first <= '9' && *second >= '0' && *second <= '9') {
            first += strspn(first, "0123456789abcdef");
            second += strspn(second, "0123456789abcdef");
        } else if (*first++ != *second++) {
            return false;
        }
    }
    return *first == *second;
}

/* Runs what is in command_shared->follow. */
static bool still_fails(struct shrinking *shrinking, size_t count)
{
    struct explore_verdict verdict;
    shrinking->tries++;
    if (command_run_again(shrinking->finding, shrinking->options, true, count, false, &verdict))
        return false;
    return verdict.kind == shrinking->finding->verdict.kind &&
           alike(verdict.words, shrinking->finding->verdict.words) &&
           (verdict.kind != EXPLORE_FAILED || command_shared->promise == shrinking->finding->promise);
}

/* All but those from `begin` on, `length` of them. */
static bool fails_without(struct shrinking *shrinking, size_t begin, size_t length)
{
    struct explore_switch *follow = command_shared->follow;
    size_t rest = shrinking->count - begin - length;
    memcpy(follow, shrinking->kept, begin * sizeof *follow);
    memcpy(follow + begin, shrinking->kept + begin + length, rest * sizeof *follow);
    if (!still_fails(shrinking, begin + rest))
        return false;
    memmove(shrinking->kept + begin, shrinking->kept + begin + length, rest * sizeof *follow);
    shrinking->count -= length;
    return true;
}

static bool time_is_over(const struct shrinking *shrinking)
{
    return command_stop || shrinking->tries >= TRIES_MAX || pool_clock_ns() > shrinking->until_ns;
}

static void reduce(struct shrinking *shrinking)
{
    for (size_t length = (shrinking->count + 1) / 2; length >= 1 && shrinking->count;
         length = length > shrinking->count ? shrinking->count : length / 2) {
        for (size_t begin = 0; begin < shrinking->count && !time_is_over(shrinking);) {
            size_t most = shrinking->count - begin < length ? shrinking->count - begin : length;
            if (!fails_without(shrinking, begin, most))
                begin += most;
        }
    }
}

/* Without store buffers there is less to tell. */
static void try_plainer(struct shrinking *shrinking)
{
    struct command_finding *finding = shrinking->finding;
    size_t count = 0;
    if (finding->memory != EXPLORE_TSO)
        return;
    for (size_t i = 0; i < shrinking->count; i++)
        if (shrinking->kept[i].what != EXPLORE_GO_DRAIN)
            command_shared->follow[count++] = shrinking->kept[i];
    finding->told = EXPLORE_SC;
    if (still_fails(shrinking, count)) {
        memcpy(shrinking->kept, command_shared->follow, count * sizeof *shrinking->kept);
        shrinking->count = count;
    } else {
        finding->told = finding->memory;
    }
}

int command_shrink(struct command_finding *finding, const struct command_options *options)
{
    static struct shrinking shrinking; /* too large for a stack */
    struct explore_verdict verdict;
    shrinking = (struct shrinking){.finding = finding, .options = options, .until_ns = pool_clock_ns() + time_max_ns};
    if (command_run_again(finding, options, false, 0, false, &verdict))
        return -1;
    finding->differs = verdict.kind != finding->verdict.kind || !alike(verdict.words, finding->verdict.words);
    if (finding->differs || verdict.recorded > COMMAND_SWITCHES_MAX)
        return -1;
    finding->switches_first = verdict.switches;
    if (!finding->found)
        return -1; /* a good schedule is told as it was */
    shrinking.count = verdict.recorded;
    memcpy(shrinking.kept, command_shared->record, shrinking.count * sizeof *shrinking.kept);
    memcpy(command_shared->follow, shrinking.kept, shrinking.count * sizeof *shrinking.kept);
    if (!still_fails(&shrinking, shrinking.count))
        return -1;
    try_plainer(&shrinking);
    reduce(&shrinking);
    memcpy(command_shared->follow, shrinking.kept, shrinking.count * sizeof *shrinking.kept);
    finding->shrunk = true;
    return (int)shrinking.count;
}
