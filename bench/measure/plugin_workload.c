/* plugin_workload.c - see plugin_workload.h. */
#include "bench/measure/plugin_workload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/plugin_words.h"
#include "workloads/core/kinds.h"

/* Who is looked at, and where it is told. */
struct look {
    const struct workload_ops *ops;
    const char *path;
    struct why why;
};

__attribute__((format(printf, 2, 3))) static int unfit(const struct look *look, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return why_wrong(look->why, "plug-in %s: its workload \"%s\" %s", look->path, look->ops->name, what);
}

static bool is_line_or_none(const char *text)
{
    return !text || plugin_words_are_line(text);
}

static int check_calls(const struct look *look)
{
    const struct workload_ops *ops = look->ops;
    if (!ops->summary || !ops->unit || !ops->work_ns || !ops->prepare || !ops->produce || !ops->verify || !ops->release)
        return unfit(look, "lacks one of: summary, unit, work_ns, prepare, produce, verify, release");
    if (ops->needs & POOL_CAN_RESULTS && !ops->consume)
        return unfit(look, "needs results, and lacks the call \"consume\" that takes them");
    return 0;
}

static int check_counts(const struct look *look)
{
    const struct workload_ops *ops = look->ops;
    if (ops->param_count < 0 || ops->param_count > WORKLOAD_PARAMS_MAX || ops->figure_count < 0 ||
        ops->figure_count > WORKLOAD_FIGURES_MAX)
        return unfit(look, "has too many parameters or figures (at most %d and %d)", WORKLOAD_PARAMS_MAX,
                     WORKLOAD_FIGURES_MAX);
    if (ops->param_count && !ops->params)
        return unfit(look, "has a param_count of %d, and no parameters (\"params\" is NULL)", ops->param_count);
    if (ops->figure_count && !ops->figures)
        return unfit(look, "has a figure_count of %d, and no figures (\"figures\" is NULL)", ops->figure_count);
    return 0;
}

static int check_choices(const struct look *look, const struct workload_param *param)
{
    if (!param->choices || !param->choices[0])
        return unfit(look, "has no choices for its parameter \"%s\"", param->name);
    for (int i = 0; param->choices[i]; i++)
        if (!plugin_words_are_line(param->choices[i]))
            return unfit(look, "has a choice for its parameter \"%s\" that is no line of UTF-8", param->name);
    return 0;
}

/* That it is there, and one of a kind. */
static int check_param(const struct look *look, int which)
{
    const struct workload_param *params = look->ops->params, *param = &params[which];
    if (!plugin_words_are_name(param->name))
        return unfit(look, "has no proper name for its parameter %d (letters, digits, - and _)", which + 1);
    for (int i = 0; i < which; i++)
        if (!strcmp(params[i].name, param->name))
            return unfit(look, "has two parameters \"%s\"", param->name);
    if ((unsigned)param->kind > WORKLOAD_REST)
        return unfit(look, "has a parameter \"%s\" of a kind that is not there (%d)", param->name, (int)param->kind);
    if (!plugin_words_are_line(param->fallback) || !is_line_or_none(param->help))
        return unfit(look, "has a parameter \"%s\" whose fallback or help is no line of UTF-8", param->name);
    return param->kind == WORKLOAD_CHOICE ? check_choices(look, param) : 0;
}

/* What nobody gives is read as silently as it is taken. */
static int check_fallback(const struct look *look, const struct workload_param *param)
{
    char text[256] = "";
    int64_t value;
    if (param->kind == WORKLOAD_TIME && !strcmp(param->fallback, "0") && param->min <= 0)
        return 0; /* which needs no unit */
    if (workload_value(param, param->fallback, &value, (struct why){text, sizeof text}))
        return unfit(look, "has a fallback that its own parameter does not allow: %s", text);
    return 0;
}

static int name_count(const char *const *names, int most)
{
    int count = 0;
    while (count < most && names[count])
        count++;
    return count;
}

static int check_keys(const struct look *look, const char *what, const char *const *names, int most)
{
    for (int i = 0; i < name_count(names, most); i++)
        if (!plugin_words_are_key(names[i]))
            return unfit(look, "has no proper name for its %s %d (1 to %d letters, digits, -, _, . and %%)", what,
                         i + 1, PLUGIN_WORDS_NAME);
    return 0;
}

