/* child.c - see child.h. A round warms every configuration up (which also says
 * how many jobs make a slice), then runs short slices of all of them in a
 * shuffled order, then in the mirrored order, as often as its time allows. */
#include "bench/measure/child.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench/json/must.h"
#include "bench/machine/clocks.h"
#include "bench/machine/limits.h"
#include "bench/measure/duet_round.h"
#include "bench/measure/patience.h"
#include "bench/measure/plain_loop.h"
#include "bench/measure/plan.h"
#include "bench/measure/round_noise.h"
#include "bench/measure/slice_run.h"
#include "bench/measure/trial.h"
#include "bench/statistics/rates.h"
#include "bench/statistics/stats.h"
#include "workloads/core/kernel.h"

enum {
    WARM_NS = 2000000, /* a warm-up run that takes so long says enough */
    WARM_RUNS_MAX = 8,
    WARM_JOBS = 4096,    /* of the first run, at most */
    SLOW_JOBS = 64,      /* a run of so few says enough where it takes */
    SLOW_NS = 250000000, /* so long: 4 ms for each job */
};

/* A slice hangs when it takes a hundred times what it should, and at least so
 * long, beyond its jobs' own work. */
#define SLICE_LIMIT_FLOOR_NS INT64_C(10000000000)

struct round {
    struct plan plan;
    struct trial *trials; /* [plan.count] */
    int *order;
    uint64_t random;
    int out;
    bool spoilt; /* a pool hangs in this process: its threads would disturb what follows */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void on_give_up(int number)
{
    (void)number;
    interrupted = 1;
    patience_end();
}

/* The parent decides when it is over. What is sent to the whole group reaches it, too, and
 * ends no slice that it would let go on. */
static void take_signals(void)
{
    struct sigaction stop = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART},
                     give_up = {.sa_handler = on_give_up, .sa_flags = SA_RESTART};
    sigaction(CHILD_STOP, &stop, NULL);
    sigaction(CHILD_GIVE_UP, &give_up, NULL);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is an error that a workload reports */
    signal(SIGPIPE, SIG_IGN); /* and so is a peer that went away */
}

/* xorshift64*: for shuffles. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* The end of this process for want of memory, which is no pool's fault; it takes none to say it. */
static int last_words_to;

static void last_words(const char *why)
{
    static const char words[] = "{\"cannot\": \"no more memory\"}\n";
    (void)why;
    if (write(last_words_to, words, sizeof words - 1) < 0)
        _exit(1);
}

static _Noreturn void lacks_memory(void)
{
    last_words(NULL);
    _exit(1);
}

