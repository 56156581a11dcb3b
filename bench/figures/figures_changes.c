/* figures_changes.c - see figures_changes.h. */
#include "bench/figures/figures_changes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/json/utf8.h"

enum { LINE = 44, LINES = 2, NAME = 256 }; /* letters of a name in a line, and lines of it */

/* What is worse first, the largest first; undecided and same ones by how bad they look. */
static int in_order(const void *left, const void *right, void *context)
{
    const struct figures_change *a = left, *b = right;
    const struct figures_changes *changes = context;
    double sign = changes->less_is_better ? -1 : 1;
    if (a->regression != b->regression)
        return b->regression - a->regression;
    if (a->kind != b->kind)
        return (int)a->kind - (int)b->kind;
    if (isnan(a->change) || isnan(b->change))
        return isnan(b->change) - isnan(a->change);
    return (sign * a->change > sign * b->change) - (sign * a->change < sign * b->change);
}

/* The axis is that of logarithms, on which twice and half are equally far. */
static double place(double change)
{
    static const double least = -0.999999; /* no time at all lies beyond any axis */
    return log1p(fmax(change, least));
}

struct range {
    double low, high; /* changes */
};

/* Wide enough for all estimates and for the threshold; intervals may go on beyond, and are
 * cut: one that says nothing makes no other one small. */
static struct range range_of(const struct figures_changes *changes)
{
    static const double most_threshold = 0.9; /* beyond, it is not drawn where it is of speeds */
    double threshold = fmin(changes->threshold, most_threshold), low = 0, high = 0;
    double most = fmax(place(2 * threshold), -1.1 * place(-threshold));
    for (int i = 0; i < changes->count; i++) {
        const struct figures_change *one = &changes->all[i];
        if (isfinite(one->change))
            most = fmax(most, 1.15 * fabs(place(one->change)));
    }
    for (int i = 0; i < changes->count; i++) {
        const struct figures_change *one = &changes->all[i];
        if (isfinite(one->low) && isfinite(one->high)) {
            low = fmin(low, place(one->low));
            high = fmax(high, place(one->high));
        }
    }
    return (struct range){-fmin(fmax(most, -1.05 * low), 1.6 * most), fmin(fmax(most, 1.05 * high), 1.6 * most)};
}

static void say_tic(struct drawing_figure *figure, double change, bool first)
{
    if (change > 1.0001)
        drawing_say(figure, "set xtics %s('%gx' %.9g)", first ? "" : "add ", 1 + change, place(change));
    else
        drawing_say(figure, "set xtics %s('%s%g%%%%' %.9g)", first ? "" : "add ", change > 0 ? "+" : "", 100 * change,
                    place(change));
}

/* Of the steps of a person the finest that gives 4 tics at most on the wider side. */
static void set_tics(struct drawing_figure *figure, const struct range *range)
{
    static const double steps[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100, 1000, 1e4};
    enum { MOST = 4, STEPS = sizeof steps / sizeof *steps };
    double up = expm1(range->high), down = -expm1(range->low);
    int s = 0;
    while (s < STEPS - 1 && fmax(up, down) / steps[s] > MOST)
        s++;
    say_tic(figure, 0, true);
    for (int i = 1; i <= MOST && i * steps[s] <= up; i++)
        say_tic(figure, i * steps[s], false);
    while (s > 0 && steps[s] > down) /* below nothing there is less room: at most 100% */
        s--;
    for (int i = 1; i <= MOST && i * steps[s] <= down && i * steps[s] < 0.995; i++)
        say_tic(figure, -i * steps[s], false);
}

static int letters_of(const char *text)
{
    int letters = 0;
    for (; *text; text++)
        letters += ((unsigned char)*text & 0xc0) != 0x80; /* of UTF-8 the first byte of each */
    return letters;
}

/* Where a name that is longer than a line is broken: behind a sign, as near to its middle as
 * can be; where there is none, when the line is full. */
