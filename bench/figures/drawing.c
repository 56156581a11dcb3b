/* drawing.c - see drawing.h. */
#include "bench/figures/drawing.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/statistics/stats.h"

const json_t *drawing_find(const struct drawing *drawing, const char *spec, const char *pool, int workers)
{
    size_t i;
    json_t *configuration;
    json_array_foreach (drawing->configurations, i, configuration)
        if (!strcmp(result_string(configuration, "spec"), spec) &&
            !strcmp(result_string(configuration, "pool"), pool) &&
            ((int)result_integer(configuration, "workers") == workers || drawing_is_floor(pool)))
            return configuration;
    return NULL;
}

bool drawing_metric(const struct drawing *drawing, const char *spec, const char *pool, int workers, const char *name,
                    double value[3])
{
    const json_t *configuration = drawing_find(drawing, spec, pool, workers);
    return configuration && result_metric(configuration, name, &value[0], &value[1], &value[2]);
}

/* Files and gnuplot. */

static bool is_folder_with(const char *folder, const char *file)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return access(path, R_OK) == 0;
}

int drawing_find_scripts(struct drawing *drawing)
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

FILE *drawing_data(const struct drawing *drawing, const char *name)
{
    char path[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s.tsv", drawing->folder, name);
    file = fopen(path, "we");
    if (!file)
        fprintf(drawing->log, "poolbench: cannot write %s: %s\n", path, strerror(errno));
    return file;
}

enum { DIM_LETTERS = 145, DIM_LINES = 3 }; /* of a line below the title, at its size */

/* Breaks a long text at spaces, behind "; " or ", " where there is one in the last
 * third, into lines. Returns how many. */
static int break_lines(const char *text, char *out, size_t size)
{
    int lines = 1;
    size_t begin = 0;
    snprintf(out, size, "%s", text);
    while (strlen(out + begin) > DIM_LETTERS && lines < DIM_LINES) {
        size_t best = 0, any = 0;
        for (size_t i = 1; i < DIM_LETTERS; i++) {
            if (out[begin + i] != ' ')
                continue;
            any = i;
            if (i > DIM_LETTERS * 2 / 3 && strchr(";,", out[begin + i - 1]))
                best = i;
        }
        best = best ? best : any;
        if (!best)
            break; /* one word */
        out[begin + best] = '\n';
        begin += best + 1;
        lines++;
    }
    return lines;
}

/* name = "text", quoted for gnuplot. */
static void say(FILE *gnuplot, const char *name, const char *text)
{
    fprintf(gnuplot, "%s = \"", name);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', gnuplot);
        fputs(*text == '\n' ? "\\n" : (const char[]){*text, '\0'}, gnuplot);
    }
    fputs("\"\n", gnuplot);
}

void drawing_say(struct drawing_figure *figure, const char *format, ...)
{
    size_t used = strlen(figure->extra);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(figure->extra + used, sizeof figure->extra - used, format, arguments);
    va_end(arguments);
    used = strlen(figure->extra);
    snprintf(figure->extra + used, sizeof figure->extra - used, "\n");
}

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

static int gnuplot_once(const struct drawing *drawing, const struct drawing_figure *figure, const char *kind)
{
    char path[4600], pools[DRAWING_POOLS_MAX * 33] = "", dim[1024];
    int length = figure->name_length;
    FILE *gnuplot;
    pid_t pid;
    int complaints = memfd_create("gnuplot", MFD_CLOEXEC), error = gnuplot_start(&pid, &gnuplot, complaints);
    if (error) {
        close(complaints);
        return error;
    }
    for (int i = 0; i < drawing->pool_count && !figure->name_length; i++)
        length = (int)strlen(drawing->pools[i]) > length ? (int)strlen(drawing->pools[i]) : length;
    for (int i = 0; i < drawing->pool_count; i++)
        snprintf(pools + strlen(pools), sizeof pools - strlen(pools), "%s%s", i ? " " : "", drawing->pools[i]);
    snprintf(path, sizeof path, "%s/%s.%s", drawing->folder, figure->name, kind);
    say(gnuplot, "out", path);
    say(gnuplot, "kind", kind);
    say(gnuplot, "data", drawing->folder);
    say(gnuplot, "name", figure->name);
    say(gnuplot, "title", figure->title);
    fprintf(gnuplot, "dim_lines = %d\nname_length = %d\n", break_lines(figure->dim, dim, sizeof dim), length);
    say(gnuplot, "dim", dim);
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

int drawing_draw(const struct drawing *drawing, const struct drawing_figure *figure)
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
    const struct drawing_label *a = left, *b = right;
    return (a->y > b->y) - (a->y < b->y);
}

double drawing_beyond(double low, double high, bool logarithmic)
{
    static const double share = 0.03;
    if (!(high > low))
        return logarithmic ? high * 1.03 : high + 0.2;
    return logarithmic ? high * pow(high / low, share) : high + share * (high - low);
}

void drawing_spread(struct drawing_label *labels, int count, double low, double high, bool logarithmic, double x_end)
{
    static const double line = 0.062, still = 0.012;
    double gap = fmin(line, 0.98 / (count > 1 ? count - 1 : 1)); /* rather close than missing */
    double room = logarithmic ? log(high / low) : high - low;
    for (int i = 0; i < count; i++) {
        labels[i].from_x = labels[i].x;
        labels[i].from_y = labels[i].y;
        labels[i].x = x_end;
    }
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
        if (labels[i].y > 0.99 - gap * above)
            labels[i].y = 0.99 - gap * above;
    for (int i = 0; i < count; i++) /* nor below */
        if (labels[i].y < 0.01 + gap * i)
            labels[i].y = 0.01 + gap * i;
    for (int i = 0; i < count; i++) {
        double from = (logarithmic ? log(labels[i].from_y / low) : labels[i].from_y - low) / room;
        labels[i].moved = fabs(labels[i].y - from) > still || labels[i].from_x < 0.9 * x_end;
        labels[i].y = logarithmic ? low * exp(labels[i].y * room) : low + labels[i].y * room;
    }
}

void drawing_labels(const struct drawing *drawing, const char *name, const char *header,
                    const struct drawing_label *labels, int count)
{
    char file_name[256];
    FILE *file;
    snprintf(file_name, sizeof file_name, "%s-labels", name);
    file = drawing_data(drawing, file_name);
    if (!file)
        return;
    fprintf(file, "%s\tend_x\tend_y\tmoved\n", header);
    for (int i = 0; i < count; i++)
        fprintf(file, "%s\t%.6g\t%.6g\t%s\t%.6g\t%.6g\t%d\n", labels[i].pool, labels[i].x, labels[i].y, labels[i].text,
                labels[i].from_x, labels[i].from_y, labels[i].moved);
    fclose(file);
}

double drawing_quantile(const json_t *buckets, json_int_t total, double share)
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

bool drawing_is_floor(const char *pool)
{
    return !strcmp(pool, "inline") || !strcmp(pool, "direct");
}

const char *drawing_workers_text(int workers, char *text, size_t size)
{
    snprintf(text, size, "%d worker%s", workers, workers == 1 ? "" : "s");
    return text;
}

const char *drawing_bar_text(const struct drawing *drawing, char *text, size_t size)
{
    size_t rounds = json_array_size(json_object_get(drawing->result, "rounds"));
    if (rounds >= STATS_ENOUGH)
        snprintf(text, size, "bar: 95%% interval");
    else
        snprintf(text, size, "bar: range of %zu round%s", rounds, rounds == 1 ? "" : "s");
    return text;
}
