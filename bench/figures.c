/* figures.c - see figures.h. Here the data files are made and gnuplot is
 * called; what a figure looks like is in plot/. */
#include "bench/figures.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/result.h"
#include "workloads/core/units.h"
#include "workloads/core/workload.h"

enum { POOLS_MAX = 32, SPECS_MAX = 64, PANELS_MAX = 5, LABELS_MAX = POOLS_MAX };

struct drawing {
    const json_t *result, *configurations;
    const char *folder; /* where all goes */
    char scripts[4096]; /* the folder plot/ */
    FILE *log;
    const char *pools[POOLS_MAX]; /* the fastest of the first workload first */
    int pool_count;
    const char *specs[SPECS_MAX];
    int spec_count;
    int workers_low, workers_high;
    char foot[512];
};

/* A name at the end of its line. */
struct label {
    const char *pool, *text;
    double x, y;
};

/* A configuration by its coordinates, or NULL; `inline` knows no workers. */
static const json_t *find(const struct drawing *drawing, const char *spec, const char *pool, int workers)
{
    size_t i;
    json_t *configuration;
    json_array_foreach (drawing->configurations, i, configuration)
        if (!strcmp(result_string(configuration, "spec"), spec) &&
            !strcmp(result_string(configuration, "pool"), pool) &&
            ((int)result_integer(configuration, "workers") == workers || !strcmp(pool, "inline")))
            return configuration;
    return NULL;
}

static bool metric(const struct drawing *drawing, const char *spec, const char *pool, int workers, const char *name,
                   double value[3])
{
    const json_t *configuration = find(drawing, spec, pool, workers);
    return configuration && result_metric(configuration, name, &value[0], &value[1], &value[2]);
}

/* Files and gnuplot. */

static FILE *data_open(const struct drawing *drawing, const char *name)
{
    char path[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s.tsv", drawing->folder, name);
    file = fopen(path, "we");
    if (!file)
        fprintf(drawing->log, "poolbench: cannot write %s: %s\n", path, strerror(errno));
    return file;
}

/* name = "text", quoted for gnuplot. */
static void say(FILE *gnuplot, const char *name, const char *text)
{
    fprintf(gnuplot, "%s = \"", name);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', gnuplot);
        fputc(*text == '\n' ? ' ' : *text, gnuplot);
    }
    fputs("\"\n", gnuplot);
}

struct figure {
    const char *script, *name; /* plot/SCRIPT.gp; files NAME.svg, NAME.png */
    const char *title, *dim;
    char extra[4096]; /* further lines of gnuplot */
};

/* Starts gnuplot, reading from *in; what it complains of goes to `complaints`. */
static int gnuplot_start(pid_t *pid, FILE **in, int complaints)
{
    char *const arguments[] = {"gnuplot", NULL};
    posix_spawn_file_actions_t actions;
    int pipes[2], error;
    if (pipe2(pipes, O_CLOEXEC))
        return -errno;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes[0], 0);
    posix_spawn_file_actions_adddup2(&actions, complaints, 2);
    error = posix_spawnp(pid, "gnuplot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[0]);
    *in = error ? NULL : fdopen(pipes[1], "w");
    if (!*in)
        close(pipes[1]);
    return -error;
}

static int gnuplot_end(const struct drawing *drawing, pid_t pid, FILE *in, int complaints)
{
    char text[512];
    int status = 0;
    ssize_t length;
    fclose(in);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!status)
        return 0;
    length = pread(complaints, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    fprintf(drawing->log, "%s\n", text);
    return -EIO;
}

