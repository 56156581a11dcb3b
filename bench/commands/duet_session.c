/* duet_session.c - see duet_session.h. */
#include "bench/commands/duet_session.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/duet_failures.h"
#include "bench/findings/duet_judge.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"

/* How a budget is spent: the first look at all, then on the undecided until what is left
 * is needed for the second session. */
static const double first_part = 0.45, share_most_s = 0.3, share_least_s = 0.01, process_s = 0.06;

/* One series of processes over some of the benchmarks. */
struct series {
    struct duet_sessions *sessions;
    const char *session; /* "first", "second" */
    const int *which;    /* [count], indices of benchmarks */
    int count;
};

static double now_s(const struct duet_sessions *sessions)
{
    const struct duet_source *source = sessions->source;
    return source ? source->now_s(source->context) : (double)workload_now_ns() / 1e9;
}

static double left_s(const struct duet_sessions *sessions)
{
    return sessions->budget_s - (now_s(sessions) - sessions->began_s);
}

static json_t *benchmark_at(const struct duet_sessions *sessions, int index)
{
    return json_array_get(sessions->benchmarks, (size_t)index);
}

static void on_trial(void *context, json_t *trial)
{
    const struct series *series = context;
    int index = series->which[json_integer_value(json_object_get(trial, "configuration"))];
    json_t *benchmark = benchmark_at(series->sessions, index);
    const char *failure = result_string(trial, "failure");
    json_object_del(trial, "configuration");
    json_array_append(json_object_get(benchmark, series->session), trial);
    if (!*failure || json_is_true(json_object_get(benchmark, "told")))
        return;
    json_object_set_new(benchmark, "told", json_true());
    progress_end();
    fprintf(stderr, "poolbench: %s: %s\n", result_string(benchmark, "name"), failure);
}

static void on_round(void *context, json_t *noise)
{
    const struct series *series = context;
    json_array_append(series->sessions->rounds, noise);
}

static void on_running(void *context, int configuration, int round, int rounds, double left)
{
    const struct series *series = context;
    const char *name = result_string(benchmark_at(series->sessions, series->which[configuration]), "name");
    progress_tell(name, round, rounds, fmax(left, left_s(series->sessions)));
}

/* The budget is spent, and half as much again: on a machine that is this busy the processes
 * that were to be do not come to pass. */
static bool is_enough(void *context)
{
    static const double overrun = 1.5;
    const struct series *series = context;
    return now_s(series->sessions) - series->sessions->began_s > overrun * series->sessions->budget_s;
}

/* Runs `processes` further processes over these benchmarks. */
static int run_series(struct series *series, int processes, double share_s, bool again)
{
    static uint64_t salt;
    struct plan part = *series->sessions->plan;
    struct round_events events = {
        .trial = on_trial, .round = on_round, .running = on_running, .enough = is_enough, .context = series};
    const struct duet_source *source = series->sessions->source;
    int error = 0;
    part.entries = calloc((size_t)series->count + 1, sizeof *part.entries);
    if (!part.entries)
        return -ENOMEM;
    for (int i = 0; i < series->count; i++)
        part.entries[i] = series->sessions->plan->entries[series->which[i]];
    part.count = series->count;
    part.rounds = processes;
    part.seed += ++salt * 1000003;
    part.duet.again = again;
    part.duet.share_ns = share_s * 1e9;
    if (series->count)
        error = source ? source->run(source->context, &part, series->which, &events) : round_run(&part, &events);
    free(part.entries);
    return error;
}

static bool has_failed(const json_t *benchmark)
{
    return json_is_true(json_object_get(benchmark, "told"));
}

static int trials_of(const json_t *benchmark, const char *session)
{
    return (int)json_array_size(json_object_get(benchmark, session));
}

/* Of any benchmark; where time was short they are fewer than were wanted. */
static int most_trials(const struct duet_sessions *sessions, const char *session)
{
    int most = 0;
    for (int i = 0; i < sessions->plan->count; i++) {
        int trials = trials_of(benchmark_at(sessions, i), session);
        most = trials > most ? trials : most;
    }
    return most;
}

static int select_by(const struct duet_sessions *sessions, enum duet_verdict verdict, int *which, int count)
{
    for (int i = 0; i < sessions->plan->count; i++) {
        const json_t *benchmark = benchmark_at(sessions, i);
        if (!has_failed(benchmark) && trials_of(benchmark, "first") && duet_judge_look(benchmark).verdict == verdict)
            which[count++] = i;
    }
    return count;
}

/* What the second session would take of `suspects`, at the least. */
static double reserve_s(const struct duet_sessions *sessions, int suspects)
{
    int count = suspects > 0 ? suspects : 1;
    return (sessions->each_s * count + process_s) * DUET_RULE_SECOND_LEAST * 1.5;
}

