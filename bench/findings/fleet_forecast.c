/* fleet_forecast.c - see fleet_forecast.h. */
#include "bench/findings/fleet_forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/models/fleet.h"
#include "bench/models/forecast.h"
#include "bench/models/mgc.h"
#include "bench/statistics/pooled.h"

enum {
    LEAST, /* the services that are assumed */
    LIKELY,
    MOST,
    CASES
};
enum { REQUESTS = 1000000, SEARCHED = 3 /* a search plays 1 / so many */, REQUESTS_MOST = 3000000, EACH_WORKER = 60 };
enum { WHOLE, SLOW, LOST, SCENES };

static const char *const scenes[] = {"whole", "slow", "lost"};
#define SLOW_TIMES 2.0
#define ENOUGH 10  /* times as many machines as are busy: if these do not keep it, none do */
#define FULL 0.995 /* of what the workers can do: from here on nobody knows how long the queue gets */

/* The question, with services for one number of workers. */
struct asked {
    const struct fleet_question *of;
    struct slo_list shown;
    int workers;
    double stretch[CASES];
    struct service services[CASES];
};

/* A service of c workers as a multiple of a measured one: what the law says that they cost
 * each other. */
static double stretch_of(const struct fleet_question *of, int workers, int which)
{
    double from = of->measured->workers, x;
    if (!of->law || workers == of->measured->workers)
        return 1;
    x = scalability_at(of->law, workers);
    if (which != LIKELY) {
        struct scalability_band band = scalability_band(of->law, workers);
        x = which == LEAST ? band.high : band.low;
    }
    return fmax(1e-3, workers / x * scalability_at(of->law, from) / from);
}

static bool is_law_missing(const struct fleet_question *of, int workers)
{
    return !of->law && workers > of->measured_workers_most;
}

/* Why there is no upper end to what is expected, or NULL: the rounds, the services or the law
 * leave it open. */
static const char *open_why(const struct fleet_question *of, int workers)
{
    if (!isfinite(of->measured->mean_high))
        return "too few rounds say how long a service is (3 at least)";
    for (int i = 0; i < of->promises->count; i++) {
        const struct slo_kind *kind = of->promises->items[i].kind;
        if (kind->quantile > 0 && of->measured->service.samples < pooled_needed(kind->quantile))
            return "too few services were measured for so high a quantile";
        if (kind->quantile <= 0 && !kind->is_loss && strcmp(kind->name, "mean"))
            return "what was measured has no upper bound for a maximum";
    }
    return is_law_missing(of, workers) ? "what so many workers do to each other was not measured" : NULL;
}

static bool is_known(const struct fleet_question *of, int workers)
{
    return !open_why(of, workers);
}

static void ask(struct asked *asked, const struct fleet_question *of, int workers)
{
    const struct measured_service *measured = of->measured;
    double wide[CASES] = {measured->mean_low / measured->service.mean_ns, 1,
                          measured->mean_high / measured->service.mean_ns};
    char why[128];
    *asked = (struct asked){.of = of, .shown = *of->promises, .workers = workers};
    if (of->promises->count == 0)
        slo_parse("p50=1min,p99=1min,p99.9=1min", &asked->shown, why, sizeof why);
    if (!isfinite(measured->mean_high))
        wide[LEAST] = wide[MOST] = 1;
    for (int i = 0; i < CASES; i++) {
        asked->stretch[i] = stretch_of(of, workers, i);
        if (!isfinite(asked->stretch[i]))
            asked->stretch[i] = 1e3;
        if (service_scaled(&asked->services[i], &measured->service, fmax(1e-3, wide[i]) * asked->stretch[i]))
            must_memory(NULL);
    }
}

static void end(struct asked *asked)
{
    for (int i = 0; i < CASES; i++)
        service_destroy(&asked->services[i]);
}

/* Machines as many as these, by the work that they do. */
static double machines_worth(int machines, int scene)
{
    return scene == LOST ? machines - 1 : scene == SLOW ? machines - 1 + 1 / SLOW_TIMES : machines;
}

static double utilisation(const struct asked *asked, int machines, int scene, int which)
{
    return asked->of->rate * asked->services[which].mean_ns / (asked->workers * machines_worth(machines, scene));
}

/* A slow machine that is given as much as the others, and cannot do it. */
static bool drowns(const struct asked *asked, int machines, int balance, int scene, int which)
{
    return scene == SLOW && (balance == FLEET_RANDOM || balance == FLEET_ROUND_ROBIN) && asked->of->places == 0 &&
           SLOW_TIMES * utilisation(asked, machines, WHOLE, which) >= FULL;
}

struct played {
    double values[SLO_MAX];
};