static int gnuplot_once(const struct drawing *drawing, const struct figure *figure, const char *kind)
{
    char path[4600], pools[512] = "";
    FILE *gnuplot;
    pid_t pid;
    int complaints = memfd_create("gnuplot", MFD_CLOEXEC), error = gnuplot_start(&pid, &gnuplot, complaints);
    if (error) {
        close(complaints);
        return error;
    }
    for (int i = 0; i < drawing->pool_count; i++)
        snprintf(pools + strlen(pools), sizeof pools - strlen(pools), "%s%s", i ? " " : "", drawing->pools[i]);
    snprintf(path, sizeof path, "%s/%s.%s", drawing->folder, figure->name, kind);
    say(gnuplot, "out", path);
    say(gnuplot, "kind", kind);
    say(gnuplot, "data", drawing->folder);
    say(gnuplot, "name", figure->name);
    say(gnuplot, "title", figure->title);
    say(gnuplot, "dim", figure->dim);
    say(gnuplot, "foot", drawing->foot);
    say(gnuplot, "pools", pools);
    snprintf(path, sizeof path, "%s/style.gp", drawing->scripts);
    say(gnuplot, "style", path);
    fputs(figure->extra, gnuplot);
    snprintf(path, sizeof path, "%s/%s.gp", drawing->scripts, figure->script);
    say(gnuplot, "script", path);
    fputs("load script\n", gnuplot);
    error = gnuplot_end(drawing, pid, gnuplot, complaints);
    close(complaints);
    return error;
}

static int draw(const struct drawing *drawing, const struct figure *figure)
{
    static const char *const kinds[] = {"svg", "png"};
    int error = 0;
    for (int i = 0; i < 2 && !error; i++)
        error = gnuplot_once(drawing, figure, kinds[i]);
    if (error)
        fprintf(drawing->log, "poolbench: figure %s: %s\n", figure->name,
                error == -ENOENT ? "gnuplot is not installed (apt-get install gnuplot-nox)" : "gnuplot failed");
    return error;
}

/* Labels. */

static int by_height(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    return (a->y > b->y) - (a->y < b->y);
}

/* Moves labels apart on an axis low..high, so that none covers another. */
static void spread(struct label *labels, int count, double low, double high, bool logarithmic)
{
    static const double gap = 0.062;
    double room = logarithmic ? log(high / low) : high - low;
    for (int i = 0; i < count; i++)
        labels[i].y = (logarithmic ? log(labels[i].y / low) : labels[i].y - low) / room;
    qsort(labels, (size_t)count, sizeof *labels, by_height);
    for (int turn = 0; turn < 200; turn++) {
        for (int i = 1; i < count; i++) {
            double lacking = gap - (labels[i].y - labels[i - 1].y);
            if (lacking > 0) {
                labels[i].y += lacking / 2;
                labels[i - 1].y -= lacking / 2;
            }
        }
    }
    for (int i = count - 1, above = 0; i >= 0; i--, above++) /* not above the axis, where gnuplot drops them */
        if (labels[i].y > 1 - gap * above)
            labels[i].y = 1 - gap * above;
    for (int i = 0; i < count; i++) /* nor below */
        if (labels[i].y < 0.01 + gap * i)
            labels[i].y = 0.01 + gap * i;
    for (int i = 0; i < count; i++)
        labels[i].y = logarithmic ? low * exp(labels[i].y * room) : low + labels[i].y * room;
}

static void write_labels(const struct drawing *drawing, const char *name, const char *header,
                         const struct label *labels, int count)
{
    char file_name[256];
    FILE *file;
    snprintf(file_name, sizeof file_name, "%s-labels", name);
    file = data_open(drawing, file_name);
    if (!file)
        return;
    fprintf(file, "%s\n", header);
    for (int i = 0; i < count; i++)
        fprintf(file, "%s\t%.6g\t%.6g\t%s\n", labels[i].pool, labels[i].x, labels[i].y, labels[i].text);
    fclose(file);
}

/* "cpu:size=10us" as part of a file's name. */
static const char *file_word(const char *spec, char *word, size_t size)
{
    size_t i = 0;
    for (; spec[i] && i + 1 < size; i++)
        word[i] = strchr(":=,/ ", spec[i]) ? '-' : spec[i];
    word[i] = '\0';
    return word;
}

static const char *workers_text(int workers, char *text, size_t size)
{
    snprintf(text, size, "%d worker%s", workers, workers == 1 ? "" : "s");
    return text;
}

/* Throughput. */

