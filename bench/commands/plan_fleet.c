/* plan_fleet.c - see plan_fleet.h. */
#include "bench/commands/plan_fleet.h"

#include <stdio.h>
#include <string.h>

#include "bench/findings/fleet_forecast.h"
#include "bench/findings/measured_service.h"
#include "bench/json/must.h"
#include "bench/models/forecast.h"
#include "bench/results/read.h"
#include "bench/results/result.h"
#include "bench/results/save.h"
#include "bench/show/fleet_show.h"
#include "bench/show/progress.h"
#include "workloads/core/why.h"

#define FLEET_FORMAT 1

int plan_fleet_check(const struct options *options, char *text, size_t size)
{
    struct why why = {text, size};
    if (!options->rate)
        return why_wrong(why, "plan --from: for which load? --rate R, as in --rate 2M (requests per second, of all "
                              "machines)");
    if (options->pool_count > 1 || options->workload_count > 1 || options->capacity_count > 1)
        return why_wrong(why, "plan --from: one -p, one -w and one --capacity at most");
    if (options->worker_count > FLEET_SHAPES_MAX)
        return why_wrong(why, "plan --from: --workers of %d numbers (%d at most)", options->worker_count,
                         FLEET_SHAPES_MAX);
    return 0;
}

static bool is_wanted(const struct options *options, const json_t *configuration)
{
    if (result_is_floor(configuration) ||
        !result_value(json_object_get(configuration, "summary"), "latency.start_to_end"))
        return false;
    if (options->pool_count && strcmp(options->pools[0]->name, result_string(configuration, "pool")))
        return false;
    return !options->workload_count || !strcmp(options->workloads[0].text, result_string(configuration, "spec")) ||
           !strcmp(options->workloads[0].text, result_string(configuration, "workload"));
}

/* A plan says where it measured the service alone. */
static const json_t *of_plan(const json_t *result)
{
    const json_t *service = json_object_get(json_object_get(result, "plan"), "service");
    return service ? json_array_get(json_object_get(result, "configurations"),
                                    (size_t)result_integer(service, "configuration"))
                   : NULL;
}

/* The configuration with the fewest workers, of those that are meant; they must be of one pool
 * and of the same jobs. `most` is the largest number of workers among them. Returns 0 or -EINVAL. */
static int choose(const struct options *options, const json_t *result, const json_t **chosen, int *most, struct why why)
{
    json_t *one;
    size_t i;
    *chosen = of_plan(result);
    *most = *chosen ? (int)result_integer(*chosen, "workers") : 0;
    if (*chosen)
        return 0;
    json_array_foreach (json_object_get(result, "configurations"), i, one) {
        int workers = (int)result_integer(one, "workers");
        if (!is_wanted(options, one))
            continue;
        if (*chosen && (strcmp(result_string(one, "pool"), result_string(*chosen, "pool")) ||
                        strcmp(result_string(one, "spec"), result_string(*chosen, "spec"))))
            return why_wrong(why,
                             "%s: which jobs? It has %.40s under %.60s and %.40s under %.60s (-p POOL -w WORKLOAD)",
                             options->from, result_string(*chosen, "pool"), result_string(*chosen, "spec"),
                             result_string(one, "pool"), result_string(one, "spec"));
        *most = workers > *most ? workers : *most;
        if (!*chosen || workers < result_integer(*chosen, "workers"))
            *chosen = one;
    }
    return *chosen ? 0
                   : why_wrong(why, "%s: no jobs with a time%s", options->from,
                               options->pool_count || options->workload_count ? " of that pool and workload" : "");
}

static json_t *from_json(const struct options *options, const json_t *result, const json_t *configuration)
{
    return must_pack("{s:o, s:s, s:s, s:s, s:s}", "file", must_text(options->from), "pool",
                     result_string(configuration, "pool"), "spec", result_string(configuration, "spec"), "host",
                     result_string(json_object_get(result, "machine"), "host"), "date", result_string(result, "date"));
}

static void tell(const char *what, int done, int all)
{
    char text[64];
    snprintf(text, sizeof text, "playing %s", what);
    progress_tell(text, done, all, -1);
}

