/* open_loop.c - see open_loop.h. */
#include "bench/findings/open_loop.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

/* How many relaxation times a warm-up and all windows together have to last. */
static const double WARM_TIMES = 3, WINDOW_TIMES = 20;

/* Sums while the trials are read. */
struct sums {
    double served, service, squares; /* of services: sum, and sum of squares */
    double growths, growth_squares;  /* of the rounds */
    double growth_most;              /* of one of them */
    double half_ns;                  /* half of the services of the latest were shorter; 0: nobody knows */
    int rounds, grew;                /* and in how many of them more came to wait than there are workers */
};

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static double add_window(struct open_loop *loop, struct sums *sums, const json_t *window)
{
    double growth = number(window, "backlog_end") - number(window, "backlog_begin");
    double served = number(window, "offered") - number(window, "lost"), service = number(window, "service_ns");
    double warm_s = number(window, "warm_ns") / 1e9;
    loop->shortest_warm_s = loop->windows ? fmin(loop->shortest_warm_s, warm_s) : warm_s;
    loop->windows++;
    loop->offered += number(window, "offered");
    loop->lost += number(window, "lost");
    loop->growth += growth;
    loop->done_per_s += number(window, "done");
    loop->window_s += number(window, "length_ns") / 1e9;
    loop->warm_s += warm_s;
    sums->served += served;
    sums->service += served * service;
    sums->squares += served * service * service * (1 + number(window, "service_variation"));
    return growth;
}

static void add_trial(struct open_loop *loop, struct sums *sums, const json_t *trial)
{
    json_t *slice;
    size_t i;
    double growth = 0;
    int before = loop->windows;
    json_array_foreach (json_object_get(trial, "slices"), i, slice)
        if (json_is_object(json_object_get(slice, "window")))
            growth += add_window(loop, sums, json_object_get(slice, "window"));
    if (loop->windows == before)
        return;
    loop->servers = number(trial, "servers");
    sums->half_ns = number(json_object_get(json_object_get(trial, "latency"), "start_to_end"), "p50_ns");
    sums->rounds++;
    sums->grew += growth > loop->servers;
    sums->growths += growth;
    sums->growth_squares += growth * growth;
    sums->growth_most = sums->rounds > 1 ? fmax(sums->growth_most, growth) : growth;
}

/* The squared coefficient of variation of the services. */
static double variation(const struct sums *sums)
{
    double mean = sums->service / sums->served;
    return fmax(0, sums->squares / sums->served / (mean * mean) - 1);
}

/* Where jobs are refused or dropped the queue is bounded, and so is its memory. */
static double bounded_s(const json_t *configuration, const struct open_loop *loop)
{
    static const double walk = 0.25; /* of squared places, until a random walk has been everywhere */
    const char *full = result_string(configuration, "full");
    double places = (double)result_integer(configuration, "capacity") + loop->servers;
    if (!strcmp(full, "block") || !strcmp(full, "caller-runs"))
        return INFINITY;
    return walk * places * places * loop->service_ns / 1e9 / loop->servers;
}

/* The load's upper end, within chance: the mean service is only so well known. */
static void reckon(const json_t *configuration, struct open_loop *loop, const struct sums *sums)
{
    static const double sigmas = 1;
    double upper;
    loop->offered_per_s = loop->offered / loop->window_s;
    loop->done_per_s /= loop->window_s;
    loop->service_ns = sums->served > 0 ? sums->service / sums->served : 0;
    loop->load = (loop->offered - loop->lost) / loop->window_s * loop->service_ns / 1e9 / loop->servers;
    upper = loop->load;
    if (sums->served > 0 && loop->service_ns > 0)
        upper *= 1 + sigmas * sqrt(variation(sums) / sums->served);
    loop->relaxation_s = INFINITY;
    if (upper < 1)
        loop->relaxation_s = loop->service_ns / 1e9 / loop->servers / pow(1 - sqrt(upper), 2);
    loop->relaxation_s = fmin(loop->relaxation_s, bounded_s(configuration, loop));
}

/* What comes and what is done vary each by about the square root of their number; the
 * backlog of a queue that keeps up never varies by more than a random walk of both. */
static double walk(const struct sums *sums, double jobs)
{
    return sqrt(jobs * (1 + (sums->served > 0 ? variation(sums) : 0)));
}

/* How far so many jobs may lag behind by chance. Few very long services among many short ones make the walk
 * wide beyond all jobs; but while they last no more jobs come than their share of the time. */
static double chance(const struct open_loop *loop, const struct sums *sums, double jobs, double sigmas)
{
    return fmin(sigmas * walk(sums, jobs), sigmas * sqrt(2 * jobs) + loop->load * jobs) + loop->servers;
}

static bool beyond_chance(const struct open_loop *loop, const struct sums *sums)
{
    static const double sigmas = 3;
    return loop->growth > chance(loop, sums, loop->offered, sigmas);
}

/* Who stood still at the end of a round, or of some, for a moment of the machine's, keeps up in the others: in most.
 * Where there are none, workers had no time left even if each job had been of the shorter half:
 * a standstill makes few services long, and no short one longer. */