static struct played all_of(const struct asked *asked, double time, double loss)
{
    struct played played;
    for (int i = 0; i < asked->shown.count; i++)
        played.values[i] = asked->shown.items[i].kind->is_loss ? loss : time;
    return played;
}

static double value_of(const struct fleet_outcome *outcome, const struct slo_kind *kind)
{
    if (kind->is_loss)
        return outcome->loss;
    if (kind->quantile > 0)
        return hist_held(outcome->latency, kind->quantile);
    if (outcome->latency->lost > 0)
        return INFINITY;
    return !strcmp(kind->name, "mean") ? hist_mean(outcome->latency) : (double)outcome->latency->max;
}

static int64_t requests_of(const struct asked *asked)
{
    return asked->of->requests > 0 ? asked->of->requests : REQUESTS;
}

static struct played play(const struct asked *asked, int machines, int balance, int scene, int which, int64_t requests)
{
    double loads = utilisation(asked, machines, scene, which);
    int64_t most = (int64_t)EACH_WORKER * machines * asked->workers;
    struct fleet fleet = {.machines = machines,
                          .workers = asked->workers,
                          .balance = (enum fleet_balance)balance,
                          .rate = asked->of->rate,
                          .service = &asked->services[which],
                          .places = asked->of->places,
                          .slow_times = scene == SLOW ? SLOW_TIMES : 1,
                          .loses = scene == LOST,
                          .requests = requests > most        ? requests
                                      : most < REQUESTS_MOST ? most
                                                             : REQUESTS_MOST,
                          .seed = asked->of->seed + (uint64_t)which};
    struct fleet_outcome outcome;
    struct played played;
    if (scene == LOST && machines == 1)
        return all_of(asked, INFINITY, 1);
    if (loads >= FULL && fleet.places == 0)
        return all_of(asked, INFINITY, fmax(0, 1 - 1 / loads));
    fleet.warm_ns = 0.2 * (double)fleet.requests / fleet.rate;
    if (fleet_simulate(&fleet, &outcome))
        must_memory(NULL);
    for (int i = 0; i < asked->shown.count; i++) {
        const struct slo_kind *kind = asked->shown.items[i].kind;
        bool beyond = !kind->is_loss && (kind->quantile <= 0 || kind->quantile > 1 - 1.0 / machines);
        played.values[i] =
            beyond && drowns(asked, machines, balance, scene, which) ? INFINITY : value_of(&outcome, kind);
    }
    fleet_outcome_destroy(&outcome);
    return played;
}

/* Whether all promises are kept by these; not where one is NaN. */
static bool keeps(const struct asked *asked, const struct played *played)
{
    for (int i = 0; i < asked->shown.count; i++) {
        const struct slo *promise = &asked->shown.items[i];
        double limit = promise->kind->is_loss ? promise->limit_share : (double)promise->limit_ns;
        if (!(played->values[i] <= limit))
            return false;
    }
    return true;
}

static bool may_keep(const struct asked *asked, const struct played *cases)
{
    return keeps(asked, &cases[LEAST]) || keeps(asked, &cases[LIKELY]) || keeps(asked, &cases[MOST]);
}

static const char *verdict_of(const struct asked *asked, const struct played *cases)
{
    if (asked->of->promises->count == 0)
        return "";
    if (!may_keep(asked, cases))
        return "broken";
    return keeps(asked, &cases[MOST]) && keeps(asked, &cases[LIKELY]) && is_known(asked->of, asked->workers)
               ? "kept"
               : "cannot tell";
}

/* The share of loss that is promised; 0: none is. */
static double loss_allowed(const struct slo_list *promises)
{
    for (int i = 0; i < promises->count; i++)
        if (promises->items[i].kind->is_loss)
            return promises->items[i].limit_share;
    return 0;
}

static int machines_most(const struct asked *asked)
{
    return (int)fmin(FLEET_MACHINES_MAX, fmax(1, FLEET_WORKERS_MAX / asked->workers));
}

/* The fewest machines that keep it, with that service; 0: none do. */
static int fewest(const struct asked *asked, int balance, int scene, int which)
{
    double load = asked->of->rate * asked->services[which].mean_ns / asked->workers, alone;
    int most = (int)fmin(machines_most(asked), ENOUGH * load + ENOUGH);
    int low = (int)fmin(most, floor(load * (1 - loss_allowed(&asked->shown)))), high = low, step = 1;
    struct played played;
    if (forecast_impossible(&asked->services[which], &asked->shown, &alone))
        return 0;
    do { /* low does not keep it, if only because it is full */
        low = high;
        if (low >= most)
            return 0;
        high = low + step < most ? low + step : most;
        step *= 2;
        played = play(asked, high, balance, scene, which, requests_of(asked) / SEARCHED);
    } while (!keeps(asked, &played));
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        played = play(asked, middle, balance, scene, which, requests_of(asked) / SEARCHED);
        *(keeps(asked, &played) ? &high : &low) = middle;
    }
    for (; high <= most; high++) { /* as long as a scene is played, so that both say the same */
        played = play(asked, high, balance, scene, which, requests_of(asked));
        if (keeps(asked, &played))
            return high;
    }
    return 0;
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count(int value)
{
    return value > 0 ? json_integer(value) : json_null();
}

