/* fleet_show.c - see fleet_show.h. */
#include "bench/show/fleet_show.h"

#include <math.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

enum { CELL = 64 };

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* "4.66 ms (4.5 .. 4.9 ms)"; "overloaded"; without an upper end "(4.5 ms ..)". */
static const char *value_text(const json_t *value, char *text, size_t size)
{
    const struct slo_kind *kind = slo_kind(result_string(value, "name"));
    char likely[32], low[32], high[32];
    if (is_true(value, "endless"))
        return snprintf(text, size, "overloaded"), text;
    if (!kind || isnan(number(value, "value")))
        return snprintf(text, size, "not known"), text;
    slo_value_text(kind, number(value, "value"), likely, sizeof likely);
    slo_value_text(kind, number(value, "low"), low, sizeof low);
    if (is_true(value, "high_endless"))
        snprintf(high, sizeof high, "overloaded");
    else if (isnan(number(value, "high")))
        snprintf(high, sizeof high, "?");
    else
        slo_value_text(kind, number(value, "high"), high, sizeof high);
    snprintf(text, size, "%s (%s .. %s)", likely, low, high);
    return text;
}

static void show_service(const json_t *document, FILE *out)
{
    const json_t *from = json_object_get(document, "from"), *fleet = json_object_get(document, "fleet");
    const json_t *service = json_object_get(fleet, "service");
    char mean[32], low[32], high[32], p99[32];
    fprintf(out, "from      %s: %s, %s, measured on %s (%s)\n", result_string(from, "file"),
            result_string(from, "pool"), result_string(from, "spec"), result_string(from, "host"),
            result_string(from, "date"));
    fprintf(out, "service   %s (", units_time_text(number(service, "mean_ns"), mean, sizeof mean));
    if (isnan(number(service, "high_ns")))
        fprintf(out, "%d rounds: no interval", (int)number(service, "rounds"));
    else
        fprintf(out, "%s .. %s", units_time_text(number(service, "low_ns"), low, sizeof low),
                units_time_text(number(service, "high_ns"), high, sizeof high));
    fprintf(out, "), cv %.2g, p99 %s, %.0f%% of it computing; with %d worker%s\n", sqrt(number(service, "variation")),
            units_time_text(number(service, "p99_ns"), p99, sizeof p99), 100 * number(service, "cpu_share"),
            (int)number(service, "workers"), number(service, "workers") == 1 ? "" : "s");
}

static void show_scaling(const json_t *fleet, FILE *out)
{
    const json_t *scaling = json_object_get(fleet, "scaling");
    int workers = (int)number(fleet, "workers"), most = (int)number(scaling, "measured_workers_most");
    if (!is_true(scaling, "known")) {
        fprintf(out, "scaling   not known: %s\n", result_string(scaling, "why"));
        if (workers > most)
            fprintf(out, "          taken as if %d workers were each as fast as %d are; nobody measured it\n", workers,
                    most);
        return;
    }
    fprintf(out,
            "scaling   sigma %.3g%s, kappa %.3g%s, %s: with %d workers a job takes %.3g times as long (%.3g .. %.3g)\n",
            number(scaling, "sigma"), is_true(scaling, "sigma_at_bound") ? " (at its bound)" : "",
            number(scaling, "kappa"), is_true(scaling, "kappa_at_bound") ? " (at its bound)" : "",
            isnan(number(scaling, "peak")) ? "no peak" : "a peak", workers, number(scaling, "stretch"),
            number(scaling, "stretch_low"), number(scaling, "stretch_high"));
    if (number(scaling, "peak") < workers)
        fprintf(out, "          beyond its peak: %.0f workers do more than %d\n", number(scaling, "peak"), workers);
    if (workers > 2 * most)
        fprintf(out,
                "          measured up to %d workers: so far beyond, the law itself is the risk, which no band shows\n",
                most);
}

static void show_load(const json_t *fleet, FILE *out)
{
    char rate[32];
    fprintf(out, "load      %s/s on %d machine%s of %d workers: %.0f%% of what they can do",
            units_count_text(number(fleet, "rate_per_s"), rate, sizeof rate), (int)number(fleet, "machines"),
            number(fleet, "machines") == 1 ? "" : "s", (int)number(fleet, "workers"),
            100 * number(fleet, "utilisation"));
    if (is_true(fleet, "known"))
        fprintf(out, " (%.0f .. %.0f)", 100 * number(fleet, "utilisation_low"),
                100 * number(fleet, "utilisation_high"));
    fprintf(out, "; computing keeps %.2g CPUs of each busy\n",
            fmin(1, number(fleet, "utilisation")) * number(fleet, "workers") *
                number(json_object_get(fleet, "service"), "cpu_share"));
}