static bool by_more_than_a_standstill(const struct open_loop *loop, const struct sums *sums)
{
    static const double sigmas_of_others = 1;
    double others = loop->offered * (sums->rounds - 1) / sums->rounds;
    if (sums->rounds < 2)
        return (loop->offered - loop->lost) / loop->window_s * sums->half_ns / 1e9 > loop->servers;
    return 2 * sums->grew > sums->rounds &&
           loop->growth - sums->growth_most > chance(loop, sums, others, sigmas_of_others);
}

/* In most rounds, by more than a few jobs and a hundredth of all. */
static bool drifts(const struct open_loop *loop, const struct sums *sums)
{
    static const double level = 0.01, little = 0.01;
    double mean = sums->growths / sums->rounds, error, least = loop->servers + 1;
    if (sums->rounds < 3 || mean <= fmax(least, little * loop->offered / sums->rounds))
        return false;
    error = sqrt(fmax(0, sums->growth_squares / sums->rounds - mean * mean) / (sums->rounds - 1));
    return mean > gsl_cdf_tdist_Qinv(level, sums->rounds - 1) * error;
}

static void say_short(struct open_loop *loop)
{
    char needed[32], warm[32], had[32], warmed[32];
    if (isinf(loop->relaxation_s)) {
        snprintf(loop->why, sizeof loop->why, "not steady: workers have no time left (load %.1f%%): no time would do",
                 100 * loop->load);
        return;
    }
    units_time_text(WINDOW_TIMES * loop->relaxation_s * 1e9, needed, sizeof needed);
    units_time_text(WARM_TIMES * loop->relaxation_s * 1e9, warm, sizeof warm);
    units_time_text(loop->window_s * 1e9, had, sizeof had);
    units_time_text(loop->shortest_warm_s * 1e9, warmed, sizeof warmed);
    snprintf(loop->why, sizeof loop->why, "not steady: at a load of %.1f%% %s would be needed (%s had), %s warm (%s)",
             100 * loop->load, needed, had, warm, warmed);
}

static void judge(struct open_loop *loop, const struct sums *sums)
{
    char first[32], second[32];
    units_count_text(loop->done_per_s, first, sizeof first);
    units_count_text(loop->offered_per_s, second, sizeof second);
    if (beyond_chance(loop, sums) && by_more_than_a_standstill(loop, sums)) {
        loop->state = OPEN_LOOP_OVERLOADED;
        snprintf(loop->why, sizeof loop->why, "%s/s of %s/s offered: more comes than is done", first, second);
    } else if (beyond_chance(loop, sums) && sums->rounds < 2) {
        loop->state = OPEN_LOOP_DRIFTS;
        snprintf(loop->why, sizeof loop->why,
                 "%s/s of %s/s done in the only round: a standstill of the machine looks the same", first, second);
    } else if (drifts(loop, sums)) {
        loop->state = OPEN_LOOP_DRIFTS;
        snprintf(loop->why, sizeof loop->why, "not steady: the backlog grows, by %.0f of %.0f jobs", loop->growth,
                 loop->offered);
    } else if (loop->shortest_warm_s < WARM_TIMES * loop->relaxation_s ||
               loop->window_s < WINDOW_TIMES * loop->relaxation_s) {
        loop->state = OPEN_LOOP_SHORT;
        say_short(loop);
    } else {
        loop->state = OPEN_LOOP_STEADY;
    }
}

struct open_loop open_loop_of(const json_t *configuration)
{
    struct open_loop loop = {0};
    struct sums sums = {0};
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (!strcmp(result_string(trial, "verdict"), "ok"))
            add_trial(&loop, &sums, trial);
    if (!loop.windows || !(loop.window_s > 0) || !(loop.servers > 0))
        return loop;
    reckon(configuration, &loop, &sums);
    if (!strcmp(result_string(configuration, "workload"), "trace"))
        loop.state = OPEN_LOOP_RECORDED;
    else
        judge(&loop, &sums);
    return loop;
}

const char *open_loop_name(enum open_loop_state state)
{
    static const char *const names[] = {"", "steady", "short", "drifts", "overloaded", "recorded"};
    return names[state];
}

void open_loop_add(json_t *result)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        struct open_loop loop = open_loop_of(configuration);
        if (loop.state == OPEN_LOOP_NONE)
            continue;
        json_object_set_new(
            json_object_get(configuration, "summary"), "open_loop",
            must_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o}", "state",
                      open_loop_name(loop.state), "why", loop.why, "offered", loop.offered, "lost", loop.lost, "growth",
                      loop.growth, "offered_per_s", loop.offered_per_s, "done_per_s", loop.done_per_s, "window_s",
                      loop.window_s, "warm_s", loop.shortest_warm_s, "service_ns", loop.service_ns, "load", loop.load,
                      "relaxation_s", isfinite(loop.relaxation_s) ? json_real(loop.relaxation_s) : json_null()));
    }
}
