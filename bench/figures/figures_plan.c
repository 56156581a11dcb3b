/* figures_plan.c - see figures_plan.h. */
#include "bench/figures/figures_plan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figures/figures_plan_course.h"
#include "bench/figures/planned.h"
#include "bench/models/scalability.h"
#include "workloads/core/units.h"

bool figures_is_plan(const struct drawing *drawing)
{
    return json_is_object(json_object_get(drawing->result, "plan"));
}

/* Lines and names of one figure. */
struct curves {
    FILE *file;
    struct drawing_label labels[PLANNED_SIZES_MAX];
    char pools[PLANNED_SIZES_MAX][16], texts[PLANNED_SIZES_MAX][32];
    int count;
    double x_high, low_ns, high_ns;
};

static void widen(struct curves *curves, double low_ns, double high_ns)
{
    if (low_ns > 0 && isfinite(low_ns))
        curves->low_ns = fmin(curves->low_ns, low_ns);
    if (high_ns > 0 && isfinite(high_ns))
        curves->high_ns = fmax(curves->high_ns, high_ns);
}

/* What has no end is drawn to the figure's own. */
static double end_of(double ns)
{
    return isfinite(ns) ? ns : 1e15;
}

static void write_point(struct curves *curves, int workers, double x, const struct planned_point *point)
{
    fprintf(curves->file, "%d\tmeasured\t%.6g\t%.6g\t%.6g\t%.6g\t%s\n", workers, x, point->ns, point->low_ns,
            end_of(point->high_ns), point->verdict);
    widen(curves, point->low_ns, isfinite(point->high_ns) ? point->high_ns : point->ns);
}

static void say_promise(const struct planned *planned, struct drawing_figure *figure)
{
    char text[64], named[80];
    slo_text(&planned->slo, text, sizeof text);
    snprintf(named, sizeof named, "promise %s", text);
    drawing_say(figure, "promise = %.6g", (double)planned->slo.limit_ns * 1e-9);
    drawing_say_text(figure, "promise_text", named);
}

/* Latency over the rate. */

/* Of a recording its own steps, else the model at equal ones. NaN: there are no more. */
static double model_step(const struct planned *planned, const struct planned_size *size, double x_high, int i,
                         double *rate)
{
    enum { STEPS = 40 };
    const json_t *step = json_array_get(size->curve, (size_t)i);
    if (planned->recorded) {
        *rate = json_number_value(json_array_get(step, 0)) * planned->rate;
        return *rate <= x_high && json_is_number(json_array_get(step, 1)) ? json_number_value(json_array_get(step, 1))
                                                                          : NAN;
    }
    *rate = x_high * (i + 1) / STEPS;
    return i < STEPS ? planned_model_ns(planned, size->workers, *rate) : NAN;
}

/* The model's line of one size, until it goes out of the picture. */
static void write_model(const struct planned *planned, struct curves *curves, const struct planned_size *size,
                        struct drawing_label *label)
{
    static const double far = 30;
    double most = fmax(curves->high_ns, (double)planned->slo.limit_ns) * far, rate, ns;
    for (int i = 0; (ns = model_step(planned, size, curves->x_high, i, &rate)) > 0; i++) {
        if (ns > most)
            return;
        fprintf(curves->file, "%d\tmodel\t%.6g\t%.6g\tNaN\tNaN\t-\n", size->workers, rate, ns);
        widen(curves, ns, fmin(ns, 3 * (double)planned->slo.limit_ns));
        if (!label->text)
            continue;
        label->x = rate;
        label->y = ns;
    }
}

static void write_size(const struct planned *planned, struct curves *curves, const struct planned_size *size)
{
    struct planned_point points[PLANNED_POINTS_MAX];
    struct drawing_label *label = &curves->labels[curves->count];
    int count = planned_points(planned, size->workers, points);
    char *text = curves->texts[curves->count], *pool = curves->pools[curves->count];
    for (int i = 0; i < count; i++)
        write_point(curves, size->workers, points[i].rate, &points[i]);
    snprintf(pool, sizeof curves->pools[0], "%d", size->workers);
    drawing_workers_text(size->workers, text, sizeof curves->texts[0]);
    *label = (struct drawing_label){.pool = pool, .text = text};
    write_model(planned, curves, size, label);
    if (!(label->x > 0) && count) /* no model: where the measured line ends */
        *label = (struct drawing_label){pool, text, points[count - 1].rate, points[count - 1].ns};
    curves->count += label->x > 0;
}

