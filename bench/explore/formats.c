/* formats.c - findings for programs: JSON, JUnit XML, the result file. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bench/explore/command.h"
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/results/save.h"
#include "bench/show/junit.h"

enum { EXPLORE_RESULT_FORMAT = 1 };

static const char *verdict_name(const struct command_finding *finding)
{
    return finding->found         ? "FAILS"
           : finding->cannot      ? "cannot be followed"
           : finding->interrupted ? "interrupted"
                                  : "holds";
}

static json_t *place_json(const struct command_place *place)
{
    return must_pack("{s:s, s:s, s:i}", "function", place->function, "file", place->file, "line", place->line);
}

static json_t *steps_json(const struct command_finding *finding)
{
    static const char *const acts[] = {
        [EXPLORE_LOAD] = "load",    [EXPLORE_STORE] = "store",     [EXPLORE_SWAP] = "swap",
        [EXPLORE_FENCE] = "fence",  [EXPLORE_CALL] = "call",       [EXPLORE_BLOCK] = "waits",
        [EXPLORE_WAKE] = "goes on", [EXPLORE_DRAINED] = "drained", [EXPLORE_BEGIN] = "begins",
        [EXPLORE_END] = "ends",     [EXPLORE_NOTE] = "note",
    };
    json_t *steps = json_array();
    for (int i = 0; i < finding->step_count; i++) {
        const struct command_step *step = &finding->steps[i];
        json_array_append_new(steps, must_pack("{s:I, s:i, s:s, s:s, s:o}", "step", (json_int_t)step->number, "thread",
                                               step->thread, "act", acts[step->act], "what", step->name, "place",
                                               place_json(&step->place)));
    }
    return steps;
}

static json_t *threads_json(const struct command_finding *finding)
{
    static const char *const states[] = {[EXPLORE_READY] = "could go on",
                                         [EXPLORE_WAITS] = "waits",
                                         [EXPLORE_STANDS] = "stands still",
                                         [EXPLORE_ENDED] = "has ended"};
    json_t *threads = json_array();
    for (int t = 0; t < finding->verdict.thread_count; t++) {
        const struct explore_thread *thread = &finding->verdict.threads[t];
        json_t *stack = json_array();
        for (int i = 0; i < thread->depth; i++)
            json_array_append_new(stack, place_json(&finding->places[t][i]));
        json_array_append_new(threads, must_pack("{s:i, s:s, s:s, s:s?, s:b, s:o}", "thread", t, "name", thread->name,
                                                 "state", states[thread->state], "waits_in", thread->waits_in, "timed",
                                                 (int)thread->timed, "stack", stack));
    }
    return threads;
}

static json_t *missed_json(const struct command_finding *finding, const struct command_options *options)
{
    json_t *names = json_array();
    for (int i = 0; scenario_table[i]; i++)
        if (command_is_missed(finding, options, i))
            json_array_append_new(names, must_text(scenario_table[i]->name));
    return names;
}

static json_t *reached_json(const struct command_finding *finding)
{
    json_t *reached = json_object();
    for (int i = 0; scenario_table[i]; i++)
        if (finding->reached[i])
            json_object_set_new(reached, scenario_table[i]->name, json_integer((json_int_t)finding->reached[i]));
    return reached;
}

static json_t *finding_json(const struct command_finding *finding, const struct command_options *options)
{
    char sentence[512], replay[COMMAND_REPLAY_SIZE], plan[256], refused[512];
    json_t *document =
        must_pack("{s:s, s:s?, s:s, s:b, s:s, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:b}", "pool", finding->ops->name,
                  "pool_version", finding->ops->version, "verdict", verdict_name(finding), "instrumented",
                  (int)finding->hooked, "finding", command_sentence(finding, sentence, sizeof sentence), "schedules",
                  (json_int_t)finding->counts.schedules, "judged", (json_int_t)command_judged(finding), "seconds",
                  finding->seconds, "failures", (json_int_t)finding->counts.failures, "only_a_timer_helped",
                  (json_int_t)finding->counts.user[COMMAND_ONLY_TIMER], "unfair", (json_int_t)finding->counts.unfair,
                  "child_awaited", (json_int_t)finding->counts.user[COMMAND_CHILD], "only_a_timer_helped_the_child",
                  (json_int_t)finding->counts.user[COMMAND_CHILD_TIMER], "repeats", (int)!finding->differs);
    json_object_set_new(document, "scenarios", reached_json(finding));
    json_object_set_new(document, "scenarios_not_reached", missed_json(finding, options));
    json_object_set_new(document, "pool_open_refuses",
                        must_text(scenario_refused_text(&finding->refused, finding->ops, refused, sizeof refused)));
    if (!finding->found && !(finding->cannot && finding->counts.schedules) && !options->replay)
        return document;
    command_replay_text(finding, options, replay, sizeof replay);
    json_object_set_new(
        document, "schedule",
        must_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:s, s:o, s:o, s:o, s:o}", "kind",
                  explore_kind_name(finding->verdict.kind), "promise",
                  finding->verdict.kind == EXPLORE_FAILED ? ledger_promise_name(finding->promise) : "", "words",
                  finding->verdict.words, "replay", replay, "seed", (json_int_t)options->seed, "k",
                  (json_int_t)finding->k, "scenario", scenario_plan_text(&finding->plan, plan, sizeof plan), "memory",
                  explore_memory_name(finding->memory), "switches_found", (json_int_t)finding->switches_first,
                  "switches", (json_int_t)finding->verdict.switches, "jobs", finding->jobs, "at",
                  place_json(&finding->place), "and_at", place_json(&finding->other_place), "threads",
                  threads_json(finding), "steps", steps_json(finding)));
    return document;
}

static json_t *findings_json(const struct command_finding *findings, int count, const struct command_options *options)
{
    json_t *pools = json_array(), *left = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(pools, finding_json(&findings[i], options));
    for (int i = count; i < options->pool_count; i++)
        json_array_append_new(left, must_text(options->pools[i]->name));
    return must_pack("{s:s, s:i, s:o, s:o, s:I, s:b, s:o, s:o, s:b}", "program", "poolbench", "explore_format",
                     EXPLORE_RESULT_FORMAT, "machine", machine_json(), "build", machine_build_json(), "seed",
                     (json_int_t)options->seed, "freeze", (int)options->freeze, "pools", pools, "pools_not_reached",
                     left, "addresses_fixed", (int)!command_moves);
}

void command_print_json(const struct command_finding *findings, int count, const struct command_options *options,
                        FILE *out)
{
    json_t *document = findings_json(findings, count, options);
    json_dumpf(document, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(document);
}

/* Whether it ended in the middle, and so is no pass. */
static bool is_unfinished(const struct command_finding *finding)
{
    return finding->interrupted && !finding->found && !finding->cannot;
}

