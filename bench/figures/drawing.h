/* drawing.h - what figures are made of: a result and its coordinates, the data
 * files, labels, and the call of gnuplot. What a figure looks like is in plot/. */
#ifndef DRAWING_H
#define DRAWING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/results/label.h"
#include "bench/results/result.h"
#include "workloads/core/workload.h"

enum { DRAWING_POOLS_MAX = 32, DRAWING_SPECS_MAX = 64 };

/* One workload of the result. */
struct drawing_spec {
    const char *text;
    struct workload_spec parsed;   /* ops NULL: of another version of the program */
    bool common;                   /* it has the common figures, not only its own */
    int workers_low, workers_high; /* measured with so many */
};

struct drawing;
struct drawing_figure;

/* Takes figures in the place of files: bare, without title, line below it and foot, which the taker
 * has in the figure and in the drawing. The data files lie in the drawing's folder. */
struct drawing_taker {
    void *context;
    /* `svg` is NULL where it could not be drawn, and `why` says why. Both are valid during the call. */
    void (*take)(void *context, const struct drawing *drawing, const struct drawing_figure *figure, const char *svg,
                 size_t length, const char *why);
};

struct drawing {
    const struct drawing_taker *taker; /* NULL: files */
    const json_t *result, *configurations;
    const char *folder; /* where all goes: its name, for messages */
    int folder_fd;      /* drawing_open */
    bool *failed;       /* some data could not be written */
    char scripts[4096]; /* the folder plot/ */
    FILE *log;
    const char *pools[DRAWING_POOLS_MAX]; /* the fastest of the first workload first */
    int pool_count;
    struct drawing_spec specs[DRAWING_SPECS_MAX];
    int spec_count;
    char foot[512];
};

/* A name at the end of its line. */
struct drawing_label {
    const char *pool, *text;
    double x, y;           /* where the line ends; after drawing_spread where the name stands */
    double from_x, from_y; /* drawing_spread: where the line ends */
    bool moved;            /* so far that a leader is drawn */
};

struct drawing_figure {
    const char *script, *name; /* plot/SCRIPT.gp; files NAME.svg, NAME.png */
    const char *title, *dim;   /* dim is broken into lines where it is long */
    int name_length;           /* letters of the longest name beside the figure; 0: of the pools */
    bool ranges;               /* bars go from the least to the most, and are no intervals: drawing_bar_text */
    char extra[4096];          /* further lines of gnuplot */
};

/* A configuration by its coordinates, or NULL; `inline` knows no workers. Where
 * results differ, any of them. */
const json_t *drawing_find(const struct drawing *drawing, const char *spec, const char *pool, int workers);

/* Median, low and high of a metric; false: there is none. */
bool drawing_metric(const struct drawing *drawing, const char *spec, const char *pool, int workers, const char *name,
                    double value[3]);

/* Finds plot/ beside the program, where it is installed, or here. Returns 0;
 * -ENOENT, and says so; a taker is told at each figure. */
int drawing_find_scripts(struct drawing *drawing);

/* Makes the folder and opens it, once: all files are made in what it is then. Returns 0,
 * or -errno and says why. Shut: closes it; returns 0, or -EIO when some of what was
 * written into it was not. */
int drawing_open(struct drawing *drawing, const char *folder);
int drawing_shut(struct drawing *drawing);

/* Opens NAME.tsv, a new file; NULL, and says why, when it cannot be written. */
FILE *drawing_data(const struct drawing *drawing, const char *name);
void drawing_close(const struct drawing *drawing, FILE *file);

/* Adds a line `format` to what gnuplot reads before the script: numbers and texts of
 * this program's own. */
__attribute__((format(printf, 2, 3))) void drawing_say(struct drawing_figure *figure, const char *format, ...);

/* Adds `name = 'text'`, for text from elsewhere; name may be an element of an array. */
void drawing_say_text(struct drawing_figure *figure, const char *name, const char *text);

/* Adds a tic with a text: `axis` is "xtics", the first of an axis replaces what there was. */
void drawing_tic(struct drawing_figure *figure, const char *axis, const char *text, int at, bool first);

/* Draws NAME.svg and NAME.png, or for the taker, to whom it says what failed; of data that could not be written it
 * draws nothing, and says no more. Returns 0 or -errno, and says what failed. */
int drawing_draw(const struct drawing *drawing, const struct drawing_figure *figure);

/* Where names stand: a little beyond the last point of an axis low..high. */
double drawing_beyond(double low, double high, bool logarithmic);

/* Puts labels to x_end, and apart on an axis low..high, so that none covers another. */
void drawing_spread(struct drawing_label *labels, int count, double low, double high, bool logarithmic, double x_end);

/* Writes NAME-labels.tsv: `header` names the first four columns; the line's end and
 * whether the name moved follow. */
void drawing_labels(const struct drawing *drawing, const char *name, const char *header,
                    const struct drawing_label *labels, int count);

/* Of a result's histogram, as its tables have it; NaN: it is among those that got no service, or there are
 * no samples. */
double drawing_quantile(const json_t *histogram, double share);

/* What a bar of the figure is: "bar: 95% interval", or the range when there were too few rounds for one; also says
 * in the figure which. */
const char *drawing_bar_text(const struct drawing *drawing, struct drawing_figure *figure, char *text, size_t size);

/* Whether it has no workers: `inline`, and the adapters' own floor. */
bool drawing_is_floor(const char *pool);

/* "2k/s", with as many digits as a title needs. Returns text. */
const char *drawing_rate_text(double per_s, char *text, size_t size);

/* "2 workers". Returns text. */
const char *drawing_workers_text(int workers, char *text, size_t size);

#endif