static int draw_throughput(const struct drawing *drawing)
{
    struct figure figure = {
        .script = "throughput", .name = "throughput", .title = "Which pool gets the most jobs done?"};
    char dim[256], lows[256] = "", highs[256] = "";
    int panels = drawing->spec_count < PANELS_MAX ? drawing->spec_count : PANELS_MAX;
    FILE *file = data_open(drawing, "throughput");
    if (!file)
        return -EIO;
    fprintf(file, "panel\trow\tpool\tworkers\tmost_workers\tjobs_per_s\tlow\thigh\n");
    snprintf(figure.extra, sizeof figure.extra, "rows = %d\npanel_count = %d\narray panels[%d]\n", drawing->pool_count,
             panels, panels);
    for (int s = 0; s < panels; s++) {
        double least = INFINITY, most = 0;
        for (int p = 0; p < drawing->pool_count; p++) {
            for (int which = 0; which < 2; which++) {
                int workers = which ? drawing->workers_high : drawing->workers_low;
                double v[3];
                bool single = drawing->workers_low == drawing->workers_high || !strcmp(drawing->pools[p], "inline");
                if ((single && !which) ||
                    !metric(drawing, drawing->specs[s], drawing->pools[p], workers, "jobs_per_s", v))
                    continue;
                fprintf(file, "%d\t%d\t%s\t%d\t%d\t%.6g\t%.6g\t%.6g\n", s + 1, p + 1, drawing->pools[p], workers, which,
                        v[0], v[1], v[2]);
                least = fmin(least, v[1]);
                most = fmax(most, v[2]);
            }
        }
        snprintf(figure.extra + strlen(figure.extra), sizeof figure.extra - strlen(figure.extra),
                 "panels[%d] = \"%s\"\n", s + 1, drawing->specs[s]);
        snprintf(lows + strlen(lows), sizeof lows - strlen(lows), "%.6g ", isfinite(least) ? least : 1);
        snprintf(highs + strlen(highs), sizeof highs - strlen(highs), "%.6g ", most > 0 ? most : 10);
    }
    fclose(file);
    snprintf(figure.extra + strlen(figure.extra), sizeof figure.extra - strlen(figure.extra),
             "lows = \"%s\"\nhighs = \"%s\"\n", lows, highs);
    if (drawing->workers_low == drawing->workers_high)
        snprintf(dim, sizeof dim, "%d worker%s; mark: median over rounds (processes), bar: 95%% interval%s",
                 drawing->workers_high, drawing->workers_high == 1 ? "" : "s",
                 drawing->spec_count > panels ? "; the first five workloads" : "");
    else
        snprintf(dim, sizeof dim,
                 "filled: %d workers, hollow: %d; mark: median over rounds (processes), bar: 95%% interval%s",
                 drawing->workers_high, drawing->workers_low,
                 drawing->spec_count > panels ? "; the first five workloads" : "");
    figure.dim = dim;
    return draw(drawing, &figure);
}

/* Efficiency over size. */

/* The size of a fixed cpu workload without other parameters that matter. */
static bool cpu_size(const char *spec, double *ns)
{
    struct workload_spec parsed;
    char why[256];
    if (strncmp(spec, "cpu", 3) || strstr(spec, "dist=") || workload_parse(spec, &parsed, why, sizeof why))
        return false;
    *ns = parsed.ops->work_ns(&parsed);
    return true;
}

struct point {
    double size, value[3];
};

static int by_size(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    return (a->size > b->size) - (a->size < b->size);
}

static int efficiency_points(const struct drawing *drawing, const char *pool, struct point *points)
{
    int count = 0;
    for (int s = 0; s < drawing->spec_count; s++) {
        struct point *point = &points[count];
        if (cpu_size(drawing->specs[s], &point->size) &&
            metric(drawing, drawing->specs[s], pool, drawing->workers_high, "busy", point->value))
            count++;
    }
    qsort(points, (size_t)count, sizeof *points, by_size);
    return count;
}

/* Where the line crosses one half, on a logarithmic axis; 0: it does not. */
static double half_at(const struct point *points, int count)
{
    for (int i = 1; i < count; i++) {
        double a = points[i - 1].value[0], b = points[i].value[0];
        if (a < 0.5 && b >= 0.5)
            return points[i - 1].size * pow(points[i].size / points[i - 1].size, (0.5 - a) / (b - a));
    }
    return 0;
}