static void junit_skipped(const char *message, FILE *out)
{
    fputs("><skipped message=\"", out);
    junit_text(message, out);
    fputs("\"/></testcase>\n", out);
}

static void junit_case(const struct command_finding *finding, const struct command_options *options, FILE *out)
{
    char sentence[512], replay[COMMAND_REPLAY_SIZE];
    command_sentence(finding, sentence, sizeof sentence);
    command_replay_text(finding, options, replay, sizeof replay);
    fputs("    <testcase classname=\"poolbench.explore\" name=\"", out);
    junit_text(finding->ops->name, out);
    fprintf(out, "\" time=\"%.6f\"", finding->seconds);
    if (is_unfinished(finding))
        return junit_skipped(sentence, out);
    if (!finding->found && !finding->cannot) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, finding->found ? "><failure type=\"%s\" message=\"" : "><error type=\"%s\" message=\"",
            explore_kind_name(finding->verdict.kind));
    junit_text(sentence, out);
    fputs("\">", out);
    junit_text(replay, out);
    fputs("\n", out);
    junit_text(finding->jobs, out);
    fputs(finding->found ? "</failure></testcase>\n" : "</error></testcase>\n", out);
}

static void junit_left(const struct pool_ops *ops, FILE *out)
{
    fputs("    <testcase classname=\"poolbench.explore\" name=\"", out);
    junit_text(ops->name, out);
    fputc('"', out);
    junit_skipped("not reached: the search ended before", out);
}

void command_print_junit(const struct command_finding *findings, int count, const struct command_options *options,
                         FILE *out)
{
    int failures = 0, errors = 0, left = options->pool_count - count, skipped = left;
    double seconds = 0;
    for (int i = 0; i < count; i++) {
        failures += findings[i].found;
        skipped += is_unfinished(&findings[i]);
        errors += findings[i].cannot;
        seconds += findings[i].seconds;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"poolbench explore\" tests=\"%d\" "
            "failures=\"%d\" errors=\"%d\" time=\"%.3f\">\n  <testsuite name=\"explore\" tests=\"%d\" failures=\"%d\" "
            "errors=\"%d\" skipped=\"%d\">\n",
            count + left, failures, errors, seconds, count + left, failures, errors, skipped);
    for (int i = 0; i < count; i++)
        junit_case(&findings[i], options, out);
    for (int i = count; i < options->pool_count; i++)
        junit_left(options->pools[i], out);
    fputs("  </testsuite>\n</testsuites>\n", out);
}

int command_write(const struct command_finding *findings, int count, const struct command_options *options)
{
    const char *path = options->out;
    char folder[4096];
    json_t *document = findings_json(findings, count, options);
    int error = save_document(document, path, true), told = 0;
    json_decref(document);
    if (error) {
        fprintf(stderr, "poolbench: cannot write %s: %s\n", path, strerror(-error));
        return error;
    }
    if (options->format == COMMAND_TABLE)
        printf("\nsaved    %s\n", path);
    while (told < count && !findings[told].step_count)
        told++;
    if (told == count)
        return 0;
    snprintf(folder, sizeof folder, "%.*s", (int)strlen(path) - 5, path);
    error = command_figure(&findings[told], folder);
    if (!error && options->format == COMMAND_TABLE)
        printf("figure   %s/schedule.svg, .png\n", folder);
    return error == -ENOENT ? 0 : error;
}
