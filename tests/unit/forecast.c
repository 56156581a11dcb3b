/* forecast.c - the right model for a load, and sizes by it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/models/erlang.h"
#include "bench/models/forecast.h"

#define MS 1e6

static struct service exponential, heavy, even;

static void make(void)
{
    cr_assert_eq(service_made(&exponential, SERVICE_EXPONENTIAL, 0.56 * MS, 1), 0);
    cr_assert_eq(service_made(&heavy, SERVICE_LOGNORMAL, MS, 4), 0);
    cr_assert_eq(service_made(&even, SERVICE_FIXED, MS, 0), 0);
}

static void give_back(void)
{
    service_destroy(&exponential);
    service_destroy(&heavy);
    service_destroy(&even);
}

TestSuite(forecast, .init = make, .fini = give_back);

static struct slo_list promised(const char *text)
{
    struct slo_list list;
    char why[200];
    cr_assert_eq(slo_parse(text, &list, why, sizeof why), 0, "%s", why);
    return list;
}

static void near(double found, double known, double relative, const char *what)
{
    cr_assert(fabs(found - known) <= relative * fabs(known), "%s: %.6g, known %.6g", what, found, known);
}

static struct forecast forecast_of(const struct forecast_load *load, int workers, const char *slo)
{
    struct slo_list list = promised(slo);
    struct forecast found;
    cr_assert_eq(forecast_at(&found, load, workers, &list), 0);
    return found;
}

/* M/M/1 at 90%: p99 is ln(100) / (mu - lambda). A mean service that is 1% longer makes it 11% longer, 1% shorter 8%
 * shorter: what few measured services leave open. */
Test(forecast, near_saturation_the_mean_service_decides, .timeout = 20)
{
    struct forecast_load load = {.service = &exponential, .rate = 0.9 / (0.56 * MS)};
    struct slo_list list = promised("p99=50ms");
    struct forecast found;
    for (double times = 0.99; times < 1.02; times += 0.01) {
        cr_assert_eq(forecast_scaled(&found, &load, 1, &list, times), 0);
        near(found.values[0], log(100) / (1 / (0.56 * MS * times) - load.rate), 1e-3, "p99");
    }
    cr_assert(!forecast_scaled(&found, &load, 1, &list, 1.2) && found.overloaded && isinf(found.values[0]));
    cr_assert_eq(forecast_scaled(&found, &load, 1, &list, 0), -EINVAL);
}

/* Three recorded jobs at once, of 1, 2 and 3 ms, and one worker: the last one ends after 6 ms; where all are a tenth
 * longer, after 6.6. */
Test(forecast, recorded_services_are_scaled_as_others_are, .timeout = 20)
{
    static const double times_ns[] = {0, 0, 0}, services_ns[] = {1 * MS, 2 * MS, 3 * MS};
    struct forecast_load load = {.service = &even,
                                 .arrivals = QUEUE_RECORDED,
                                 .times_ns = times_ns,
                                 .services_ns = services_ns,
                                 .recorded = 3,
                                 .stretch = 1,
                                 .seed = 1};
    struct slo_list list = promised("max=1s");
    struct forecast found;
    cr_assert_eq(forecast_scaled(&found, &load, 1, &list, 1), 0);
    near(found.values[0], 6 * MS, 0.01, "max");
    cr_assert_eq(forecast_scaled(&found, &load, 1, &list, 1.1), 0);
    near(found.values[0], 6.6 * MS, 0.01, "max of longer ones");
    cr_assert(services_ns[2] == 3 * MS);
}

/* 20 k/s of 0.56 ms, p99 within 5 ms: 12 workers (4.0 ms); 11 are overloaded. */
Test(forecast, sizes_the_example_of_the_issue, .timeout = 20)
{
    struct forecast_load load = {.service = &exponential, .rate = 20e3 / 1e9};
    struct slo_list list = promised("p99=5ms,loss=0.1%");
    struct forecast found;
    cr_assert_eq(forecast_workers(&load, &list, 64), 12);
    found = forecast_of(&load, 12, "p99=5ms,loss=0.1%");
    near(found.values[0], 4.0 * MS, 0.02, "p99");
    cr_assert(found.all_kept && !found.overloaded && found.model == FORECAST_CONVOLUTION);
    cr_assert_str_eq(forecast_model_name(found.model), "M/G/c");
    found = forecast_of(&load, 11, "p99=5ms,loss=0.1%");
    cr_assert(found.overloaded && isinf(found.values[0]) && !found.kept[0] && !found.kept[1]);
    near(found.values[1], 1 - 11 / 11.2, 0.01, "what cannot be served");
    cr_assert_eq(forecast_workers(&load, &list, 11), 0);
    near(forecast_rate(&load, 12, &list), erlang_rate(12, 0.56 * MS, 5 * MS, 0.01), 2e-3, "rate");
}