static int draw_efficiency(const struct drawing *drawing)
{
    struct figure figure = {.script = "efficiency",
                            .name = "efficiency",
                            .title = "How short may a job be before the pool eats half the machine?"};
    struct point points[SPECS_MAX];
    struct label labels[LABELS_MAX];
    char dim[256], workers[32];
    double low = INFINITY, high = 0, top = 1;
    int label_count = 0, crossings = 0;
    FILE *file = data_open(drawing, "efficiency"), *metg = data_open(drawing, "efficiency-metg");
    if (!file || !metg)
        return -EIO;
    fprintf(file, "pool\tsize_ns\tefficiency\tlow\thigh\n");
    fprintf(metg, "pool\tsize_ns\ttext\trow\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        int count = efficiency_points(drawing, drawing->pools[p], points);
        double half = half_at(points, count);
        char text[32];
        for (int i = 0; i < count; i++) {
            fprintf(file, "%s\t%.6g\t%.6g\t%.6g\t%.6g\n", drawing->pools[p], points[i].size, points[i].value[0],
                    points[i].value[1], points[i].value[2]);
            low = fmin(low, points[i].size);
            high = fmax(high, points[i].size);
            top = fmax(top, points[i].value[2]);
        }
        if (count)
            labels[label_count++] = (struct label){drawing->pools[p], drawing->pools[p], points[count - 1].size,
                                                   points[count - 1].value[0]};
        if (half > 0)
            fprintf(metg, "%s\t%.6g\t%s\t%d\n", drawing->pools[p], half, units_time_text(half, text, sizeof text),
                    crossings++);
    }
    if (!crossings)
        fprintf(metg, "none\tNaN\t\t0\n");
    fclose(metg);
    fclose(file);
    if (!label_count)
        return 0; /* no cpu workload in this run */
    spread(labels, label_count, 0, top, false);
    write_labels(drawing, "efficiency", "pool\tsize_ns\tefficiency\ttext", labels, label_count);
    snprintf(figure.extra, sizeof figure.extra, "size_low = %.6g\nsize_high = %.6g\ntop = %.6g\n", low * 1e-9 * 0.9,
             high * 1e-9 * 1.1, top);
    snprintf(
        dim, sizeof dim,
        "efficiency = jobs x length / (wall time x CPUs at work), %s; mark: median of rounds, bar: 95%% interval%s",
        workers_text(drawing->workers_high, workers, sizeof workers), low == high ? "; one length only" : "");
    figure.dim = dim;
    return draw(drawing, &figure);
}

/* Latency. */

static double quantile_of(const json_t *buckets, json_int_t total, double share)
{
    double rank = ceil(share * (double)total), seen = 0, value = NAN;
    size_t i;
    json_t *bucket;
    json_array_foreach (buckets, i, bucket) {
        seen += (double)json_integer_value(json_array_get(bucket, 1));
        value = json_number_value(json_array_get(bucket, 0));
        if (seen >= rank)
            break;
    }
    return value;
}

static int draw_latency(const struct drawing *drawing, const char *spec)
{
    char word[128], name[160], title[160], dim[256], workers[32];
    struct figure figure = {.script = "latency", .name = name, .title = title, .dim = dim};
    struct label labels[LABELS_MAX];
    double least = INFINITY, most = 0;
    int label_count = 0;
    FILE *file;
    snprintf(name, sizeof name, "latency-%s", file_word(spec, word, sizeof word));
    file = data_open(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "pool\tone_in\tlatency_ns\tmarked\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        const json_t *configuration = find(drawing, spec, drawing->pools[p], drawing->workers_high);
        const json_t *latency = json_object_get(json_object_get(configuration, "summary"), "latency");
        const json_t *hist = json_object_get(latency, "submit_to_end");
        json_int_t total = json_integer_value(json_object_get(hist, "count"));
        double value = NAN, at = 1;
        for (int step = 0; step <= 80 && total; step++) {
            double one_in = pow(10, step / 20.0);
            if (one_in > (double)total)
                break; /* more nines than samples */
            value = fmax(1, quantile_of(json_object_get(hist, "buckets"), total, 1 - 1 / one_in));
            at = one_in;
            fprintf(file, "%s\t%.6g\t%.6g\t%d\n", drawing->pools[p], one_in, value, step % 20 == 0);
            least = fmin(least, value);
            most = fmax(most, value);
        }
        if (total)
            labels[label_count++] = (struct label){drawing->pools[p], drawing->pools[p], at, value};
    }
    fclose(file);
    if (!label_count)
        return 0;
    spread(labels, label_count, least / 1.4, most * 1.4, true);
    write_labels(drawing, name, "pool\tone_in\tlatency_ns\ttext", labels, label_count);
    snprintf(figure.extra, sizeof figure.extra, "value_low = %.6g\nvalue_high = %.6g\n", least * 1e-9, most * 1e-9);
    snprintf(title, sizeof title, "How long does a job take? %s", spec);
    snprintf(dim, sizeof dim, "from submit to end, %s, the queue kept full; line: sampled jobs of all rounds together",
             workers_text(drawing->workers_high, workers, sizeof workers));
    return draw(drawing, &figure);
}