/* {"values": [{name, value, low, high, endless}..], "verdict"} of one scene. */
static json_t *scene_json(const struct asked *asked, int machines, int balance, int scene)
{
    json_t *values = json_array();
    struct played cases[CASES];
    for (int i = 0; i < CASES; i++)
        cases[i] = play(asked, machines, balance, scene, i, requests_of(asked));
    for (int i = 0; i < asked->shown.count; i++) {
        double low = fmin(fmin(cases[LEAST].values[i], cases[LIKELY].values[i]), cases[MOST].values[i]);
        double high = fmax(fmax(cases[LEAST].values[i], cases[LIKELY].values[i]), cases[MOST].values[i]);
        bool open = !is_known(asked->of, asked->workers);
        json_array_append_new(values,
                              must_pack("{s:s, s:o, s:o, s:o, s:b, s:b}", "name", asked->shown.items[i].kind->name,
                                        "value", number(cases[LIKELY].values[i]), "low", number(low), "high",
                                        open ? json_null() : number(high), "endless",
                                        (int)isinf(cases[LIKELY].values[i]), "high_endless", (int)isinf(high)));
    }
    return must_pack("{s:o, s:s}", "values", values, "verdict", verdict_of(asked, cases));
}

static void tell(const struct fleet_question *of, const char *what, int done, int all)
{
    if (of->tell)
        of->tell(what, done, all);
}

static json_t *balance_json(const struct asked *asked, int machines, int balance)
{
    json_t *json = must_pack("{s:s}", "name", fleet_balance_name((enum fleet_balance)balance));
    for (int scene = 0; scene < SCENES; scene++) {
        tell(asked->of, fleet_balance_name((enum fleet_balance)balance), balance * SCENES + scene,
             FLEET_BALANCES * SCENES);
        json_object_set_new(json, scenes[scene], scene_json(asked, machines, balance, scene));
    }
    if (asked->of->promises->count == 0)
        return json;
    json_object_set_new(json, "fewest", count(fewest(asked, balance, WHOLE, LIKELY)));
    json_object_set_new(json, "fewest_surely",
                        is_known(asked->of, asked->workers) ? count(fewest(asked, balance, WHOLE, MOST)) : json_null());
    json_object_set_new(json, "fewest_with_one_lost", count(fewest(asked, balance, LOST, LIKELY)));
    return json;
}

static json_t *shapes_json(const struct fleet_question *of)
{
    json_t *shapes = json_array();
    for (int i = 0; i < of->shape_count && of->promises->count > 0; i++) {
        struct asked asked;
        tell(of, "other sizes", i, of->shape_count);
        ask(&asked, of, of->shapes[i]);
        json_array_append_new(
            shapes,
            must_pack("{s:i, s:o, s:o, s:b}", "workers", asked.workers, "machines",
                      count(fewest(&asked, FLEET_TWO_CHOICES, WHOLE, LIKELY)), "machines_surely",
                      is_known(of, asked.workers) ? count(fewest(&asked, FLEET_TWO_CHOICES, WHOLE, MOST)) : json_null(),
                      "measured", (int)(asked.workers <= of->measured_workers_most)));
        end(&asked);
    }
    return shapes;
}

static json_t *service_json(const struct measured_service *measured)
{
    const struct service *service = &measured->service;
    return must_pack("{s:i, s:i, s:f, s:f, s:o, s:f, s:f, s:f, s:o}", "workers", measured->workers, "rounds",
                     measured->rounds, "mean_ns", service->mean_ns, "low_ns", measured->mean_low, "high_ns",
                     number(measured->mean_high), "variation", service->cv2, "p99_ns", service_quantile(service, 0.99),
                     "cpu_share", service->cpu_share, "samples", number(service->samples));
}

