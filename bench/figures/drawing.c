/* drawing.c - see drawing.h. */
#include "bench/figures/drawing.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/figures/gnuplot.h"
#include "bench/machine/tool.h"
#include "bench/results/hist_json.h"
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
    *drawing->scripts = '\0';
    if (drawing->taker)
        return 0;
    fprintf(drawing->log, "poolbench: no figures: the scripts (plot/*.gp) were not found beside the program\n");
    return -ENOENT;
}

int drawing_open(struct drawing *drawing, const char *folder)
{
    static bool failed; /* one figure folder at a time */
    int error = mkdir(folder, 0755) && errno != EEXIST ? -errno : 0;
    failed = false;
    drawing->folder = folder;
    drawing->failed = &failed;
    drawing->folder_fd = error ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (!error && drawing->folder_fd < 0)
        error = -errno;
    if (error)
        fprintf(drawing->log, "poolbench: cannot make the folder %s: %s\n", folder, strerror(-error));
    return error;
}

int drawing_shut(struct drawing *drawing)
{
    if (drawing->folder_fd >= 0)
        close(drawing->folder_fd);
    drawing->folder_fd = -1;
    return *drawing->failed ? -EIO : 0;
}

/* A new file of that name: whatever had it before, a link too, is gone. */
static int create(const struct drawing *drawing, const char *name)
{
    if (unlinkat(drawing->folder_fd, name, 0) && errno != ENOENT)
        return -1;
    return openat(drawing->folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

static void say_failed(const struct drawing *drawing, const char *name, int number)
{
    if (!*drawing->failed) /* the first says it; on a full disk all would */
        fprintf(drawing->log, "poolbench: cannot write %s/%s: %s\n", drawing->folder, name, strerror(number));
    *drawing->failed = true;
}

FILE *drawing_data(const struct drawing *drawing, const char *name)
{
    char file_name[300];
    int descriptor;
    FILE *file;
    snprintf(file_name, sizeof file_name, "%.250s.tsv", name);
    descriptor = create(drawing, file_name);
    file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file)
        say_failed(drawing, file_name, errno);
    if (!file && descriptor >= 0)
        close(descriptor);
    return file;
}

void drawing_close(const struct drawing *drawing, FILE *file)
{
    int wrong = fflush(file) || ferror(file) ? errno : 0;
    if (fclose(file) && !wrong)
        wrong = errno;
    if (wrong)
        say_failed(drawing, "(its data)", wrong);
}

enum { DIM_LETTERS = 136, DIM_LINES = 3 }; /* of a line below the title, at its size */

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

void drawing_say_text(struct drawing_figure *figure, const char *name, const char *text)
{
    gnuplot_say(figure->extra, sizeof figure->extra, name, text);
}

void drawing_tic(struct drawing_figure *figure, const char *axis, const char *text, int at, bool first)
{
    char quoted[256] = "";
    gnuplot_quote(quoted, sizeof quoted, text);
    drawing_say(figure, "set %s %s(%s %d)", axis, first ? "" : "add ", quoted, at);
}

/* What gnuplot reads. */
static void write_script(const struct drawing *drawing, const struct drawing_figure *figure, const char *kind,
                         char *script, size_t size)
{
    char path[4600], real[PATH_MAX], pools[DRAWING_POOLS_MAX * 33] = "", dim[1024], numbers[64];
    int length = figure->name_length;
    for (int i = 0; i < drawing->pool_count && !figure->name_length; i++)
        length = (int)strlen(drawing->pools[i]) > length ? (int)strlen(drawing->pools[i]) : length;
    for (int i = 0; i < drawing->pool_count; i++)
        snprintf(pools + strlen(pools), sizeof pools - strlen(pools), "%s%s", i ? " " : "", drawing->pools[i]);
    const char *title = drawing->taker ? "" : figure->title, *foot = drawing->taker ? "" : drawing->foot,
               *below = drawing->taker ? "" : figure->dim;
    snprintf(numbers, sizeof numbers, "dim_lines = %d\nname_length = %d\n", break_lines(below, dim, sizeof dim),
             length);
    *script = '\0';
    strcat(script, numbers);
    gnuplot_say(script, size, "out", "/proc/self/fd/3");
    gnuplot_say(script, size, "kind", kind);
    gnuplot_say(script, size, "data", ".");
    gnuplot_say(script, size, "name", figure->name);
    gnuplot_say(script, size, "title", title);
    gnuplot_say(script, size, "dim", dim);
    gnuplot_say(script, size, "foot", foot);
    gnuplot_say(script, size, "pools", pools);
    snprintf(path, sizeof path, "%s/style.gp", drawing->scripts);
    gnuplot_say(script, size, "style", realpath(path, real) ? real : path);
    strncat(script, figure->extra, size - strlen(script) - 1);
    snprintf(path, sizeof path, "%s/%s.gp", drawing->scripts, figure->script);
    gnuplot_say(script, size, "script", realpath(path, real) ? real : path);
    strncat(script, "load script\n", size - strlen(script) - 1);
}

/* Whether the picture is there to its end; gnuplot does not always say that a disk was full. */
static bool is_whole(int descriptor, const char *kind)
{
    const char *end = strcmp(kind, "svg") ? "IEND\256B`\202" : "</svg>";
    char tail[32] = "";
    off_t size = lseek(descriptor, 0, SEEK_END);
    ssize_t length = size > 16 ? pread(descriptor, tail, 16, size - 16) : 0;
    return length > 0 && memmem(tail, (size_t)length, end, strlen(end));
}

/* Draws beside, and gives the picture its name when it is whole. */
static int draw_kind(const struct drawing *drawing, const struct drawing_figure *figure, const char *kind, char *why,
                     size_t size)
{
    char script[20000], name[300], part[310];
    int out, error;
    write_script(drawing, figure, kind, script, sizeof script);
    snprintf(name, sizeof name, "%.250s.%s", figure->name, kind);
    snprintf(part, sizeof part, "%s.part", name);
    out = create(drawing, part);
    if (out < 0)
        return snprintf(why, size, "%s: %s", part, strerror(errno)), -EIO;
    error = gnuplot_run(script, drawing->folder_fd, out, why, size);
    if (!error && !is_whole(out, kind)) {
        snprintf(why, size, "%s is not whole (no space left?)", name);
        error = -EIO;
    }
    if (close(out) && !error)
        error = -errno;
    if (!error && renameat(drawing->folder_fd, part, drawing->folder_fd, name))
        error = -errno;
    if (error)
        unlinkat(drawing->folder_fd, part, 0);
    return error;
}

/* Why a figure could not be drawn, in a line. */
static void put_in_words(int error, const char *why, char *text, size_t size)
{
    if (error == -ENOENT)
        snprintf(text, size, "gnuplot is not installed (apt-get install gnuplot-nox)");
    else if (error == -ETIMEDOUT)
        snprintf(text, size, "gnuplot did not end within %d s", TOOL_SECONDS);
    else
        snprintf(text, size, "gnuplot failed: %s", why);
    for (char *c = text; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
}

/* Draws into memory. Returns 0 and the text of the drawing, which the caller owns (free), or -errno. */
static int draw_text(const struct drawing *drawing, const struct drawing_figure *figure, char **svg, size_t *length,
                     char *why, size_t size)
{
    char script[20000];
    int out = memfd_create("figure", MFD_CLOEXEC), error = out < 0 ? -errno : 0;
    off_t end = 0;
    write_script(drawing, figure, "svg", script, sizeof script);
    if (!error)
        error = gnuplot_run(script, drawing->folder_fd, out, why, size);
    if (!error && !is_whole(out, "svg"))
        error = -EIO;
    if (!error)
        end = lseek(out, 0, SEEK_END);
    *svg = error ? NULL : malloc((size_t)end + 1);
    if (!error && (!*svg || pread(out, *svg, (size_t)end, 0) != end))
        error = -EIO;
    if (error) {
        free(*svg);
        *svg = NULL;
    } else {
        (*svg)[end] = '\0';
        *length = (size_t)end;
    }
    if (out >= 0)
        close(out);
    return error;
}

static int give(const struct drawing *drawing, const struct drawing_figure *figure)
{
    char why[512] = "", words[600] = "the scripts (plot/*.gp) were not found beside the program", *svg = NULL;
    size_t length = 0;
    int error = *drawing->scripts ? draw_text(drawing, figure, &svg, &length, why, sizeof why) : 0;
    if (error)
        put_in_words(error, why, words, sizeof words);
    drawing->taker->take(drawing->taker->context, drawing, figure, svg, length, words);
    free(svg);
    return *drawing->failed ? -EIO : 0;
}

int drawing_draw(const struct drawing *drawing, const struct drawing_figure *figure)
{
    static const char *const kinds[] = {"svg", "png"};
    char why[512] = "", words[600];
    int error = 0;
    if (*drawing->failed) /* which has been said */
        return -EIO;
    if (drawing->taker)
        return give(drawing, figure);
    for (int i = 0; i < 2 && !error; i++)
        error = draw_kind(drawing, figure, kinds[i], why, sizeof why);
    if (error) {
        put_in_words(error, why, words, sizeof words);
        fprintf(drawing->log, "poolbench: figure %s: %s\n", figure->name, words);
    }
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
    drawing_close(drawing, file);
}

double drawing_quantile(const json_t *histogram, double share)
{
    static struct hist hist; /* large; figures are drawn by one thread */
    double value;
    hist = (struct hist){0};
    if (hist_json_read(&hist, histogram))
        return NAN;
    value = hist_quantile(&hist, share);
    return isfinite(value) ? value : NAN;
}

bool drawing_is_floor(const char *pool)
{
    return !strcmp(pool, "inline") || !strcmp(pool, "direct");
}

const char *drawing_rate_text(double per_s, char *text, size_t size)
{
    if (per_s < 1e3)
        snprintf(text, size, "%.3g/s", per_s);
    else if (per_s < 1e6)
        snprintf(text, size, "%.3gk/s", per_s / 1e3);
    else
        snprintf(text, size, "%.3gM/s", per_s / 1e6);
    return text;
}

const char *drawing_workers_text(int workers, char *text, size_t size)
{
    snprintf(text, size, "%d worker%s", workers, workers == 1 ? "" : "s");
    return text;
}

const char *drawing_bar_text(const struct drawing *drawing, struct drawing_figure *figure, char *text, size_t size)
{
    size_t rounds = json_array_size(json_object_get(drawing->result, "rounds"));
    figure->ranges = rounds < STATS_ENOUGH;
    if (!figure->ranges)
        snprintf(text, size, "bar: 95%% interval");
    else
        snprintf(text, size, "bar: range of %zu round%s", rounds, rounds == 1 ? "" : "s");
    return text;
}