/* Simulated elsewhere, 3 x 10^7 jobs: p99 of the sojourn. */
Test(forecast, plays_heavy_tails_with_few_workers, .timeout = 60)
{
    struct forecast_load load = {.service = &heavy, .rate = 2 * 0.7 / MS, .seed = 1};
    struct forecast found = forecast_of(&load, 2, "p99=50ms");
    cr_assert_eq(found.model, FORECAST_SIMULATION);
    cr_assert(strstr(found.why, "vary too much"), "%s", found.why);
    near(found.values[0], 23.4 * MS, 0.06, "p99");
    load.rate = 8 * 0.7 / MS;
    found = forecast_of(&load, 8, "p99=50ms");
    cr_assert_eq(found.model, FORECAST_CONVOLUTION);
    near(found.values[0], 8.94 * MS, 0.03, "p99");
}

Test(forecast, plays_what_no_formula_holds_for, .timeout = 60)
{
    static const double times[] = {0, 0, 10 * MS};
    struct forecast_load load = {.service = &even, .rate = 1 / MS, .arrivals = QUEUE_PACED};
    struct forecast found = forecast_of(&load, 2, "p99=1.1ms,mean=1.1ms");
    cr_assert(found.model == FORECAST_SIMULATION && found.all_kept);
    near(found.values[1], MS, 1e-6, "nobody waits");
    load = (struct forecast_load){.service = &even, .rate = 3 / MS, .places = 10};
    found = forecast_of(&load, 2, "loss=34%,p50=10ms");
    near(found.values[0], 1.0 / 3, 0.02, "loss");
    cr_assert(found.kept[0] && found.kept[1]);
    load = (struct forecast_load){.service = &even, .arrivals = QUEUE_RECORDED, .times_ns = times, .recorded = 3};
    found = forecast_of(&load, 1, "max=2ms,p99=2ms");
    near(found.values[0], 2 * MS, 0.01, "the second waits for the first");
    cr_assert(isnan(found.values[1]) && found.kept[0] && !found.kept[1], "three jobs have no p99");
}

Test(forecast, names_the_promise_that_the_service_breaks, .timeout = 10)
{
    struct slo_list list = promised("p50=1ms,p99=2ms"), even_list = promised("p99=1ms,max=1ms");
    double alone;
    const struct slo *broken = forecast_impossible(&exponential, &list, &alone);
    cr_assert_not_null(broken);
    cr_assert_str_eq(broken->kind->name, "p99");
    near(alone, 0.56 * MS * log(100), 5e-3, "p99 of the service alone");
    cr_assert_null(forecast_impossible(&even, &even_list, &alone));
    cr_assert_eq(forecast_places(&exponential, 4, &list, 1), -1);
}

/* c even services in step: the last of n places waits for n/c of them. */
Test(forecast, bounds_the_queue_by_the_promise, .timeout = 120)
{
    struct slo_list twenty = promised("p99=20ms"), loss = promised("loss=1%"), mean = promised("mean=10ms");
    struct erlang_promise late = {0.99, 20 * MS};
    int64_t places = forecast_places(&even, 4, &twenty, 1);
    cr_assert(places >= 72 && places <= 76, "%lld: (20 - 1) x 4 = 76 within 2%%", (long long)places);
    cr_assert_eq(forecast_places(&exponential, 4, &twenty, 1), erlang_places_most(4, 0.56 * MS, late));
    cr_assert_eq(forecast_places(&even, 4, &loss, 1), INT64_MAX);
    places = forecast_places(&even, 2, &mean, 1);
    cr_assert(places >= 17 && places <= 19, "%lld: (10 - 1) x 2", (long long)places);
}

Test(forecast, refuses_what_makes_no_sense, .timeout = 10)
{
    struct slo_list list = promised("p99=5ms");
    struct forecast_load load = {.service = &even, .rate = 1 / MS};
    struct forecast found;
    cr_assert_eq(forecast_at(&found, &load, 0, &list), -EINVAL);
    load.rate = 0;
    cr_assert_eq(forecast_at(&found, &load, 1, &list), -EINVAL);
}