/* What the harness makes a figure of itself. */
static int check_sources(const struct look *look, const struct workload_figure *figure)
{
    int count = look->ops->figure_count, samples = name_count(look->ops->samples, WORKLOAD_SAMPLES_MAX);
    if (!(figure->quantile >= 0 && figure->quantile < 1))
        return unfit(look, "has a figure \"%s\" of a quantile that cannot be (%g; 0 to below 1)", figure->name,
                     figure->quantile);
    if (figure->quantile > 0 && (figure->sample < 0 || figure->sample >= samples))
        return unfit(look, "has a figure \"%s\" of histogram %d, which is not there (it has %d)", figure->name,
                     figure->sample, samples);
    if (!figure->quotient != !figure->divisor || figure->quotient < 0 || figure->quotient > count ||
        figure->divisor < 0 || figure->divisor > count)
        return unfit(look, "has a figure \"%s\" that is a quotient of figures which are not there (%d / %d of %d)",
                     figure->name, figure->quotient, figure->divisor, count);
    return 0;
}

static int check_figure(const struct look *look, int which)
{
    const struct workload_figure *figures = look->ops->figures, *figure = &figures[which];
    if (!plugin_words_are_key(figure->name))
        return unfit(look, "has no proper name for its figure %d (1 to %d letters, digits, -, _, . and %%)", which + 1,
                     PLUGIN_WORDS_NAME);
    for (int i = 0; i < which; i++)
        if (!strcmp(figures[i].name, figure->name))
            return unfit(look, "has two figures \"%s\"", figure->name);
    if ((unsigned)figure->unit > WORKLOAD_RATE)
        return unfit(look, "has a figure \"%s\" in a unit that is not there (%d)", figure->name, (int)figure->unit);
    if (figure->head && (!plugin_words_are_line(figure->head) || !is_line_or_none(figure->help)))
        return unfit(look, "has a figure \"%s\" whose head or help is no line of UTF-8", figure->name);
    return check_sources(look, figure);
}

static int check_judged_by(const struct look *look)
{
    const struct workload_ops *ops = look->ops;
    if (!ops->judged_by)
        return 0;
    for (int i = 0; i < ops->figure_count; i++)
        if (!strcmp(ops->figures[i].name, ops->judged_by))
            return 0;
    return unfit(look, "is judged by \"%.60s\", which is none of its figures", ops->judged_by);
}

static int check(const struct look *look)
{
    const struct workload_ops *ops = look->ops;
    int error = check_calls(look);
    if (!error)
        error = check_counts(look);
    for (int i = 0; i < ops->param_count && !error; i++) {
        error = check_param(look, i);
        if (!error)
            error = check_fallback(look, &ops->params[i]);
    }
    if (!error)
        error = check_keys(look, "histogram", ops->samples, WORKLOAD_SAMPLES_MAX);
    if (!error)
        error = check_keys(look, "series", ops->series, WORKLOAD_SERIES_MAX);
    for (int i = 0; i < ops->figure_count && !error; i++)
        error = check_figure(look, i);
    return error ? error : check_judged_by(look);
}

int plugin_workload_complete(const struct workload_ops *theirs, const char *path, struct why why,
                             struct workload_ops **out)
{
    struct look look = {theirs, path, why};
    struct workload_ops *ops;
    int error;
    if (theirs->abi != WORKLOAD_ABI)
        return why_wrong(why,
                         "plug-in %s: a workload of it is built for version %d of the contract, this is version %d",
                         path, theirs->abi, WORKLOAD_ABI);
    if (!plugin_words_are_name(theirs->name))
        return why_wrong(why, "plug-in %s: a workload of it has no proper name (letters, digits, - and _)", path);
    error = check(&look);
    if (error)
        return error;
    ops = malloc(sizeof *ops);
    if (!ops)
        return why_wrong(why, "plug-in %s: out of memory", path);
    *ops = *theirs;
    ops->summary = plugin_words_line(ops->summary);
    ops->unit = plugin_words_line(ops->unit);
    ops->why = ops->why ? plugin_words_line(ops->why) : "it lacks what these jobs need";
    *out = ops;
    return 0;
}