static void report(int out, const char *kind, json_t *what)
{
    json_t *line = must_pack("{s:o}", kind, what);
    char *text = json_dumps(line, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0, done = 0;
    if (!text)
        lacks_memory();
    text[length++] = '\n'; /* over the terminating zero */
    while (done < length) {
        ssize_t wrote = write(out, text + done, length - done);
        if (wrote <= 0)
            _exit(1); /* the parent is gone */
        done += (size_t)wrote;
    }
    free(text);
    json_decref(line);
}

/* What the machine allows at this moment. Not where a hung pool's threads run. */
static json_t *limit_json(enum limit limit)
{
    double ns = limit_glance(limit);
    return isfinite(ns) ? json_real(ns) : json_null();
}

/* The slices. */

/* Announces what runs, and when the parent may give up hearing more. */
static void announce(const struct round *round, int index, const char *side, int64_t jobs, int64_t limit_ns)
{
    const struct plan_entry *entry = &round->plan.entries[index];
    static const double allowance = 10; /* the mean says little of a few heavy-tailed jobs */
    double work_s = workload_job_ns(&entry->workload) * (double)jobs / 1e9;
    double patience_s = (double)slice_run_patience_ns(entry, jobs, limit_ns) / 1e9;
    report(
        round->out, "running",
        must_pack("{s:i, s:f, s:s}", "configuration", index, "limit_s", patience_s + allowance * work_s, "side", side));
}

/* The parent is told again that it runs: it takes long, but it gets on. */
static struct {
    const struct round *round;
    int index;
    const char *side;
    int64_t jobs, limit_ns;
} announced;

static void announce_again(void)
{
    announce(announced.round, announced.index, announced.side, announced.jobs, announced.limit_ns);
}

/* One slice of an entry, which is number `index` of the plan, told of. */
static void run_entry(struct round *round, int index, const char *side, const struct plan_entry *entry, int64_t jobs,
                      double slice_ns, struct slice *slice, struct slice_samples *samples)
{
    int64_t limit = (int64_t)(slice_ns * 100);
    if (limit < SLICE_LIMIT_FLOOR_NS)
        limit = SLICE_LIMIT_FLOOR_NS;
    announce(round, index, side, jobs, limit);
    announced.round = round;
    announced.index = index;
    announced.side = side;
    announced.jobs = jobs;
    announced.limit_ns = limit;
    slice_run(entry, jobs, entry->seed ? entry->seed : next_random(&round->random), limit, slice, samples);
    round->spoilt = round->spoilt || slice->hung || slice->stopped;
}

/* One slice into *slice; `samples` as slice_run. */
static void run_slice(struct round *round, int index, int64_t jobs, struct slice *slice, struct slice_samples *samples)
{
    struct trial *trial = &round->trials[index];
    run_entry(round, index, "", &round->plan.entries[index], jobs, trial->slice_ns, slice, samples);
    trial->descriptors_left += slice->descriptors_left;
    if (*slice->failure) {
        memcpy(trial->failure, slice->failure, sizeof trial->failure);
        trial->ended = true;
        trial->hung = slice->hung;
        trial->cannot = slice->cannot;
    }
}

static void make_room(struct round *round, int index)
{
    struct trial *trial = &round->trials[index];
    trial->room = plan_slices(&round->plan, &round->plan.entries[index], trial->slice_ns);
    trial->slices = calloc((size_t)trial->room, sizeof *trial->slices);
    if (!trial->slices)
        lacks_memory();
}

/* Jobs that come at a rate: how long they take is known, and each slice warms up itself. */
static void plan_paced(struct round *round, int index)
{
    struct plan_entry *entry = &round->plan.entries[index];
    struct trial *trial = &round->trials[index];
    double each = workload_job_ns(&entry->workload);
    trial->jobs = plan_slice_jobs(&round->plan, entry, each);
    trial->slice_ns = (double)trial->jobs * each;
    make_room(round, index);
}

/* Grows the number of jobs until a run takes long enough to say how long one
 * is; then once more, warm. A few come first: of a pool that starts 20 a second thousands would take minutes. What
 * fails already here is the trial's only slice. */
static void warm_up(struct round *round, int index)
{
    struct plan_entry *entry = &round->plan.entries[index];
    struct trial *trial = &round->trials[index];
    double each = workload_job_ns(&entry->workload);
    bool fixed = entry->workload.ops->jobs != NULL;
    int64_t jobs = fixed      ? plan_slice_jobs(&round->plan, entry, each)
                   : each > 0 ? (int64_t)(WARM_NS / each) + 1
                              : WARM_JOBS;
    struct slice *slice = calloc(1, sizeof *slice);
    bool enough = false;

    if (!slice)
        lacks_memory();
    jobs = jobs > WARM_JOBS && !fixed ? WARM_JOBS : jobs;
    if (jobs > SLOW_JOBS && !fixed) {
        run_slice(round, index, SLOW_JOBS, slice, NULL);
        jobs = slice->wall_ns >= SLOW_NS ? SLOW_JOBS : jobs;
    }
    for (int i = 0; i < WARM_RUNS_MAX && !trial->ended && !interrupted; i++) {
        bool was = enough;
        run_slice(round, index, jobs, slice, NULL);
        enough = slice->wall_ns >= WARM_NS;
        if ((enough && (was || slice->wall_ns >= 4 * WARM_NS)) || (fixed && (enough || i)))
            break;
        jobs *= fixed || enough || i == WARM_RUNS_MAX - 1 ? 1 : 4;
    }
    if (trial->ended) {
        trial->slices = slice;
        trial->count = trial->room = 1;
        return;
    }
    trial->jobs = plan_slice_jobs(&round->plan, entry, slice->wall_ns / (double)jobs);
    trial->slice_ns = (double)trial->jobs * slice->wall_ns / (double)jobs;
    free(slice);
    make_room(round, index);
}

static void shuffle(struct round *round)
{
    for (int i = 0; i < round->plan.count; i++)
        round->order[i] = i;
    for (int i = round->plan.count - 1; i > 0; i--) {
        int j = (int)(next_random(&round->random) % (uint64_t)(i + 1)), kept = round->order[i];
        round->order[i] = round->order[j];
        round->order[j] = kept;
    }
}

static void run_all(struct round *round)
{
    bool more = true;
    for (int pass = 0; more && !interrupted && !round->spoilt; pass++) {
        int count = round->plan.count;
        more = false;
        if (pass % 2 == 0)
            shuffle(round);
        for (int i = 0; i < count && !interrupted && !round->spoilt; i++) {
            int index = round->order[pass % 2 ? count - 1 - i : i];
            struct trial *trial = &round->trials[index];
            if (trial->ended || trial->count >= trial->room)
                continue;
            run_slice(round, index, trial->jobs, &trial->slices[trial->count], &trial->samples);
            trial->count += !trial->slices[trial->count].stopped;
            more = true;
        }
    }
}

/* The round. */

/* A host that has moved the clock of a CPU meanwhile: no time of this round is one. */
static void look_at_clocks(struct round *round)
{
    struct clocks clocks;
    if (round->spoilt || clocks_look(&clocks) || !clocks.apart_ns)
        return;
    for (int i = 0; i < round->plan.count; i++) {
        struct trial *trial = &round->trials[i];
        if (*trial->failure || !trial->count)
            continue;
        trial->cannot = true;
        snprintf(trial->failure, sizeof trial->failure,
                 "the clocks of CPU %d and CPU %d are out of step, by %lld ns at the end of the round", clocks.cpus[0],
                 clocks.cpus[1], (long long)clocks.apart_ns);
    }
}

static void report_trial(const struct round *round, int index)
{
    json_t *trial = trial_json(&round->plan.entries[index], &round->trials[index]);
    json_object_set_new(trial, "configuration", json_integer(index));
    report(round->out, "trial", trial);
}

/* A duet's slices, and what it tells. */

static bool duet_run(void *context, int index, enum side side, const struct plan_entry *entry, int64_t jobs,
                     double slice_ns, struct slice *slice, struct slice_samples *samples)
{
    struct round *round = context;
    run_entry(round, index, side_name(side), entry, jobs, slice_ns, slice, samples);
    return !round->spoilt && !interrupted;
}

static void duet_tell(void *context, json_t *trial)
{
    report(((struct round *)context)->out, "trial", trial);
}

static uint64_t duet_random(void *context)
{
    return next_random(&((struct round *)context)->random);
}

/* When spoilt, or where the clocks are out of step, only what failed is told. */
static bool duet_whole(void *context)
{
    const struct round *round = context;
    struct clocks clocks;
    return (!round->spoilt || interrupted) && (clocks_look(&clocks) || !clocks.apart_ns);
}

static void run_duet(struct round *round, const struct round_noise *noise)
{
    struct duet_host host = {.run = duet_run, .tell = duet_tell, .random = duet_random, .context = round};
    json_t *ended;
    duet_round(&round->plan, &host, duet_whole);
    ended = round_noise_end(noise);
    json_object_set_new(ended, "complete", json_boolean(!round->spoilt || interrupted));
    report(round->out, "round", ended);
    _exit(0);
}

static void *nothing(void *arg)
{
    return arg;
}

/* With its first thread a process may get others, of a sanitizer for one, which
 * would count as left behind. */
static void start_first_thread(void)
{
    pthread_t thread;
    if (!pthread_create(&thread, NULL, nothing, NULL))
        pthread_join(thread, NULL);
}

static int read_plan(int descriptor, struct plan *plan)
{
    json_error_t error;
    json_t *json = json_loadfd(descriptor, 0, &error);
    int failed = json ? plan_from_json(plan, json) : -EINVAL;
    json_decref(json);
    return failed;
}

int child_main(int plan_descriptor, int out_descriptor)
{
    struct round round = {.out = out_descriptor};
    struct round_noise noise;
    json_t *ended;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    take_signals();
    last_words_to = out_descriptor;
    must_last_words = last_words;
    if (read_plan(plan_descriptor, &round.plan))
        return 1;
    /* Not inherited by anything, and gone before descriptors are counted. */
    close(plan_descriptor);
    round.random = round.plan.seed ? round.plan.seed : 1;
    round.trials = calloc((size_t)round.plan.count, sizeof *round.trials);
    round.order = calloc((size_t)round.plan.count, sizeof *round.order);
    if (!round.trials || !round.order)
        lacks_memory();
    patience_on_progress = announce_again;
    start_first_thread();
    kernel_steps_per_ns();
    round_noise_begin(&noise);
    if (round.plan.duet.base)
        run_duet(&round, &noise);
    shuffle(&round);
    for (int i = 0; i < round.plan.count && !interrupted && !round.spoilt; i++)
        if (rates_has(round.plan.entries[round.order[i]].workload.ops))
            plan_paced(&round, round.order[i]);
        else
            warm_up(&round, round.order[i]);
    run_all(&round);
    look_at_clocks(&round);
    ended = round_noise_end(&noise);
    /* When spoilt, only what failed is told; the rest is measured elsewhere, unless this is
     * the end. */
    for (int i = 0; i < round.plan.count; i++)
        if (*round.trials[i].failure || (round.trials[i].count && (!round.spoilt || interrupted)))
            report_trial(&round, i);
    json_object_update_new(ended, must_pack("{s:o, s:o, s:o, s:b}", "reference",
                                            round.spoilt || interrupted ? json_array() : plain_loop_json(&round.plan),
                                            "line_ns", limit_json(LIMIT_LINE), "wake_ns", limit_json(LIMIT_WAKE),
                                            "complete", !round.spoilt || interrupted));
    report(round.out, "round", ended);
    /* A hung pool's threads may still run: leave without destructors. */
    _exit(0);
}