static double highest_rate(const struct planned *planned)
{
    struct planned_point points[PLANNED_POINTS_MAX];
    double most = planned->rate;
    for (int i = 0; i < planned->size_count; i++) {
        int count = planned_points(planned, planned->sizes[i].workers, points);
        most = count ? fmax(most, points[count - 1].rate) : most;
    }
    return 1.15 * most;
}

static int draw_load(const struct planned *planned)
{
    static const char name[] = "plan-load";
    char dim[512], rate[32], sizes[PLANNED_SIZES_MAX * 6] = "";
    struct drawing_figure figure = {.script = "plan-load",
                                    .name = name,
                                    .dim = dim,
                                    .title = "How late are jobs, with so many workers at such a rate?",
                                    .name_length = 12};
    struct curves curves = {
        .file = drawing_data(planned->drawing, name), .x_high = highest_rate(planned), .low_ns = INFINITY};
    double x_end;
    if (!curves.file)
        return -EIO;
    fprintf(curves.file, "workers\twhat\tper_s\tvalue_ns\tlow_ns\thigh_ns\tverdict\n");
    for (int i = 0; i < planned->size_count; i++)
        write_size(planned, &curves, &planned->sizes[i]);
    drawing_close(planned->drawing, curves.file);
    if (!curves.count || !isfinite(curves.low_ns))
        return 0;
    widen(&curves, (double)planned->slo.limit_ns, (double)planned->slo.limit_ns);
    x_end = drawing_beyond(0, curves.x_high, false);
    for (int i = 0; i < curves.count; i++) /* lines that leave the picture above end at its edge */
        curves.labels[i].y = fmin(curves.labels[i].y, curves.high_ns * 1.4);
    drawing_spread(curves.labels, curves.count, curves.low_ns / 1.4, curves.high_ns * 1.4, true, x_end);
    drawing_labels(planned->drawing, name, "pool\tper_s\tvalue_ns\ttext", curves.labels, curves.count);
    say_promise(planned, &figure);
    for (int i = 0; i < planned->size_count; i++)
        snprintf(sizes + strlen(sizes), sizeof sizes - strlen(sizes), "%s%d", i ? " " : "", planned->sizes[i].workers);
    drawing_say_text(&figure, "sizes", sizes);
    drawing_say(&figure, "value_low = %.6g\nvalue_high = %.6g\nx_high = %.6g\nx_end = %.6g\nasked = %.6g\nanswer = %d",
                curves.low_ns * 1e-9, curves.high_ns * 1e-9, curves.x_high, x_end, planned->rate, planned->answer);
    drawing_say_text(&figure, "asked_text", drawing_rate_text(planned->rate, rate, sizeof rate));
    snprintf(
        dim, sizeof dim,
        "%s; mark: %s measured, of all jobs submitted, bar: its 95%% interval (to the top: too few samples for its "
        "end); filled: kept, hollow: not proved; dashed: %s",
        planned->rest, planned->slo.kind->name,
        planned->recorded ? "the simulation of the recording, as much faster or slower"
                          : "the model, random arrivals and the services measured here");
    return drawing_draw(planned->drawing, &figure);
}

/* Latency over workers, at the rate. */

/* The model at the rate asked for; of a recording only where it was reckoned. */
static double model_at(const struct planned *planned, int workers)
{
    for (int i = 0; i < planned->size_count; i++)
        if (planned->sizes[i].workers == workers)
            return planned->sizes[i].model_ns;
    return planned_model_ns(planned, workers, planned->rate);
}

