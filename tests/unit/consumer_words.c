/* consumer_words.c - what slow-consumer says below its table, of figures that are made up. */
#include <criterion/criterion.h>
#include <string.h>

#include "workloads/core/workload.h"

static int index_of(const struct workload_ops *ops, const char *name)
{
    int i = 0;
    while (i < ops->figure_count && strcmp(ops->figures[i].name, name))
        i++;
    cr_assert(i < ops->figure_count, "%s", name);
    return i;
}

/* What is nearly all is not 100%, in words as in the columns. */
Test(consumer_words, have_shares_as_the_columns_have_them, .timeout = 10)
{
    double figures[WORKLOAD_FIGURES_MAX] = {0};
    struct workload_setting setting = {.workers = 2, .producers = 1, .capacity = 8, .results_capacity = 8};
    struct workload_spec spec;
    char text[512] = "";
    setting.results = POOL_RESULTS_BLOCK;
    cr_assert(workload_parse("slow-consumer:take=200us", &spec, text, sizeof text) == 0, "%s", text);
    figures[index_of(spec.ops, "consumer_busy")] = 0.98;
    figures[index_of(spec.ops, "workers_blocked")] = 0.4;
    figures[index_of(spec.ops, "producers_waiting")] = 0.9991;
    figures[index_of(spec.ops, "results_lost")] = 0.004;
    spec.ops->say(&spec, &setting, figures, text, sizeof text);
    cr_assert(strstr(text, "workers blocked 40% of the time, 0.4% of the results lost, producers waiting 99.9%; "),
              "%s", text);
    figures[index_of(spec.ops, "producers_waiting")] = 1;
    spec.ops->say(&spec, &setting, figures, text, sizeof text);
    cr_assert(strstr(text, "producers waiting 100%; "), "%s", text);
    figures[index_of(spec.ops, "results_lost")] = 0.0003;
    spec.ops->say(&spec, &setting, figures, text, sizeof text);
    cr_assert(strstr(text, "<0.1% of the results lost, "), "%s", text);
}
