/* rates.c - see rates.h. */
#include "bench/statistics/rates.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "workloads/core/kinds.h"
#include "workloads/core/trace_part.h"

bool rates_has(const struct workload_ops *ops)
{
    return ops && (!strcmp(ops->name, "burst") || !strcmp(ops->name, "trace"));
}

/* The next of its own parameters: up to `of=`, whose value may have a rate of its own.
 * Returns its length; 0: no more. */
static size_t own_parameter(const char *at)
{
    return strncmp(at, "of=", 3) ? strcspn(at, ",") : 0;
}

static const char *parameters(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon ? colon + 1 : "";
}

static bool is_named(const char *parameter, const char *name)
{
    return !strncmp(parameter, name, strlen(name)) && parameter[strlen(name)] == '=';
}

bool rates_given(const char *text, const char *name)
{
    size_t length;
    for (const char *at = parameters(text); (length = own_parameter(at)); at += length + (at[length] == ','))
        if (is_named(at, name))
            return true;
    return false;
}

void rates_left_out(const char *text, char *out, size_t size)
{
    const char *at = parameters(text), *between = ":";
    size_t length;
    snprintf(out, size, "%.*s", (int)strcspn(text, ":"), text);
    for (; (length = own_parameter(at)); at += length + (at[length] == ',')) {
        if (is_named(at, "rate") || is_named(at, "times") || is_named(at, "for") || is_named(at, "warm"))
            continue;
        snprintf(out + strlen(out), size - strlen(out), "%s%.*s", between, (int)length, at);
        between = ",";
    }
    if (*at)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", between, at);
}

/* The index of a parameter of that name; -1: there is none. */
static int index_of(const struct workload_ops *ops, const char *name)
{
    for (int i = 0; i < ops->param_count; i++)
        if (!strcmp(ops->params[i].name, name))
            return i;
    return -1;
}

void rates_stretch(struct workload_spec *spec, double slice_ns)
{
    static const double warm_share = 0.25;
    int counted = index_of(spec->ops, "for"), warm = index_of(spec->ops, "warm");
    double warm_ns = warm_share * slice_ns;
    if (!rates_has(spec->ops) || rates_given(spec->text, "for") || counted < 0 || warm < 0)
        return;
    if (trace_is(spec) && !spec->values[TRACE_FROM])
        warm_ns = 0; /* before its begin there is nothing to warm up with */
    if (rates_given(spec->text, "warm"))
        warm_ns = (double)spec->values[warm];
    if (slice_ns - warm_ns > (double)spec->values[counted])
        spec->values[counted] = (int64_t)(slice_ns - warm_ns);
}

/* The jobs of another workload that it hands over; false: it has its own. */
static bool jobs_of(const struct workload_spec *spec, struct workload_spec *jobs)
{
    char why[256];
    if (trace_is(spec) && !workload_gives(spec, "of"))
        return false;
    return workload_rest(spec) && !workload_parse(workload_rest(spec), jobs, why, sizeof why);
}

bool rates_waits(const struct workload_spec *spec)
{
    struct workload_spec jobs;
    if (jobs_of(spec, &jobs))
        return jobs.ops->waits;
    return trace_is(spec) ? spec->values[TRACE_AS] == TRACE_AS_SLEEP : spec->ops->waits;
}

double rates_job_ns(const struct workload_spec *spec)
{
    struct workload_spec jobs;
    if (jobs_of(spec, &jobs))
        return workload_job_ns(&jobs);
    return trace_is(spec) ? trace_part_of(spec).longest_ns : workload_job_ns(spec);
}

double rates_load(const struct workload_spec *spec, int workers)
{
    struct workload_spec jobs;
    double each = 0;
    if (!rates_has(spec->ops))
        return NAN;
    if (jobs_of(spec, &jobs))
        each = workload_job_ns(&jobs);
    else if (trace_is(spec))
        each = trace_part_of(spec).service_ns;
    return each > 0 ? each / workload_job_ns(spec) / workers : NAN;
}

double rates_per_s(const struct workload_spec *spec)
{
    struct trace_part part;
    if (!trace_is(spec))
        return rates_has(spec->ops) ? 1e9 / workload_job_ns(spec) : NAN;
    part = trace_part_of(spec);
    return part.jobs > 0 ? (double)part.jobs / (part.warm_ns + part.counted_ns) * 1e9 : NAN;
}

double rates_times(const struct workload_spec *spec, double rate)
{
    return trace_is(spec) ? (double)spec->values[TRACE_TIMES] / WORKLOAD_FACTOR_ONE * rate / rates_per_s(spec) : NAN;
}

/* The rest of a text's own parameters, but those that are named; then what `of=` says. */
static void add_others(const struct workload_spec *spec, const char *const *but, char *text, size_t size)
{
    const char *at = parameters(spec->text);
    size_t length;
    for (; (length = own_parameter(at)); at += length + (at[length] == ',')) {
        int i = 0;
        while (but[i] && !is_named(at, but[i]))
            i++;
        if (!but[i])
            snprintf(text + strlen(text), size - strlen(text), ",%.*s", (int)length, at);
    }
    if (*at)
        snprintf(text + strlen(text), size - strlen(text), ",%s", at);
}

static int put_times(const struct workload_spec *spec, double rate, struct workload_spec *out)
{
    static const char *const own[] = {"times", "for", "warm", NULL};
    char text[2 * sizeof spec->text + 96], why[256];
    struct trace_part part = trace_part_of(spec);
    double faster = rate / rates_per_s(spec);
    if (!(faster > 0))
        return -EINVAL;
    snprintf(text, sizeof text, "%s:times=%.6g,for=%.0fus", spec->ops->name, rates_times(spec, rate),
             ceil(part.counted_ns / faster / 1e3));
    if (part.warm_ns > 0)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",warm=%.0fus", part.warm_ns / faster / 1e3);
    add_others(spec, own, text, sizeof text);
    return workload_parse(text, out, why, sizeof why);
}

int rates_put(const struct workload_spec *spec, double rate, double counted_ns, struct workload_spec *out)
{
    char text[2 * sizeof spec->text + 96], why[256];
    static const char *const own[] = {"rate", NULL};
    if (trace_is(spec))
        return put_times(spec, rate, out);
    snprintf(text, sizeof text, "%s:rate=%.0f", spec->ops->name, rate);
    if (!rates_given(spec->text, "for"))
        snprintf(text + strlen(text), sizeof text - strlen(text), ",for=%.0fus", ceil(counted_ns / 1e3));
    add_others(spec, own, text, sizeof text);
    return workload_parse(text, out, why, sizeof why);
}