/* A table is printed as text, or in Markdown with the same cells. */
static void print_grid(struct grid *grid, FILE *out, bool markdown)
{
    if (!markdown) {
        grid_print(grid, out, terminal_width(out), terminal_colour(out));
        grid_end(grid);
        return;
    }
    fputs("\n|", out);
    for (int c = 0; c < grid->column_count; c++)
        fprintf(out, " %s |", grid->columns[c].head);
    fputs("\n|", out);
    for (int c = 0; c < grid->column_count; c++)
        fputs(c ? "--:|" : "---|", out);
    for (int r = 0; r < grid->row_count; r++) {
        fputs("\n|", out);
        for (int c = 0; c < grid->column_count; c++)
            fprintf(out, " %s |", grid->rows[r].cells[c] ? grid->rows[r].cells[c] : "");
    }
    fputs("\n\n", out);
    grid_end(grid);
}

static const char *machines_text(const json_t *object, const char *key, char *text, size_t size)
{
    double machines = number(object, key);
    if (isnan(machines))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%.0f", machines);
    return text;
}

static void balance_rows(struct grid *grid, const json_t *one, bool promised)
{
    static const char *const scenes[] = {"whole", "slow", "lost"};
    size_t count = json_array_size(json_object_get(json_object_get(one, "whole"), "values"));
    char text[CELL];
    for (size_t i = 0; i < count; i++) {
        grid_row(grid);
        grid_cell(grid, "%s", i ? "" : result_string(one, "name"));
        for (int s = 0; s < 3; s++) {
            const json_t *value = json_array_get(json_object_get(json_object_get(one, scenes[s]), "values"), i);
            if (s == 0)
                grid_cell(grid, "%s", result_string(value, "name"));
            grid_cell(grid, "%s", value_text(value, text, sizeof text));
        }
        if (promised && i == 0) {
            grid_cell(grid, "%s", result_string(json_object_get(one, "whole"), "verdict"));
            grid_cell(grid, "%s", machines_text(one, "fewest", text, sizeof text));
            grid_cell(grid, "%s", machines_text(one, "fewest_surely", text, sizeof text));
            grid_cell(grid, "%s", machines_text(one, "fewest_with_one_lost", text, sizeof text));
        }
    }
}

static void show_balances(const json_t *fleet, FILE *out, bool markdown)
{
    bool promised = json_array_size(json_object_get(fleet, "slo")) > 0;
    struct grid grid;
    json_t *one;
    size_t i;
    grid_begin(&grid);
    grid_column(&grid, "balancing", "", GRID_LEFT, 0);
    grid_column(&grid, "of all", "", GRID_LEFT, 0);
    grid_column(&grid, "all well", "", GRID_RIGHT, 0);
    grid_column(&grid, "one slow", "twice as long", GRID_RIGHT, 2);
    grid_column(&grid, "one lost", "", GRID_RIGHT, 1);
    if (promised) {
        grid_column(&grid, "promise", "", GRID_LEFT, 0);
        grid_column(&grid, "machines", "likely", GRID_RIGHT, 0);
        grid_column(&grid, "surely", "", GRID_RIGHT, 0);
        grid_column(&grid, "one lost", "likely", GRID_RIGHT, 3);
    }
    json_array_foreach (json_object_get(fleet, "balances"), i, one)
        balance_rows(&grid, one, promised);
    print_grid(&grid, out, markdown);
}

static void show_shapes(const json_t *fleet, FILE *out, bool markdown)
{
    struct grid grid;
    json_t *one;
    size_t i;
    char text[CELL];
    if (json_array_size(json_object_get(fleet, "shapes")) == 0)
        return;
    grid_begin(&grid);
    grid_column(&grid, "workers of each", "", GRID_RIGHT, 0);
    grid_column(&grid, "machines", "likely", GRID_RIGHT, 0);
    grid_column(&grid, "surely", "", GRID_RIGHT, 0);
    grid_column(&grid, "workers in all", "", GRID_RIGHT, 0);
    json_array_foreach (json_object_get(fleet, "shapes"), i, one) {
        double machines = number(one, "machines");
        grid_row(&grid);
        grid_cell(&grid, "%.0f", number(one, "workers"));
        grid_cell(&grid, "%s", machines_text(one, "machines", text, sizeof text));
        grid_cell(&grid, "%s", machines_text(one, "machines_surely", text, sizeof text));
        grid_cell(&grid, isnan(machines) ? "-" : "%.0f", machines * number(one, "workers"));
    }
    fprintf(out, "%show many machines it takes by two choices, by their workers\n", markdown ? "" : "\n");
    print_grid(&grid, out, markdown);
}