/* Throughput over workers. */

static int draw_workers(const struct drawing *drawing, const char *spec)
{
    char word[128], name[160], title[160], dim[256];
    struct figure figure = {.script = "workers", .name = name, .title = title, .dim = dim};
    struct label labels[LABELS_MAX];
    double most = 0, size, ideal = 0;
    int label_count = 0;
    FILE *file;
    snprintf(name, sizeof name, "workers-%s", file_word(spec, word, sizeof word));
    file = data_open(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "pool\tworkers\tjobs_per_s\tlow\thigh\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        double v[3], last = NAN;
        int at = 0;
        if (!strcmp(drawing->pools[p], "inline"))
            continue;
        for (int workers = drawing->workers_low; workers <= drawing->workers_high; workers++) {
            if (!metric(drawing, spec, drawing->pools[p], workers, "jobs_per_s", v))
                continue;
            fprintf(file, "%s\t%d\t%.6g\t%.6g\t%.6g\n", drawing->pools[p], workers, v[0], v[1], v[2]);
            most = fmax(most, v[2]);
            last = v[0];
            at = workers;
        }
        if (at)
            labels[label_count++] = (struct label){drawing->pools[p], drawing->pools[p], at, last};
    }
    fclose(file);
    if (!label_count)
        return 0;
    if (cpu_size(spec, &size)) {
        ideal = 1e9 / size;
        most = fmax(most, ideal * drawing->workers_high);
        labels[label_count++] = (struct label){"ideal", "ideal", drawing->workers_high, ideal * drawing->workers_high};
    }
    spread(labels, label_count, 0, most * 1.08, false);
    write_labels(drawing, name, "pool\tworkers\tjobs_per_s\ttext", labels, label_count);
    snprintf(figure.extra, sizeof figure.extra,
             "value_high = %.6g\nworkers_low = %d\nworkers_high = %d\nideal = %.6g\n", most, drawing->workers_low,
             drawing->workers_high, ideal);
    snprintf(title, sizeof title, "Do more workers get more jobs done? %s", spec);
    snprintf(dim, sizeof dim, "mark: median of rounds, bar: 95%% interval%s%s",
             ideal > 0 ? "; dotted: every worker computes all the time" : "",
             drawing->workers_low == drawing->workers_high ? "; one number of workers only" : "");
    return draw(drawing, &figure);
}

/* The whole. */

static int by_speed(const void *left, const void *right, void *context)
{
    const struct drawing *drawing = context;
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    double va[3] = {0}, vb[3] = {0};
    bool floor_a = !strcmp(a, "inline"), floor_b = !strcmp(b, "inline");
    if (floor_a != floor_b)
        return floor_a - floor_b;
    metric(drawing, drawing->specs[0], a, drawing->workers_high, "jobs_per_s", va);
    metric(drawing, drawing->specs[0], b, drawing->workers_high, "jobs_per_s", vb);
    return (va[0] < vb[0]) - (va[0] > vb[0]);
}

static void add_once(const char **list, int *count, int max, const char *text)
{
    for (int i = 0; i < *count; i++)
        if (!strcmp(list[i], text))
            return;
    if (*count < max)
        list[(*count)++] = text;
}