static int draw_workers(const struct planned *planned)
{
    static const char name[] = "plan-workers";
    char dim[512], title[96], rate[32];
    struct drawing_figure figure = {
        .script = "plan-workers", .name = name, .dim = dim, .title = title, .name_length = 16};
    struct curves curves = {.file = drawing_data(planned->drawing, name), .low_ns = INFINITY};
    int low = planned->sizes[0].workers, high = planned->sizes[planned->size_count - 1].workers;
    int step = 1 + (high - low) / 64, drawn = 0;
    if (!curves.file)
        return -EIO;
    fprintf(curves.file, "workers\twhat\tx\tvalue_ns\tlow_ns\thigh_ns\tverdict\n");
    for (int i = 0; i < planned->size_count; i++) {
        const struct planned_size *size = &planned->sizes[i];
        if (!(size->at_rate.ns > 0))
            continue;
        write_point(&curves, size->workers, size->workers, &size->at_rate);
        drawn++;
    }
    for (int workers = low; workers <= high; workers += step) {
        double ns = model_at(planned, workers);
        if (!(ns > 0) || isinf(ns))
            continue;
        fprintf(curves.file, "%d\tmodel\t%d\t%.6g\tNaN\tNaN\t-\n", workers, workers, ns);
        widen(&curves, ns, fmin(ns, 10 * (double)planned->slo.limit_ns));
        drawn++;
    }
    drawing_close(planned->drawing, curves.file);
    if (!drawn || !isfinite(curves.low_ns))
        return 0;
    widen(&curves, (double)planned->slo.limit_ns, (double)planned->slo.limit_ns);
    say_promise(planned, &figure);
    drawing_say(&figure,
                "value_low = %.6g\nvalue_high = %.6g\nworkers_low = %d\nworkers_high = %d\nanswer = %d\nmodelled = %d",
                curves.low_ns * 1e-9, curves.high_ns * 1e-9, low, high, planned->answer, planned->service.count > 0);
    drawing_say_text(&figure, "quantile", planned->slo.kind->name);
    snprintf(title, sizeof title, "How many workers for %s?",
             planned->recorded ? "the recorded load" : drawing_rate_text(planned->rate, rate, sizeof rate));
    snprintf(
        dim, sizeof dim,
        "%s; mark: %s measured, of all jobs submitted, bar: its 95%% interval (to the top: too few samples for its "
        "end); filled: kept, hollow: broken, grey: cannot tell; dashed: the model",
        planned->rest, planned->slo.kind->name);
    return drawing_draw(planned->drawing, &figure);
}

/* The rate over workers. */

/* What a number of workers was measured to hold: of the answer, or a search for each. */
struct held {
    int workers;
    double kept, proved, broken; /* NaN: not known */
};

static int gather_held(const struct planned *planned, struct held *held)
{
    const json_t *one = json_object_get(planned->plan, "held"), *search;
    size_t i;
    int count = 0;
    if (planned->answer && planned_number(one, "rate_kept") > 0)
        held[count++] = (struct held){planned->answer, planned_number(one, "rate_kept"),
                                      planned_number(one, "rate_proved"), planned_number(one, "rate_broken")};
    json_array_foreach (json_object_get(planned->drawing->result, "searches"), i, search) {
        struct held found = {(int)result_integer(search, "workers"), planned_number(search, "rate_kept"),
                             planned_number(search, "rate_proved"), planned_number(search, "rate_broken")};
        bool known = count && held[0].workers == found.workers; /* the answer's own search */
        if (!known && count < PLANNED_SIZES_MAX && found.kept > 0 && found.workers > 0)
            held[count++] = found;
    }
    return count;
}

/* The law's line and band, to half as many workers again. */
static void write_law(struct drawing_figure *figure, FILE *file, const struct held *held, int count, int *workers_high,
                      double *high)
{
    struct scalability_point points[PLANNED_SIZES_MAX];
    struct scalability fit;
    int most = 0;
    for (int i = 0; i < count; i++) {
        points[i] = (struct scalability_point){held[i].workers, held[i].kept};
        most = held[i].workers > most ? held[i].workers : most;
    }
    if (scalability_fit(&fit, points, count))
        return;
    most += (most + 1) / 2;
    for (int n = 1; n <= most; n += 1 + most / 48) {
        struct scalability_band band = scalability_band(&fit, n);
        fprintf(file, "law\t%d\t%.6g\t%.6g\t%.6g\n", n, band.x, band.low, band.high);
        *high = fmax(*high, fmin(band.high, 2 * band.x));
        drawing_say(figure, "law_x = %d\nlaw_y = %.6g", n, band.x);
    }
    *workers_high = most > *workers_high ? most : *workers_high;
    scalability_destroy(&fit);
}