static void show_formula(const json_t *fleet, FILE *out)
{
    const json_t *formula = json_object_get(fleet, "formula");
    json_t *one;
    size_t i;
    char text[CELL];
    fprintf(out, "formula   %s of one machine, which is what random comes to:", result_string(formula, "name"));
    if (number(fleet, "utilisation") >= 1)
        fprintf(out, " overloaded");
    json_array_foreach (json_object_get(formula, "values"), i, one) {
        const struct slo_kind *kind = slo_kind(result_string(one, "name"));
        if (kind && !isnan(number(one, "value")))
            fprintf(out, " %s %s", kind->name, slo_value_text(kind, number(one, "value"), text, sizeof text));
    }
    if (is_true(formula, "holds"))
        fputc('\n', out);
    else
        fprintf(out, "; it does not hold: %s\n", result_string(formula, "why"));
}

static void show_assumptions(const json_t *fleet, FILE *out)
{
    fprintf(
        out,
        "assumes   requests come at random (Poisson), each machine is like the one that was measured, with CPUs for\n"
        "          its workers and a queue of its own; the balancer knows how many requests each machine has at that\n"
        "          moment; no network. \"One lost\" is after the balancer noticed: until then random and round-robin\n"
        "          lose 1 of %d requests. (low .. high): what the rounds%s leave open\n",
        (int)number(fleet, "machines"),
        is_true(json_object_get(fleet, "scaling"), "known") ? " and the scaling law" : "");
}

static void names_with(const json_t *fleet, const char *verdict, char *text, size_t size)
{
    json_t *one;
    size_t i, used = 0;
    *text = '\0';
    json_array_foreach (json_object_get(fleet, "balances"), i, one)
        if (!strcmp(result_string(json_object_get(one, "whole"), "verdict"), verdict) && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", result_string(one, "name"));
}

/* The fewest machines by any balancer, and by whom; NaN: none keep it. */
static double fewest(const json_t *fleet, const char *key, char *names, size_t size)
{
    const json_t *balances = json_object_get(fleet, "balances");
    size_t i, used = 0, count = 0;
    double least = NAN;
    json_t *one;
    json_array_foreach (balances, i, one)
        least = fmin(least, number(one, key)); /* of a number and a NaN: the number */
    json_array_foreach (balances, i, one) {
        if (number(one, key) == least && used < size) {
            used += (size_t)snprintf(names + used, size - used, "%s%s", used ? ", " : "", result_string(one, "name"));
            count++;
        }
    }
    if (count == json_array_size(balances))
        snprintf(names, size, "whoever balances");
    return least;
}

/* Why nobody can tell. */
static const char *open_why(const json_t *fleet)
{
    return is_true(fleet, "known") ? "the limit lies within what the measurement leaves open"
                                   : result_string(fleet, "open");
}

static void show_answer(const json_t *fleet, FILE *out)
{
    const char *verdict = result_string(fleet, "verdict");
    bool known = is_true(fleet, "known");
    char by[128] = "";
    double least = fewest(fleet, known ? "fewest_surely" : "fewest", by, sizeof by);
    int machines = (int)number(fleet, "machines");
    char names[128], size[64];
    snprintf(size, sizeof size, "%d machine%s of %d worker%s", machines, machines == 1 ? "" : "s",
             (int)number(fleet, "workers"), number(fleet, "workers") == 1 ? "" : "s");
    names_with(fleet, verdict, names, sizeof names);
    if (!*verdict) {
        fprintf(out, "answer    nothing was promised (--slo p99=5ms): no verdict\n");
        return;
    }
    if (!strcmp(verdict, "kept"))
        fprintf(out, "answer    %s keep it, by the model (%s)", size, names);
    else if (!strcmp(verdict, "broken"))
        fprintf(out, "answer    %s do not keep it, whoever balances", size);
    else
        fprintf(out, "answer    cannot tell whether %s keep it: %s", size, open_why(fleet));
    if (isnan(least))
        fprintf(out, "; no number of machines %s\n", known ? "surely does" : "does");
    else
        fprintf(out, "; the fewest that %s: %.0f (%s)\n", known ? "surely do" : "likely do", least, by);
}

void fleet_show(const json_t *document, FILE *out, bool markdown)
{
    const json_t *fleet = json_object_get(document, "fleet");
    if (markdown)
        fputs("```\n", out);
    show_service(document, out);
    show_scaling(fleet, out);
    show_load(fleet, out);
    fputs(markdown ? "```\n" : "\n", out);
    show_balances(fleet, out, markdown);
    show_shapes(fleet, out, markdown);
    fputs(markdown ? "```\n" : "\n", out);
    show_formula(fleet, out);
    show_assumptions(fleet, out);
    show_answer(fleet, out);
    if (markdown)
        fputs("```\n", out);
}