static size_t break_at(const char *text)
{
    int all = letters_of(text), seen = 0, off = LINE;
    size_t best = 0, full = 0;
    for (size_t i = 0; text[i] && all > LINE && seen < LINE; i += utf8_length(text + i)) {
        full = i + utf8_length(text + i);
        seen++;
        if (!strchr("/,:", text[i]) || abs(all / 2 - seen) >= off)
            continue;
        best = full;
        off = abs(all / 2 - seen);
    }
    return all <= LINE ? strlen(text) : best ? best : full;
}

/* No tab or quote gets into a field of the data. */
static const char *plain(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    for (char *c = utf8_plain(out, false); *c; c++)
        *c = *c == '"' ? '\'' : *c;
    return out;
}

/* A name in lines; what the last has no room for is left out, and dots say so. */
static int lines_of(const char *name, char lines[LINES][NAME])
{
    char text[NAME], *at = text;
    int count = 0;
    plain(name, text, sizeof text);
    while (*at && count < LINES) {
        size_t length = break_at(at);
        bool cut = count == LINES - 1 && at[length];
        snprintf(lines[count++], NAME, "%.*s%s", (int)length, at, cut ? " ..." : "");
        at += length;
    }
    return count;
}

/* Percent, and never minus nothing. */
static double tenths(double share)
{
    double rounded = round(1000 * share);
    return rounded == 0 ? 0 : rounded / 10;
}

static void change_text(const struct figures_change *one, char *text, size_t size)
{
    *text = '\0';
    if (isfinite(one->change))
        snprintf(text, size, "%+.1f%%", tenths(one->change));
    if (isfinite(one->low) && isfinite(one->high))
        snprintf(text + strlen(text), size - strlen(text), "  (%+.1f .. %+.1f)", tenths(one->low), tenths(one->high));
}

static double number(double change)
{
    return isfinite(change) ? place(change) : NAN;
}

/* The data of one page. Returns how many lines the highest row takes, and the letters of the longest name. */
static int write_page(const struct drawing *drawing, const char *file_name, const struct figures_change *all, int count,
                      int *letters)
{
    FILE *file = drawing_data(drawing, file_name);
    int most = 1;
    if (!file)
        return most;
    fprintf(file,
            "row\tname\tname_2\tchange\tlow\thigh\tln\tln_low\tln_high\tkind\tregression\ttext\tverdict\tvalues\n");
    for (int i = 0; i < count; i++) {
        char lines[LINES][NAME] = {"", ""}, text[96], verdict[128];
        int used = lines_of(all[i].name, lines);
        most = used > most ? used : most;
        most = *all[i].values && most < 2 ? 2 : most; /* they stand below the change */
        for (int l = 0; l < used; l++)
            *letters = letters_of(lines[l]) > *letters ? letters_of(lines[l]) : *letters;
        change_text(&all[i], text, sizeof text);
        fprintf(file, "%d\t%s\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%d\t%d\t%s\t%s\t%s\n", i, lines[0], lines[1],
                all[i].change, all[i].low, all[i].high, number(all[i].change), number(all[i].low), number(all[i].high),
                (int)all[i].kind, all[i].regression, text, plain(all[i].verdict, verdict, sizeof verdict),
                all[i].values);
    }
    drawing_close(drawing, file);
    return most;
}

static int count_of(const struct figures_changes *changes, enum figures_change_kind kind)
{
    int count = 0;
    for (int i = 0; i < changes->count; i++)
        count += changes->all[i].kind == kind;
    return count;
}

static void add(char *title, size_t size, const char *format, int count)
{
    size_t used = strlen(title);
    snprintf(title + used, size - used, "; ");
    used = strlen(title);
    snprintf(title + used, size - used, format, count);
}

/* What failed or is missing is no pass, and it is not called worse: nobody knows of a change. */
static int count_lost(const struct figures_changes *changes)
{
    int lost = changes->missing;
    for (int i = 0; i < changes->count; i++)
        lost += changes->all[i].regression && changes->all[i].kind == FIGURES_CHANGE_NONE;
    return lost;
}

