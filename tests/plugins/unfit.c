/* unfit.c - a workload that can be measured, in whose tables $KIT_UNFIT makes one thing wrong while it is
 * loaded: what must be refused in a line, and would crash whoever reads it. It is judged by a time that is
 * $KIT_LATE_NS, whatever the pool does. */
#include <poolbench.h>
#include <stdlib.h>
#include <string.h>

static const char *choices[] = {"fast", NULL};

/* Without a help, which may be. */
static struct workload_param params[] = {
    {"bytes", WORKLOAD_COUNT, "4k", 64, 1 << 20, NULL, "how much"},
    {"how", WORKLOAD_CHOICE, "fast", 0, 0, choices, NULL},
    {"rest", WORKLOAD_TIME, "0", 0, 1000, NULL, NULL},
};

static struct workload_figure figures[] = {
    {.name = "late_ns", .head = "late", .unit = WORKLOAD_NS, .quantile = 0.5},
    {.name = "late_share", .unit = WORKLOAD_SHARE, .quotient = 1, .divisor = 1},
};

static int run(void *arg)
{
    return (*(uint32_t *)arg)++, 0;
}

static double work_ns(const struct workload_spec *spec)
{
    (void)spec;
    return 0;
}

static int prepare(struct workload_slice *slice)
{
    slice->own = workload_memory(slice->jobs, sizeof(uint32_t));
    return slice->own ? 0 : -ENOMEM;
}

static struct pool_job make(struct workload_slice *slice, int64_t index, struct workload_stamp *stamp)
{
    (void)stamp;
    return (struct pool_job){run, (uint32_t *)slice->own + index};
}

static void produce(struct workload_slice *slice, int producer)
{
    workload_submit(slice, producer, 1, make);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    for (int64_t i = 0; i < slice->jobs; i++)
        workload_judge(verdict, ((uint32_t *)slice->own)[i], true);
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const char *late = getenv("KIT_LATE_NS");
    for (int i = 0; i < slice->spec->ops->figure_count; i++)
        report->figures[i] = 0;
    for (int i = 0; i < 100; i++)
        report->sample(report, 0, late ? atoll(late) : 1000);
}

static void release(struct workload_slice *slice)
{
    free(slice->own);
    slice->own = NULL;
}

static struct workload_ops unfit = {
    .abi = WORKLOAD_ABI,
    .name = "unfit",
    .summary = "a table\033[31m",
    .unit = "a job",
    .params = params,
    .param_count = 3,
    .figures = figures,
    .figure_count = 2,
    .samples = {"late"},
    .judged_by = "late_ns",
    .work_ns = work_ns,
    .prepare = prepare,
    .produce = produce,
    .verify = verify,
    .measure = measure,
    .release = release,
};

static void spoil_params(const char *what)
{
    if (!strcmp(what, "params"))
        unfit.params = NULL;
    else if (!strcmp(what, "nameless"))
        params[0].name = NULL;
    else if (!strcmp(what, "comma"))
        params[1].name = "how,much";
    else if (!strcmp(what, "twins"))
        params[1].name = "bytes";
    else if (!strcmp(what, "kind"))
        params[0].kind = (enum workload_kind)17;
    else if (!strcmp(what, "fallback"))
        params[0].fallback = NULL;
    else if (!strcmp(what, "control"))
        params[0].help = "how\nmuch";
    else if (!strcmp(what, "beyond"))
        params[0].fallback = "2M";
    else if (!strcmp(what, "turned"))
        params[0].min = 1 << 20, params[0].max = 64;
    else if (!strcmp(what, "time"))
        params[2].fallback = "5";
    else if (!strcmp(what, "choices"))
        params[1].choices = NULL;
    else if (!strcmp(what, "choice"))
        params[1].fallback = "well";
}

static void spoil_figures(const char *what)
{
    if (!strcmp(what, "figures"))
        unfit.figures = NULL;
    else if (!strcmp(what, "figure"))
        figures[0].name = NULL;
    else if (!strcmp(what, "figures-twins"))
        figures[1].name = "late_ns";
    else if (!strcmp(what, "measure"))
        figures[0].unit = (enum workload_unit)9;
    else if (!strcmp(what, "quantile"))
        figures[0].quantile = 1.5;
    else if (!strcmp(what, "sample"))
        figures[0].sample = 1;
    else if (!strcmp(what, "quotient"))
        figures[1].divisor = 3;
    else if (!strcmp(what, "histogram"))
        unfit.samples[0] = "";
    else if (!strcmp(what, "judge"))
        unfit.judged_by = "lateness";
}

__attribute__((constructor)) static void spoil(void)
{
    const char *what = getenv("KIT_UNFIT");
    if (!what)
        return;
    spoil_params(what);
    spoil_figures(what);
    if (!strcmp(what, "unit"))
        unfit.unit = NULL;
    else if (!strcmp(what, "consume"))
        unfit.needs = POOL_CAN_RESULTS;
}

WORKLOAD_PLUGIN(&unfit);
