/* exported_text.c - see exported_text.h. */
#include "bench/show/exported_text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/show/exported_rows.h"

/* A family of OpenMetrics: its samples stand together. */
static const struct family {
    const char *name, *unit, *help;
    const char *metric; /* of its rows, "latency-" those that begin so; NULL: all others of that unit */
    enum workload_unit of;
    double scale;
} families[] = {
    {"poolbench_job_seconds", "seconds", "Wall time per job: median over rounds", "time", WORKLOAD_NS, 1e-9},
    {"poolbench_job_cpu_seconds", "seconds", "CPU time per job: median over rounds", "cpu-time", WORKLOAD_NS, 1e-9},
    {"poolbench_latency_seconds", "seconds", "From a job's submit, or its plan, to its end: all rounds together",
     "latency-", WORKLOAD_NS, 1e-9},
    {"poolbench_kept_jobs_per_second", "", "The highest rate that keeps the promise; more is better", "rate-kept",
     WORKLOAD_RATE, 1},
    {"poolbench_duet_ratio", "ratio", "Time of the new build as a multiple of the base's", "ratio", WORKLOAD_NUMBER, 1},
    {"poolbench_figure_seconds", "seconds", "By what a workload is judged", NULL, WORKLOAD_NS, 1e-9},
    {"poolbench_figure_bytes", "bytes", "By what a workload is judged", NULL, WORKLOAD_BYTES, 1},
    {"poolbench_figure_ratio", "ratio", "By what a workload is judged", NULL, WORKLOAD_SHARE, 1},
    {"poolbench_figure", "", "By what a workload is judged", NULL, WORKLOAD_NUMBER, 1},
};
enum { FAMILIES = sizeof families / sizeof *families };

static bool is_of(const struct family *family, const struct exported_row *row)
{
    size_t length = family->metric ? strlen(family->metric) : 0;
    if (length && family->metric[length - 1] == '-')
        return !strncmp(row->metric, family->metric, length);
    if (length)
        return !strcmp(row->metric, family->metric);
    for (int i = 0; i < FAMILIES; i++)
        if (families[i].metric && is_of(&families[i], row))
            return false;
    return row->unit == family->of;
}

/* A label's value: as it is, but for what would end it. */
static void print_label(const char *name, const char *value, FILE *out)
{
    fprintf(out, "%s=\"", name);
    for (; *value; value++) {
        if (strchr("\\\"", *value))
            fputc('\\', out);
        fputc(*value == '\n' ? ' ' : *value, out);
    }
    fputs("\",", out);
}

static const char *quantile_of(const struct exported_row *row)
{
    return !strcmp(row->metric, "latency-p50") ? "0.5" : !strcmp(row->metric, "latency-p99") ? "0.99" : "0.999";
}

static void print_sample(const struct family *family, const struct exported_row *row, const char *bound, double value,
                         FILE *out)
{
    char workers[24];
    fprintf(out, "%s{", family->name);
    print_label("benchmark", row->benchmark, out);
    if (row->of) {
        snprintf(workers, sizeof workers, "%lld", (long long)result_integer(row->of, "workers"));
        print_label("pool", result_string(row->of, "pool"), out);
        print_label("workers", workers, out);
    }
    if (!family->metric)
        print_label("figure", row->metric, out);
    if (!strncmp(row->metric, "latency-", strlen("latency-")))
        print_label("quantile", quantile_of(row), out);
    fprintf(out, "bound=\"%s\"} %.9g\n", bound, family->scale * value);
}

/* A value stands as the median, also where it is a figure of all rounds together. */
static void print_family(const struct family *family, const struct exported_rows *rows, FILE *out)
{
    bool begun = false;
    for (int i = 0; i < rows->count; i++) {
        const struct exported_row *row = &rows->all[i];
        if (!is_of(family, row))
            continue;
        if (!begun) {
            fprintf(out, "# TYPE %s gauge\n", family->name);
            if (*family->unit)
                fprintf(out, "# UNIT %s %s\n", family->name, family->unit);
            fprintf(out, "# HELP %s %s (bound=median), and its 95%% interval where there is one.\n", family->name,
                    family->help);
        }
        begun = true;
        print_sample(family, row, "median", row->value, out);
        if (isfinite(row->low) && isfinite(row->high)) {
            print_sample(family, row, "low", row->low, out);
            print_sample(family, row, "high", row->high, out);
        }
    }
}

void exported_openmetrics(const json_t *document, FILE *out)
{
    struct exported_rows rows;
    exported_rows_make(document, &rows);
    for (int i = 0; i < FAMILIES; i++)
        print_family(&families[i], &rows, out);
    fputs("# EOF\n", out);
    exported_rows_free(&rows);
}

/* CSV. */

static void print_text(const char *text, FILE *out)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputs("\",", out);
}

static void print_number(double value, FILE *out)
{
    if (isfinite(value))
        fprintf(out, "%.9g", value);
    fputc(',', out);
}

void exported_table(const json_t *document, FILE *out)
{
    static const char *const units[] = {[WORKLOAD_NS] = "ns",
                                        [WORKLOAD_SHARE] = "share",
                                        [WORKLOAD_NUMBER] = "",
                                        [WORKLOAD_BYTES] = "bytes",
                                        [WORKLOAD_RATE] = "jobs/s"};
    struct exported_rows rows;
    exported_rows_make(document, &rows);
    fputs("benchmark,metric,unit,better,value,low,high,samples\n", out);
    for (int i = 0; i < rows.count; i++) {
        const struct exported_row *row = &rows.all[i];
        print_text(row->benchmark, out);
        print_text(row->metric, out);
        print_text(units[row->unit], out);
        print_text(row->more_is_better ? "more" : "less", out);
        print_number(row->value, out);
        print_number(row->low, out);
        print_number(row->high, out);
        fprintf(out, row->samples ? "%d\n" : "\n", row->samples);
    }
    exported_rows_free(&rows);
}
