/* trace.c - what is told of a schedule: what callers did, and where threads were left. */
#include <stdlib.h>
#include <string.h>

#include "bench/explore/command.h"

/* Told in any case. */
static bool is_told(const struct command_step *step)
{
    switch (step->act) {
    case EXPLORE_NOTE:
    case EXPLORE_BLOCK:
    case EXPLORE_WAKE:
    case EXPLORE_BEGIN:
    case EXPLORE_END:
    case EXPLORE_DRAINED:
        return true;
    default:
        return false;
    }
}

/* Leaves out who wakes, finds nothing and waits on. */
static int drop_vain(struct command_step *steps, int count)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        int thread = steps[i].thread;
        if (n && i + 1 < count && steps[i].act == EXPLORE_WAKE && steps[n - 1].act == EXPLORE_BLOCK &&
            steps[i + 1].act == EXPLORE_BLOCK && steps[n - 1].thread == thread && steps[i + 1].thread == thread)
            i++;
        else
            steps[n++] = steps[i];
    }
    return n;
}

/* Of accesses and calls only the last before another thread goes on. */
static int choose(const struct command_step *steps, int count, bool all, struct command_step *kept)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        bool again = n && steps[i].act == EXPLORE_DRAINED && kept[n - 1].act == EXPLORE_DRAINED &&
                     kept[n - 1].thread == steps[i].thread;
        bool left = i + 1 == count || steps[i + 1].thread != steps[i].thread;
        if (again && !all)
            kept[n - 1].times++;
        else if (all || is_told(&steps[i]) || left)
            kept[n++] = steps[i];
    }
    return all ? n : drop_vain(kept, n);
}

/* Two that spin for ever take turns for ever: the end of it is left out, but for the last step. */
static int cut(struct command_step *steps, int count)
{
    enum { TOLD_MAX = 300 };
    struct command_step *left_out = &steps[TOLD_MAX - 2];
    if (count <= TOLD_MAX)
        return count;
    left_out->act = EXPLORE_NOTE;
    left_out->pc = NULL;
    snprintf(left_out->name, sizeof left_out->name, "(%d more like these: -v)", count - TOLD_MAX + 1);
    steps[TOLD_MAX - 1] = steps[count - 1];
    return TOLD_MAX;
}

static int find_places(struct command_finding *finding)
{
    const struct explore_verdict *verdict = &finding->verdict;
    int room = finding->step_count + verdict->thread_count * EXPLORE_STACK_MAX + 2, n = 0;
    const void **pcs = calloc((size_t)room, sizeof *pcs);
    struct command_place *places = calloc((size_t)room, sizeof *places);
    if (!pcs || !places) {
        free(pcs);
        free(places);
        return -ENOMEM;
    }
    for (int i = 0; i < finding->step_count; i++)
        pcs[n++] = finding->steps[i].pc;
    for (int t = 0; t < verdict->thread_count; t++)
        for (int i = 0; i < EXPLORE_STACK_MAX; i++)
            pcs[n++] = i < verdict->threads[t].depth ? verdict->threads[t].pcs[i] : NULL;
    pcs[n++] = verdict->pc;
    pcs[n++] = verdict->other_pc;
    command_places(pcs, places, n);
    n = 0;
    for (int i = 0; i < finding->step_count; i++)
        finding->steps[i].place = places[n++];
    for (int t = 0; t < verdict->thread_count; t++)
        for (int i = 0; i < EXPLORE_STACK_MAX; i++)
            finding->places[t][i] = places[n++];
    finding->place = places[n++];
    finding->other_place = places[n];
    free(pcs);
    free(places);
    return 0;
}

int command_trace(struct command_finding *finding, const struct command_options *options, int follow_count)
{
    struct explore_verdict verdict;
    int error = command_run_again(finding, options, follow_count >= 0, follow_count >= 0 ? (size_t)follow_count : 0,
                                  true, &verdict);
    if (error)
        return error;
    if (verdict.kind == finding->verdict.kind) {
        finding->verdict = verdict; /* as it is told, switches and words and all */
        ledger_describe(finding->jobs, sizeof finding->jobs);
    }
    memcpy(finding->names, command_shared->names, sizeof finding->names);
    if (finding->differs)
        command_shared->step_count = 0; /* another schedule's */
    finding->steps = calloc((size_t)command_shared->step_count + 1, sizeof *finding->steps);
    if (!finding->steps)
        return -ENOMEM;
    finding->step_count =
        choose(command_shared->steps, (int)command_shared->step_count, options->verbose, finding->steps);
    if (!options->verbose)
        finding->step_count = cut(finding->steps, finding->step_count);
    return find_places(finding);
}
