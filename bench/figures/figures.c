/* figures.c - see figures.h: which figures a result has. */
#include "bench/figures/figures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figures/drawing.h"
#include "bench/figures/figures_burst.h"
#include "bench/figures/figures_compared.h"
#include "bench/figures/figures_depth.h"
#include "bench/figures/figures_flow.h"
#include "bench/figures/figures_foot.h"
#include "bench/figures/figures_limits.h"
#include "bench/figures/figures_load.h"
#include "bench/figures/figures_matrix.h"
#include "bench/figures/figures_plan.h"
#include "bench/figures/figures_speed.h"
#include "bench/figures/figures_sweep.h"
#include "bench/figures/figures_tree.h"
#include "bench/results/hgrm.h"
#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/results/read_machine.h"

/* The whole. */

static int by_speed(const void *left, const void *right, void *context)
{
    const struct drawing *drawing = context;
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    double va[3] = {0}, vb[3] = {0};
    bool floor_a = drawing_is_floor(a), floor_b = drawing_is_floor(b);
    if (floor_a != floor_b)
        return floor_a - floor_b;
    drawing_metric(drawing, drawing->specs[0].text, a, drawing->specs[0].workers_high, "jobs_per_s", va);
    drawing_metric(drawing, drawing->specs[0].text, b, drawing->specs[0].workers_high, "jobs_per_s", vb);
    return (va[0] < vb[0]) - (va[0] > vb[0]);
}

/* Whether there is room for it, or it is there. */
static bool add_pool(struct drawing *drawing, const char *name)
{
    for (int i = 0; i < drawing->pool_count; i++)
        if (!strcmp(drawing->pools[i], name))
            return true;
    if (drawing->pool_count == DRAWING_POOLS_MAX)
        return false;
    drawing->pools[drawing->pool_count++] = name;
    return true;
}

static void add_spec(struct drawing *drawing, const char *text, int workers)
{
    struct drawing_spec *spec = drawing->specs;
    char why[256];
    while (spec < drawing->specs + drawing->spec_count && strcmp(spec->text, text))
        spec++;
    if (spec == drawing->specs + DRAWING_SPECS_MAX)
        return;
    if (spec == drawing->specs + drawing->spec_count) {
        *spec = (struct drawing_spec){.text = text, .workers_low = workers, .workers_high = workers};
        if (workload_parse(text, &spec->parsed, why, sizeof why))
            spec->parsed.ops = NULL;
        spec->common = spec->parsed.ops && !workload_has_columns(spec->parsed.ops);
        drawing->spec_count++;
    }
    spec->workers_low = workers < spec->workers_low ? workers : spec->workers_low;
    spec->workers_high = workers > spec->workers_high ? workers : spec->workers_high;
}

static void survey(struct drawing *drawing)
{
    json_t *configuration;
    size_t i;
    bool all = true;
    json_array_foreach (drawing->configurations, i, configuration) {
        if (*result_string(configuration, "unsupported"))
            continue;
        all = add_pool(drawing, result_string(configuration, "pool")) && all;
        add_spec(drawing, result_string(configuration, "spec"), (int)result_integer(configuration, "workers"));
    }
    if (!all)
        fprintf(drawing->log, "poolbench: note: figures have room for %d pools; the tables have all\n",
                DRAWING_POOLS_MAX);
    if (drawing->pool_count && drawing->spec_count)
        qsort_r(drawing->pools, (size_t)drawing->pool_count, sizeof *drawing->pools, by_speed, drawing);
}

/* Speed over workers says something where there are several numbers of them; and of a
 * few workloads without any it is at least a picture. */
static bool over_workers(const struct drawing *drawing, const struct drawing_spec *spec)
{
    enum { FEW = 3 };
    bool some = false;
    for (int s = 0; s < drawing->spec_count; s++)
        some = some || drawing->specs[s].workers_low < drawing->specs[s].workers_high;
    return spec->common && (some ? spec->workers_low < spec->workers_high : drawing->spec_count <= FEW);
}