static json_t *scaling_json(const struct asked *asked)
{
    const struct scalability *law = asked->of->law;
    if (!law)
        return must_pack("{s:b, s:s, s:i}", "known", 0, "why", asked->of->law_why ? asked->of->law_why : "",
                         "measured_workers_most", asked->of->measured_workers_most);
    return must_pack("{s:b, s:i, s:f, s:f, s:f, s:b, s:b, s:o, s:i, s:f, s:f, s:f}", "known", 1,
                     "measured_workers_most", asked->of->measured_workers_most, "lambda_per_s", law->lambda, "sigma",
                     law->sigma, "kappa", law->kappa, "sigma_at_bound", (int)law->sigma_bound, "kappa_at_bound",
                     (int)law->kappa_bound, "peak", number(law->peak), "points", law->count, "stretch",
                     asked->stretch[LIKELY], "stretch_low", asked->stretch[LEAST], "stretch_high",
                     asked->stretch[MOST]);
}

/* One machine under its share of the rate, by formula: what random balancing should come to. */
static json_t *formula_json(const struct asked *asked, int machines)
{
    struct mgc queue = {asked->workers, asked->of->rate / machines, &asked->services[LIKELY], 1};
    json_t *values = json_array();
    char why[160];
    bool holds = mgc_holds(&queue, why, sizeof why);
    for (int i = 0; i < asked->shown.count; i++) {
        const struct slo_kind *kind = asked->shown.items[i].kind;
        double value = kind->quantile > 0           ? mgc_quantile(&queue, kind->quantile)
                       : strcmp(kind->name, "mean") ? NAN
                                                    : mgc_wait_mean(&queue) + queue.service->mean_ns;
        json_array_append_new(values, must_pack("{s:s, s:o}", "name", kind->name, "value", number(value)));
    }
    return must_pack("{s:s, s:b, s:s, s:o}", "name", "M/G/c", "holds", (int)holds, "why", why, "values", values);
}

static json_t *promises_json(const struct slo_list *promises)
{
    json_t *json = json_array();
    for (int i = 0; i < promises->count; i++) {
        const struct slo *slo = &promises->items[i];
        json_array_append_new(
            json, slo->kind->is_loss
                      ? must_pack("{s:s, s:f}", "name", slo->kind->name, "limit_share", slo->limit_share)
                      : must_pack("{s:s, s:I}", "name", slo->kind->name, "limit_ns", (json_int_t)slo->limit_ns));
    }
    return json;
}

/* The best that one of the balancers comes to. */
static const char *best_verdict(const json_t *balances)
{
    static const char *const order[] = {"broken", "cannot tell", "kept"};
    const char *best = "";
    json_t *one;
    size_t i;
    for (int rank = 0; rank < 3; rank++)
        json_array_foreach (balances, i, one)
            if (!strcmp(json_string_value(json_object_get(json_object_get(one, "whole"), "verdict")), order[rank]))
                best = order[rank];
    return best;
}

json_t *fleet_forecast(const struct fleet_question *question)
{
    struct asked asked;
    json_t *fleet, *balances = json_array();
    int machines = question->machines;
    ask(&asked, question, question->workers);
    if (machines == 0 && question->promises->count > 0) {
        tell(question, "machines", 0, 1);
        machines = fewest(&asked, FLEET_TWO_CHOICES, WHOLE, is_known(question, asked.workers) ? MOST : LIKELY);
    }
    if (machines == 0) /* none is enough, or nothing is promised: as many as are busy at 80% */
        machines = (int)fmax(1, fmin(machines_most(&asked), ceil(utilisation(&asked, 1, WHOLE, LIKELY) / 0.8)));
    for (int balance = 0; balance < FLEET_BALANCES; balance++)
        json_array_append_new(balances, balance_json(&asked, machines, balance));
    fleet = must_pack(
        "{s:i, s:b, s:i, s:f, s:I, s:o, s:o, s:o, s:o, s:f, s:f, s:f, s:f, s:o, s:s, s:o, s:o}", "machines", machines,
        "machines_asked", question->machines > 0, "workers", question->workers, "rate_per_s", question->rate * 1e9,
        "capacity", (json_int_t)question->places, "slo", promises_json(question->promises), "service",
        service_json(question->measured), "scaling", scaling_json(&asked), "formula", formula_json(&asked, machines),
        "utilisation", utilisation(&asked, machines, WHOLE, LIKELY), "utilisation_low",
        utilisation(&asked, machines, WHOLE, LEAST), "utilisation_high", utilisation(&asked, machines, WHOLE, MOST),
        "slow_times", SLOW_TIMES, "balances", balances, "verdict", best_verdict(balances), "shapes",
        shapes_json(question), "known", json_boolean(is_known(question, asked.workers)));
    if (open_why(question, asked.workers))
        json_object_set_new(fleet, "open", must_text(open_why(question, asked.workers)));
    end(&asked);
    return fleet;
}

const char *fleet_forecast_verdict(const json_t *fleet)
{
    return json_string_value(json_object_get(fleet, "verdict"));
}
