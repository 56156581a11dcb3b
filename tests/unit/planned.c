/* planned.c - what the figures of a planning are made of, from a document that is made up. */
#include "bench/figures/planned.h"
#include "bench/figures/figures_plan_course.h"

#include <criterion/criterion.h>
#include <math.h>

#include "bench/results/hist_json.h"

/* Exponential services of 1 ms. */
static json_t *services(void)
{
    static struct hist hist;
    enum { SAMPLES = 20000 };
    hist = (struct hist){0};
    for (int i = 0; i < SAMPLES; i++)
        hist_record(&hist, (uint64_t)(-log(1 - (i + 0.5) / SAMPLES) * 1e6));
    return json_pack("{s:s, s:s, s:i, s:s, s:{s:{s:o}}}", "pool", "ring", "spec", "cpu", "workers", 1, "full", "block",
                     "summary", "latency", "start_to_end", hist_json(&hist));
}

static json_t *measured(int workers, double rate, double p99_ms, int samples, const char *full)
{
    char spec[64];
    snprintf(spec, sizeof spec, "burst:rate=%.0f,of=cpu:size=1ms", rate);
    return json_pack("{s:s, s:s, s:i, s:s, s:{s:{s:{s:f, s:f, s:f}}, s:[{s:s, s:i, s:f, s:f, s:n, s:i, s:s}]}}", "pool",
                     "ring", "spec", spec, "workers", workers, "full", full, "summary", "figures", "offered_per_s",
                     "median", rate, "low", rate, "high", rate, "slo", "name", "p99", "limit_ns", 20000000, "value_ns",
                     p99_ms * 1e6, "low_ns", p99_ms * 0.9e6, "high_ns", "samples", samples, "verdict", "kept");
}

static json_t *document(void)
{
    return json_pack("{s:[{s:s, s:f, s:i}], s:[o, o, o, o, o, o], s:{s:i, s:s, s:{s:i}, s:[{s:i, s:s}, {s:i, s:s}], "
                     "s:{s:i}}}",
                     "slo", "name", "p99", "quantile", 0.99, "limit_ns", 20000000, "configurations", services(),
                     measured(2, 1500, 9, 1000, "block"), measured(2, 1501, 8, 5000, "block"),
                     measured(2, 1000, 5, 100, "block"), measured(4, 1500, 5, 100, "block"),
                     measured(2, 2250, 99, 100, "reject"), "plan", "rate", 1500, "workload", "cpu:size=1ms", "service",
                     "configuration", 0, "sizes", "workers", 4, "full", "block", "workers", 2, "full", "block",
                     "answer", "workers", 2);
}

static struct planned begin(json_t *result, struct drawing *drawing)
{
    struct planned planned;
    *drawing = (struct drawing){.result = result, .configurations = json_object_get(result, "configurations")};
    cr_assert(planned_begin(&planned, drawing) == 0);
    return planned;
}

Test(planned, sizes_and_points_are_those_of_the_document, .timeout = 20)
{
    struct drawing drawing;
    struct planned planned = begin(document(), &drawing);
    struct planned_point points[PLANNED_POINTS_MAX];
    cr_assert(planned.size_count == 2 && planned.sizes[0].workers == 2 && planned.sizes[1].workers == 4);
    cr_assert(planned.answer == 2 && planned.rate == 1500 && planned.slo.limit_ns == 20000000);
    /* Of one rate the longer measurement; what was measured under another policy is another thing. */
    cr_assert(planned_points(&planned, 2, points) == 2);
    cr_assert(points[0].rate == 1000 && points[1].ns == 8e6 && isinf(points[1].high_ns));
    cr_assert(planned.sizes[0].at_rate.ns == 8e6 && planned.sizes[1].at_rate.ns == 5e6);
    planned_end(&planned);
}

/* M/M/2 at 75%: Erlang C is 0.643, P(T > t) = 1.286 exp(-t/2) - 0.286 exp(-t): p99 is 9.71 ms. At 100% there is none.
 */
Test(planned, the_model_is_that_of_the_measured_services, .timeout = 20)
{
    struct drawing drawing;
    struct planned planned = begin(document(), &drawing);
    double p99 = planned_model_ns(&planned, 2, 1500);
    cr_assert(fabs(p99 / 9.71e6 - 1) < 0.02, "%g", p99);
    cr_assert(isinf(planned_model_ns(&planned, 2, 2100)));
    planned_end(&planned);
}