static void survey(struct drawing *drawing)
{
    const json_t *machine = json_object_get(drawing->result, "machine"),
                 *build = json_object_get(drawing->result, "build");
    json_t *configuration;
    size_t i;
    int capacity, least = INT32_MAX, most = 0;
    drawing->workers_low = INT32_MAX;
    json_array_foreach (drawing->configurations, i, configuration) {
        int workers = (int)result_integer(configuration, "workers");
        add_once(drawing->pools, &drawing->pool_count, POOLS_MAX, result_string(configuration, "pool"));
        add_once(drawing->specs, &drawing->spec_count, SPECS_MAX, result_string(configuration, "spec"));
        drawing->workers_low = workers < drawing->workers_low ? workers : drawing->workers_low;
        drawing->workers_high = workers > drawing->workers_high ? workers : drawing->workers_high;
        capacity = (int)result_integer(configuration, "capacity");
        least = capacity < least ? capacity : least;
        most = capacity > most ? capacity : most;
    }
    configuration = json_array_get(drawing->configurations, 0);
    snprintf(drawing->foot, sizeof drawing->foot, "pin %s, capacity %d", result_string(configuration, "pin"), least);
    if (least != most)
        snprintf(drawing->foot + strlen(drawing->foot), sizeof drawing->foot - strlen(drawing->foot), "..%d", most);
    snprintf(drawing->foot + strlen(drawing->foot), sizeof drawing->foot - strlen(drawing->foot),
             ", full %s, %d producer%s", result_string(configuration, "full"),
             (int)result_integer(configuration, "producers"),
             (int)result_integer(configuration, "producers") == 1 ? "" : "s");
    if (drawing->pool_count && drawing->spec_count)
        qsort_r(drawing->pools, (size_t)drawing->pool_count, sizeof *drawing->pools, by_speed, drawing);
    snprintf(drawing->foot + strlen(drawing->foot), sizeof drawing->foot - strlen(drawing->foot),
             "   |   %zu rounds   |   %s, %d CPUs%s%s, %s   |   %.10s, seed %lld",
             json_array_size(json_object_get(drawing->result, "rounds")), result_string(machine, "cpu_model"),
             (int)result_integer(machine, "cpus"), *result_string(machine, "virtualisation") ? ", " : "",
             result_string(machine, "virtualisation"), result_string(build, "compiler"),
             result_string(drawing->result, "date"),
             (long long)json_integer_value(json_object_get(drawing->result, "seed")));
}

static bool is_folder_with(const char *folder, const char *file)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return access(path, R_OK) == 0;
}

static int find_scripts(struct drawing *drawing)
{
    static const char *const places[] = {"/plot", "/../share/poolbench/plot"};
    char self[2048];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash;
    self[length > 0 ? length : 0] = '\0';
    slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    for (int i = 0; i < 2 && slash; i++) {
        snprintf(drawing->scripts, sizeof drawing->scripts, "%s%s", self, places[i]);
        if (is_folder_with(drawing->scripts, "style.gp"))
            return 0;
    }
    strcpy(drawing->scripts, "plot");
    if (is_folder_with(drawing->scripts, "style.gp"))
        return 0;
    fprintf(drawing->log, "poolbench: no figures: the scripts (plot/*.gp) were not found beside the program\n");
    return -ENOENT;
}

static int draw_all(struct drawing *drawing)
{
    int error = draw_throughput(drawing);
    if (!error)
        error = draw_efficiency(drawing);
    for (int s = 0; s < drawing->spec_count && !error; s++)
        error = draw_latency(drawing, drawing->specs[s]);
    for (int s = 0; s < drawing->spec_count && !error; s++)
        error = draw_workers(drawing, drawing->specs[s]);
    return error;
}

int figures_write(const char *result_path, const char *out_dir, FILE *log)
{
    struct drawing drawing = {.folder = out_dir, .log = log};
    json_error_t why;
    json_t *result = json_load_file(result_path, 0, &why);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    int error;
    if (!result || (int)result_integer(result, "format") != RESULT_FORMAT) {
        fprintf(log, "poolbench: %s is not a result of this program (format %d): %s\n", result_path, RESULT_FORMAT,
                result ? "another format" : why.text);
        json_decref(result);
        return -EINVAL;
    }
    drawing.result = result;
    drawing.configurations = json_object_get(result, "configurations");
    error = find_scripts(&drawing);
    if (!error && mkdir(out_dir, 0755) && errno != EEXIST) {
        error = -errno;
        fprintf(log, "poolbench: cannot make the folder %s: %s\n", out_dir, strerror(errno));
    }
    if (!error) {
        survey(&drawing);
        sigaction(SIGPIPE, &ignore, &before); /* gnuplot may be missing */
        error = drawing.spec_count ? draw_all(&drawing) : 0;
        sigaction(SIGPIPE, &before, NULL);
    }
    json_decref(result);
    return error;
}