/* All benchmarks; then the undecided, until time is short. */
static int run_first(struct duet_sessions *sessions, int *which)
{
    struct series all = {sessions, "first", which, sessions->plan->count};
    int error, most = DUET_RULE_FIRST, made;
    for (int i = 0; i < all.count; i++)
        which[i] = i;
    error = run_series(&all, DUET_RULE_FIRST, sessions->share_s, true);
    made = most_trials(sessions, "first");
    sessions->each_s = fmax(sessions->share_s, (now_s(sessions) - sessions->began_s) / (made ? made : 1) / all.count);
    while (!error && !is_enough(&all) && most + DUET_RULE_STEP <= DUET_VALUES_MAX) {
        int slower = select_by(sessions, DUET_SLOWER, which, 0),
            suspects = select_by(sessions, DUET_FASTER, which, slower);
        struct series undecided = {sessions, "first", which, select_by(sessions, DUET_UNDECIDED, which, 0)};
        double step_s = (sessions->each_s * undecided.count + process_s) * DUET_RULE_STEP;
        if (!undecided.count || step_s + reserve_s(sessions, suspects) > left_s(sessions))
            break;
        error = run_series(&undecided, DUET_RULE_STEP, sessions->share_s, true);
        most += DUET_RULE_STEP;
    }
    return error;
}

/* Those in which the new side failed and nobody knows whether by chance. */
static int select_failing(const struct duet_sessions *sessions, int *which)
{
    int count = 0;
    for (int i = 0; i < sessions->plan->count; i++) {
        struct duet_failures failures = duet_failures_of(benchmark_at(sessions, i));
        if (duet_failures_blame(&failures, sessions->plan->count) == DUET_BLAME_NOBODY)
            which[count++] = i;
    }
    return count;
}

/* Even, so that both orders of loading are there equally often. */
static int second_processes(const struct duet_sessions *sessions, int suspects, int most_of_one)
{
    double each_s = sessions->each_s * suspects + process_s;
    int fit = (int)(left_s(sessions) / each_s), least = duet_rule_second_least(most_of_one);
    int count = fit > DUET_RULE_SECOND ? DUET_RULE_SECOND : fit;
    count = count < least ? least : count;
    return count + count % 2;
}

static int run_second(struct duet_sessions *sessions, int *which, struct duet_suspicion *suspicions)
{
    struct series series = {sessions, "second", which, 0};
    int slower = select_by(sessions, DUET_SLOWER, which, 0), all = select_by(sessions, DUET_FASTER, which, slower);
    int faster = all - slower, processes;
    for (int i = 0; i < all; i++)
        suspicions[which[i]] =
            (struct duet_suspicion){i < slower ? DUET_SLOWER : DUET_FASTER, i < slower ? slower : faster};
    sessions->suspects[0] = slower;
    sessions->suspects[1] = faster;
    series.count = all;
    if (!all || is_enough(&series))
        return 0;
    processes = second_processes(sessions, all, slower > faster ? slower : faster);
    return run_series(&series, processes, sessions->share_s, false);
}

/* Whether what failed fails again, or the base does, too. */
static int run_failing(struct duet_sessions *sessions, int *which)
{
    struct series series = {sessions, "second", which, select_failing(sessions, which)};
    if (!series.count || is_enough(&series))
        return 0;
    return run_series(&series, second_processes(sessions, series.count, series.count), sessions->share_s, false);
}

double duet_sessions_share_s(double budget_s, int count)
{
    double share_s = (budget_s * first_part / DUET_RULE_FIRST - process_s) / count;
    return fmin(share_most_s, fmax(share_least_s, share_s));
}

int duet_sessions_run(struct duet_sessions *sessions)
{
    int count = sessions->plan->count, error;
    int *which = calloc((size_t)count + 1, sizeof *which);
    struct duet_suspicion *suspicions = calloc((size_t)count + 1, sizeof *suspicions);
    if (!which || !suspicions) {
        free(which);
        free(suspicions);
        return -ENOMEM;
    }
    for (int i = 0; i < count; i++)
        suspicions[i].verdict = DUET_UNDECIDED;
    sessions->began_s = now_s(sessions);
    if (!(sessions->share_s > 0))
        sessions->share_s = duet_sessions_share_s(sessions->budget_s, count);
    progress_begin("process");
    error = run_first(sessions, which);
    if (error != -EINTR && !error)
        error = run_second(sessions, which, suspicions);
    else
        for (int i = 0; i < count; i++) /* nobody is accused by one session */
            suspicions[i].verdict = duet_judge_look(benchmark_at(sessions, i)).verdict;
    for (int i = 0; i < count; i++) {
        suspicions[i].unfinished = error != 0;
        suspicions[i].benchmarks = count;
    }
    if (!error)
        error = run_failing(sessions, which);
    sessions->first_processes = most_trials(sessions, "first");
    sessions->second_most = most_trials(sessions, "second");
    progress_end();
    for (int i = 0; i < count; i++) {
        json_object_del(benchmark_at(sessions, i), "told");
        duet_judge_write(benchmark_at(sessions, i), &suspicions[i], sessions->threshold, sessions->each_s + process_s);
    }
    free(suspicions);
    free(which);
    return error;
}
