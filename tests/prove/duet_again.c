/* duet_again.c - see duet_again.h. */
#include "tests/prove/duet_again.h"

#include <math.h>
#include <string.h>

#include "bench/commands/duet_session.h"
#include "bench/json/must.h"
#include "bench/results/result.h"
#include "bench/statistics/duet_rule.h"
#include "workloads/core/random.h"

struct drawing {
    const struct record_values *record;
    bool swaps;
    uint64_t random;
    double now_s, each_s; /* of a benchmark in a process */
    int order[RECORD_PROCESSES_MAX], at;
};

static int below(struct drawing *drawing, int count)
{
    return (int)((random_mix(drawing->random++) >> 16) % (uint64_t)count);
}

/* The next process. */
static int next(struct drawing *drawing)
{
    int count = drawing->record->processes;
    if (drawing->at == count) {
        for (int i = 0; i < count; i++)
            drawing->order[i] = i;
        for (int i = count - 1; i > 0; i--) {
            int j = below(drawing, i + 1), kept = drawing->order[i];
            drawing->order[i] = drawing->order[j];
            drawing->order[j] = kept;
        }
        drawing->at = 0;
    }
    return drawing->order[drawing->at++];
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* What that process would have told. Where base and new change their labels, the copy of the
 * base is set against what was called new. */
static json_t *trial_of(const struct record_values *record, int process, int benchmark, bool swapped)
{
    double change = record->change[process][benchmark], again = record->again[process][benchmark];
    return must_pack("{s:s, s:s, s:o, s:o}", "verdict", "ok", "failure", "", "log_ratio",
                     number(swapped ? -change : change), "log_ratio_again", number(swapped ? again - change : again));
}

static int draw(void *context, const struct plan *part, const int *which, const struct round_events *events)
{
    struct drawing *drawing = context;
    for (int round = 0; round < part->rounds; round++) {
        int process = next(drawing);
        bool swapped = drawing->swaps && below(drawing, 2);
        for (int i = 0; i < part->count; i++) {
            json_t *trial = trial_of(drawing->record, process, which[i], swapped);
            json_object_set_new(trial, "configuration", json_integer(i));
            events->trial(events->context, trial);
            json_decref(trial);
        }
        drawing->now_s += drawing->each_s * part->count;
    }
    return 0;
}

static double now_s(void *context)
{
    return ((struct drawing *)context)->now_s;
}

int again_run(const struct plan *plan, const struct duet_source *source, double budget_s, struct again_tally *tally)
{
    struct duet_sessions sessions = {.plan = plan,
                                     .benchmarks = json_array(),
                                     .rounds = json_array(),
                                     .source = source,
                                     .budget_s = budget_s,
                                     .threshold = DUET_RULE_FLOOR};
    bool accuses = false;
    char name[192];
    int error;
    for (int i = 0; i < plan->count; i++)
        json_array_append_new(sessions.benchmarks,
                              must_pack("{s:o, s:o, s:s}", "first", json_array(), "second", json_array(), "name",
                                        plan_name(&plan->entries[i], name, sizeof name)));
    error = duet_sessions_run(&sessions);
    for (int i = 0; i < plan->count && !error; i++) {
        const json_t *finding = json_object_get(json_array_get(sessions.benchmarks, (size_t)i), "finding");
        bool slower = !tally->left_out[i] && !strcmp(result_string(finding, "verdict"), "slower");
        tally->accused[i] += slower;
        accuses = accuses || slower;
    }
    tally->runs += !error;
    tally->accusing += accuses;
    json_decref(sessions.benchmarks);
    json_decref(sessions.rounds);
    return error;
}

int again_runs(const struct plan *plan, const struct record_values *record, bool swaps, double budget_s, int runs,
               struct again_tally *tally)
{
    static struct drawing drawing;
    struct duet_source source = {draw, now_s, &drawing};
    int error = 0;
    drawing = (struct drawing){.record = record, .swaps = swaps, .random = 20261129, .at = record->processes};
    drawing.each_s = record->took_s / record->processes / plan->count;
    for (int i = 0; i < runs && !error; i++) {
        drawing.at = record->processes; /* each run of its own */
        error = again_run(plan, &source, budget_s, tally);
    }
    return error;
}