/* The finding. */
static void set_title(const struct figures_changes *changes, char *title, size_t size)
{
    int all = changes->count + changes->missing, lost = count_lost(changes), regressions = changes->missing - lost,
        undecided = count_of(changes, FIGURES_CHANGE_UNDECIDED), worse = count_of(changes, FIGURES_CHANGE_WORSE);
    for (int i = 0; i < changes->count; i++)
        regressions += changes->all[i].regression;
    if (regressions)
        snprintf(title, size, "%d of %d benchmark%s worse than before", regressions, all,
                 all == 1           ? " is"
                 : regressions == 1 ? "s is"
                                    : "s are");
    else if (lost == all)
        snprintf(title, size, "No benchmark has a change");
    else if (undecided + lost == all)
        snprintf(title, size, "Nobody can tell whether any of %d benchmarks changed", undecided);
    else
        snprintf(title, size, "No regression in %d of %d benchmarks", all - undecided - lost, all);
    if (!regressions && undecided && undecided + lost < all)
        add(title, size, "%d undecided", undecided);
    if (lost)
        add(title, size, "%d failed or missing", lost);
    if (!regressions && worse)
        add(title, size, "%d worse by less", worse);
    if (changes->worse_costs)
        add(title, size, "costs grew in %d", changes->worse_costs);
}

static int draw_page(const struct drawing *drawing, const struct figures_changes *changes, int page, int pages)
{
    enum { LOW = 23, HIGH = 37, AROUND = 235, LEAST = 330 }; /* points: of a line of one or two, and around all */
    int first = page * FIGURES_CHANGES_PAGE, count = changes->count - first, letters = 9, lines, height;
    char title[160], dim[400], name[32] = "changes";
    struct range range = range_of(changes);
    struct drawing_figure figure = {.script = "changes", .name = name, .title = title, .dim = dim};
    count = count < FIGURES_CHANGES_PAGE ? count : FIGURES_CHANGES_PAGE;
    if (page)
        snprintf(name, sizeof name, "changes-%d", page + 1);
    set_title(changes, title, sizeof title);
    if (pages > 1)
        snprintf(title + strlen(title), sizeof title - strlen(title), " (%d of %d)", page + 1, pages);
    snprintf(dim, sizeof dim,
             "%s, logarithmic; bars: %s; square: worse, filled if by more than %.3g%%; triangle: better; dot: the "
             "same; grey and hollow: nobody can tell; arrow: the bar goes on",
             changes->what, changes->bars, 100 * changes->threshold);
    lines = write_page(drawing, name, changes->all + first, count, &letters);
    height = count * (lines > 1 ? HIGH : LOW) + AROUND;
    figure.name_length = letters;
    drawing_say(&figure, "height = %d\nrows = %d\nx_low = %.9g\nx_high = %.9g\nthreshold = %.9g\nless = %d",
                height < LEAST ? LEAST : height, count, range.low, range.high,
                place(changes->less_is_better ? changes->threshold : -changes->threshold), changes->less_is_better);
    drawing_say(&figure, "threshold_text = '%s%.3g%%'", changes->less_is_better ? "+" : "-", 100 * changes->threshold);
    set_tics(&figure, &range);
    return drawing_draw(drawing, &figure);
}

/* Further pages of a figure that was here before. */
static void remove_pages(const struct drawing *drawing, int page)
{
    static const char *const endings[] = {"svg", "png", "tsv"};
    bool was_there = true;
    for (; was_there; page++) {
        was_there = false;
        for (int i = 0; i < 3; i++) {
            char name[48];
            snprintf(name, sizeof name, "changes-%d.%s", page + 1, endings[i]);
            was_there = !unlinkat(drawing->folder_fd, name, 0) || was_there;
        }
    }
}

int figures_changes(const struct drawing *drawing, struct figures_changes *changes)
{
    int pages = (changes->count + FIGURES_CHANGES_PAGE - 1) / FIGURES_CHANGES_PAGE, error = 0;
    if (changes->count)
        qsort_r(changes->all, (size_t)changes->count, sizeof *changes->all, in_order, changes);
    for (int page = 0; page < pages && !error; page++)
        error = draw_page(drawing, changes, page, pages);
    remove_pages(drawing, pages > 1 ? pages : 1);
    return error;
}