/* Those of one workload. */
static int draw_spec(struct drawing *drawing, const struct drawing_spec *spec, bool swept)
{
    int error = 0;
    figures_foot(drawing, (struct figures_shown){.spec = spec->text});
    if (spec->common && !swept)
        error = figures_latency(drawing, spec);
    if (!error && !swept && over_workers(drawing, spec))
        error = figures_workers(drawing, spec);
    if (!error && !swept)
        error = figures_spectrum(drawing, spec);
    if (!error && !swept && figures_is_burst(spec))
        error = figures_stretches(drawing, spec);
    if (!error)
        error = figures_tree(drawing, spec);
    if (!error && spec->common)
        error = figures_sweep(drawing, spec);
    if (!error && spec->parsed.ops && spec->parsed.ops->series[0])
        error = figures_course(drawing, spec);
    return error;
}

static int draw_all(struct drawing *drawing)
{
    static const struct {
        const char *workload;
        int (*draw)(const struct drawing *drawing);
    } own[] = {{"burst", figures_load},
               {"depth", figures_depth},
               {"slow-consumer", figures_buffer},
               {"cancel", figures_cancel}};
    bool swept = figures_swept(drawing), searched = json_array_size(json_object_get(drawing->result, "searches")) > 0;
    int error = 0;
    figures_foot(drawing, (struct figures_shown){.spec = NULL});
    if (figures_is_plan(drawing)) /* of many queues and policies */
        return figures_plan(drawing);
    if (searched) /* many rates, each but a probe */
        return figures_load(drawing);
    figures_foot(drawing, (struct figures_shown){.common = true});
    if (!swept)
        error = figures_throughput(drawing);
    if (!error && !swept)
        error = figures_efficiency(drawing);
    for (int s = 0; s < drawing->spec_count && !error; s++)
        error = draw_spec(drawing, &drawing->specs[s], swept);
    for (size_t i = 0; i < sizeof own / sizeof *own && !error; i++) {
        figures_foot(drawing, (struct figures_shown){.workload = own[i].workload});
        if (own[i].draw != figures_load || !swept)
            error = own[i].draw(drawing);
    }
    return error;
}

/* Into the folder that is open. */
static int draw(struct drawing *drawing, const json_t *result)
{
    drawing->result = result;
    drawing->configurations = json_object_get(result, "configurations");
    if (read_duet_is(result))
        return figures_duet(drawing);
    if (figures_is_matrix(result))
        return figures_matrix(drawing);
    if (read_machine_is(result))
        return figures_limits(drawing);
    survey(drawing);
    return drawing->spec_count ? draw_all(drawing) : 0;
}

int figures_write(const char *result_path, const char *out_dir, FILE *log)
{
    struct drawing drawing = {.log = log};
    char why[1024];
    json_t *result;
    bool opened = false;
    int error = read_any(result_path, &result, why, sizeof why);
    if (error)
        return fprintf(log, "poolbench: %s\n", why), error;
    error = drawing_find_scripts(&drawing);
    if (!error)
        error = drawing_open(&drawing, out_dir);
    opened = !error;
    if (!error && !read_duet_is(result))
        error = hgrm_write(result, drawing.folder_fd, log);
    if (!error)
        error = draw(&drawing, result);
    if (opened && drawing_shut(&drawing) && !error)
        error = -EIO;
    json_decref(result);
    return error;
}

int figures_give(const json_t *result, const char *out_dir, const struct drawing_taker *taker, FILE *log)
{
    struct drawing drawing = {.log = log, .taker = taker};
    int error = drawing_find_scripts(&drawing);
    if (!error)
        error = drawing_open(&drawing, out_dir);
    if (error)
        return error;
    error = draw(&drawing, result);
    return drawing_shut(&drawing) && !error ? -EIO : error;
}