static struct fleet_question question_of(const struct options *options, const struct measured_service *measured,
                                         const struct scalability *law, int most)
{
    struct fleet_question question = {.measured = measured,
                                      .law = law->count > 0 ? law : NULL,
                                      .measured_workers_most = most,
                                      .rate = (double)options->rate / 1e9,
                                      .machines = options->machines,
                                      .workers = options->worker_count ? options->workers[0] : measured->workers,
                                      .promises = &options->slo,
                                      .places = options->capacity_count ? options->capacities[0] : 0,
                                      .seed = options->seed_given ? (uint64_t)options->seed : 1,
                                      .tell = tell};
    for (int i = 0; i < options->worker_count; i++)
        question.shapes[question.shape_count++] = options->workers[i];
    if (question.shape_count == 1) /* and half, and twice as many */
        for (int times = 0; times < 2; times++)
            question.shapes[question.shape_count++] = times ? 2 * question.workers : (question.workers + 1) / 2;
    return question;
}

static json_t *forecast(const struct options *options, const json_t *result, const json_t *configuration,
                        const struct measured_service *measured, int most, int argc, char **argv)
{
    struct scalability law;
    struct fleet_question question;
    char why[256];
    json_t *document, *command = json_array();
    measured_scaling(result, configuration, measured->service.cpu_share, &law, why, sizeof why);
    question = question_of(options, measured, &law, most);
    question.law_why = why;
    for (int i = 0; i < argc; i++)
        json_array_append_new(command, must_text(argv[i]));
    document = must_pack("{s:i, s:s, s:o, s:I, s:o, s:o}", "fleet_format", FLEET_FORMAT, "program", "poolbench",
                         "command", command, "seed", (json_int_t)question.seed, "from",
                         from_json(options, result, configuration), "fleet", fleet_forecast(&question));
    progress_end();
    scalability_destroy(&law);
    return document;
}

static int show(const struct options *options, const json_t *document)
{
    int error = options->out ? save_document(document, options->out, true) : 0;
    if (options->compare_format == OPTIONS_COMPARE_JSON)
        save_print(document, stdout);
    else
        fleet_show(document, stdout, options->compare_format == OPTIONS_MARKDOWN);
    if (error)
        fprintf(stderr, "poolbench: %s: %s\n", options->out, strerror(-error));
    return error ? EXIT_UNWRITTEN : EXIT_GOOD;
}

/* More than can be played long enough to say anything. */
static bool is_too_large(const struct options *options, const struct measured_service *measured)
{
    int workers = options->worker_count ? options->workers[0] : measured->workers;
    bool large = (double)options->machines * workers > FLEET_WORKERS_MAX;
    if (large)
        fprintf(stderr,
                "poolbench: plan --from: %d machines of %d workers are more than can be played (%d workers in all)\n",
                options->machines, workers, FLEET_WORKERS_MAX);
    return large;
}

/* A promise that the service alone breaks. */
static bool is_impossible(const struct options *options, const struct service *service)
{
    double alone;
    const struct slo *broken = forecast_impossible(service, &options->slo, &alone);
    char value[32], limit[64];
    if (broken)
        fprintf(stderr,
                "poolbench: impossible: %s of the service alone is %s, and promised is %s; no number of machines "
                "helps\n",
                broken->kind->name, slo_value_text(broken->kind, alone, value, sizeof value),
                slo_text(broken, limit, sizeof limit));
    return broken;
}

int plan_fleet(const struct options *options, int argc, char **argv)
{
    const json_t *configuration;
    struct measured_service measured;
    json_t *result, *document;
    char why[1024];
    int most, status = EXIT_USAGE;
    if (read_result(options->from, &result, why, sizeof why))
        return fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE;
    if (choose(options, result, &configuration, &most, (struct why){why, sizeof why})) {
        fprintf(stderr, "poolbench: %s\n", why);
    } else if (measured_service(configuration, &measured)) {
        fprintf(stderr, "poolbench: %s: no job of %s has a time\n", options->from,
                result_string(configuration, "spec"));
    } else {
        if (!is_too_large(options, &measured) && !is_impossible(options, &measured.service)) {
            const char *verdict;
            document = forecast(options, result, configuration, &measured, most, argc, argv);
            verdict = fleet_forecast_verdict(json_object_get(document, "fleet"));
            status = show(options, document);
            if (status == EXIT_GOOD && *verdict && strcmp(verdict, "kept"))
                status = strcmp(verdict, "broken") ? EXIT_UNDECIDED : EXIT_BAD;
            json_decref(document);
        }
        service_destroy(&measured.service);
    }
    json_decref(result);
    return status;
}