/* "holds 560/s", ">= 560/s": a search that did not end at the promise knows no more. */
static void say_held(const struct planned *planned, int count, const struct held *held, struct drawing_figure *figure)
{
    const char *limit = result_string(json_object_get(planned->plan, "held"), "limited_by");
    char rate[32], text[48];
    if (count != 1)
        return;
    snprintf(text, sizeof text, "%s%s", strcmp(limit, "promise") ? "at least " : "holds ",
             drawing_rate_text(held[0].kept, rate, sizeof rate));
    drawing_say_text(figure, "held_text", text);
}

static int draw_rate(const struct planned *planned)
{
    static const char name[] = "plan-rate";
    char dim[512], rate[32];
    struct drawing_figure figure = {.script = "plan-rate",
                                    .name = name,
                                    .dim = dim,
                                    .title = "What rate do so many workers hold?",
                                    .name_length = 15};
    struct held held[PLANNED_SIZES_MAX + 1];
    int count = gather_held(planned, held), drawn = count,
        workers_high = planned->sizes[planned->size_count - 1].workers;
    double high = planned->rate;
    FILE *file = drawing_data(planned->drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "what\tworkers\tper_s\tlow\thigh\n");
    for (int i = 0; i < planned->size_count; i++) {
        const struct planned_size *size = &planned->sizes[i];
        if (!(size->model_rate > 0))
            continue;
        fprintf(file, "model\t%d\t%.6g\tNaN\tNaN\n", size->workers, size->model_rate);
        high = fmax(high, size->model_rate);
        drawing_say(&figure, "model_x = %d\nmodel_y = %.6g", size->workers, size->model_rate);
        drawn++;
    }
    for (int i = 0; i < count; i++) {
        double low = held[i].proved > 0 ? held[i].proved : held[i].kept,
               top = held[i].broken > 0 ? held[i].broken : held[i].kept;
        fprintf(file, "measured\t%d\t%.6g\t%.6g\t%.6g\n", held[i].workers, held[i].kept, low, top);
        high = fmax(high, top);
        drawing_say(&figure, "held_x = %d\nheld_y = %.6g", held[i].workers, held[i].kept);
    }
    write_law(&figure, file, held, count, &workers_high, &high);
    say_held(planned, count, held, &figure);
    drawing_close(planned->drawing, file);
    if (!drawn)
        return 0;
    drawing_say(&figure, "rate_high = %.6g\nworkers_high = %d\nasked = %.6g\nanswer = %d", high, workers_high,
                planned->rate, planned->answer);
    drawing_say_text(&figure, "asked_text", drawing_rate_text(planned->rate, rate, sizeof rate));
    snprintf(dim, sizeof dim,
             "%s; mark: the rate at which the promise was seen to hold, bar: from what is proved to what breaks it; "
             "dashed: the model%s",
             planned->rest, count > 3 ? "; line and band: the Universal Scalability Law, 95%" : "");
    return drawing_draw(planned->drawing, &figure);
}

int figures_plan(const struct drawing *drawing)
{
    struct planned *planned = malloc(sizeof *planned);
    int error = planned ? planned_begin(planned, drawing) : -ENOMEM;
    if (!error) {
        error = draw_load(planned);
        error = error || !(planned->rate > 0) ? error : draw_workers(planned);
        error = error ? error : draw_rate(planned);
        error = error ? error : figures_plan_course(planned);
    } else if (error == -EINVAL) {
        error = 0; /* nothing to draw */
    }
    if (planned)
        planned_end(planned);
    free(planned);
    return error;
}
