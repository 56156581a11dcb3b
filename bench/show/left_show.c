/* left_show.c - see left_show.h. */
#include "bench/show/left_show.h"

#include "bench/results/result.h"
#include "bench/show/terminal.h"

static void show_threads(const struct report_table *table, FILE *out)
{
    json_int_t left = 0;
    json_t *trial;
    size_t t;
    for (int i = 0; i < table->count; i++)
        json_array_foreach (json_object_get(table->rows[i].configuration, "trials"), t, trial)
            left += result_integer(trial, "threads_left");
    fprintf(out, "threads left after pool_free: %lld.\n", (long long)left);
}

/* The most of any round: a round is a process. */
static void show_descriptors(const struct report_row *row, FILE *out)
{
    json_int_t most = 0;
    json_t *trial;
    size_t t;
    json_array_foreach (json_object_get(row->configuration, "trials"), t, trial)
        if (result_integer(trial, "descriptors_left") > most)
            most = result_integer(trial, "descriptors_left");
    if (most)
        terminal_line(out, 2, "%s: %lld descriptor%s stayed open after pool_free; the next pool left no more.",
                      row->pool, (long long)most, most == 1 ? "" : "s");
}

void left_show(const struct report_table *table, FILE *out)
{
    if (table->ops->needs & POOL_CAN_CANCEL)
        show_threads(table, out);
    for (int i = 0; i < table->count; i++)
        show_descriptors(&table->rows[i], out);
}