Test(planned, what_has_nothing_to_draw_is_refused, .timeout = 20)
{
    static const char *const lacking[] = {"rate", "sizes"};
    for (int i = 0; i < 2; i++) {
        json_t *result = document();
        struct drawing drawing = {.result = result, .configurations = json_object_get(result, "configurations")};
        struct planned planned;
        json_object_del(json_object_get(result, "plan"), lacking[i]);
        cr_assert(planned_begin(&planned, &drawing) < 0, "%s", lacking[i]);
        planned_end(&planned);
    }
}

/* Of plan --max there is no rate: the sizes are those whose rates were looked for. */
Test(planned, sizes_of_the_highest_rates_are_drawn, .timeout = 20)
{
    json_t *result = document(), *plan = json_object_get(result, "plan");
    struct drawing drawing;
    struct planned planned;
    json_object_set_new(plan, "rate", json_null());
    json_object_set_new(plan, "sizes", json_array());
    json_object_set_new(plan, "answer", json_null());
    json_object_set_new(plan, "max",
                        json_pack("{s:[{s:i, s:s, s:f}, {s:i, s:s, s:f}]}", "rates", "workers", 4, "full", "block",
                                  "model_per_s", 3000.0, "workers", 2, "full", "block", "model_per_s", 1600.0));
    planned = begin(result, &drawing);
    cr_assert(planned.size_count == 2 && planned.rate == 0 && !planned.answer);
    cr_assert(planned.sizes[0].workers == 2 && planned.sizes[0].model_rate == 1600 && isnan(planned.sizes[0].model_ns));
    planned_end(&planned);
}

static json_t *replayed(const char *spec, double offered, double p99_ms, int samples)
{
    json_t *configuration = measured(2, offered, p99_ms, samples, "block");
    json_object_set_new(configuration, "spec", json_string(spec));
    return configuration;
}

/* Of a recording a probe that comes twice as dense is another point of the same line, also where it has more samples
 * than the size has; rates are told as the plan tells its own, of the part with its warm-up. */
Test(planned, a_recording_has_a_line_of_latency_over_rate, .timeout = 20)
{
    static const char spec[] = "trace:file=d.csv,times=1,as=sleep,from=5us,warm=25us,for=100us";
    struct drawing drawing;
    struct planned_point points[PLANNED_POINTS_MAX];
    json_t *result = json_pack(
        "{s:[{s:s, s:f, s:i}], s:[o, o], s:{s:i, s:s, s:{s:s}, s:[{s:i, s:s, s:i, s:{s:f, s:f, s:[[f, f], [f, f]]}}], "
        "s:{s:i}}}",
        "slo", "name", "p99", "quantile", 0.99, "limit_ns", 20000000, "configurations", replayed(spec, 500, 6, 1000),
        replayed("trace:for=50us,warm=12us,file=d.csv,as=sleep,from=5us", 1000, 15, 9000), "plan", "rate", 400,
        "workload", "trace:file=d.csv,as=sleep", "trace", "spec", spec, "sizes", "workers", 2, "full", "block",
        "configuration", 0, "model", "value_ns", 5e6, "rate_per_s", 900.0, "curve_ns", 1.0, 5e6, 2.0, 14e6, "answer",
        "workers", 2);
    struct planned planned = begin(result, &drawing);
    cr_assert(planned.recorded && planned.size_count == 1 && planned.sizes[0].at_rate.ns == 6e6, "%g",
              planned.sizes[0].at_rate.ns);
    cr_assert(planned_points(&planned, 2, points) == 2 && fabs(points[0].rate - 400) < 1e-6 &&
              fabs(points[1].rate - 800) < 1e-6 && points[1].ns == 15e6);
    cr_assert(json_array_size(planned.sizes[0].curve) == 2 && planned.sizes[0].model_ns == 5e6);
    planned_end(&planned);
    json_decref(result);
}

/* A queue that fills up meets the number of its places at the right, one that drains at the left, and one that does
 * both at both ends. */
Test(planned, the_number_of_places_stands_where_the_curve_is_not, .timeout = 10)
{
    double fills[40], drains[40], both[40], beyond[40];
    for (int i = 0; i < 40; i++) {
        fills[i] = fmin(47, 2 * i);
        drains[39 - i] = fills[i];
        both[i] = i < 12 || i >= 28 ? 47 : 0;
        beyond[i] = 100;
    }
    cr_assert(figures_plan_course_at(fills, 40, 44, 47) < 0.1);
    cr_assert(figures_plan_course_at(drains, 40, 44, 47) > 0.65);
    cr_assert(figures_plan_course_at(both, 40, 44, 47) >= 0.3 && figures_plan_course_at(both, 40, 44, 47) <= 0.42);
    cr_assert(figures_plan_course_at(beyond, 40, 44, 100) > 0.65, "all are as good: at the right end");
    cr_assert(figures_plan_course_at(beyond, 0, 44, 100) == 0, "no curve");
}
