/* placement_show.c - see placement_show.h. */
#include "bench/show/placement_show.h"

#include <math.h>
#include <stdint.h>

#include "bench/json/must.h"
#include "bench/results/benchmark.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/ratio_text.h"
#include "bench/show/terminal.h"

/* All that it is but for its placement, which is the next column. */
static const char *name_of(const json_t *row, char *text, size_t size)
{
    json_t *copy = must_memory(json_copy((json_t *)(uintptr_t)row));
    json_object_del(copy, "pin");
    benchmark_name(copy, text, size);
    json_decref(copy);
    return text;
}

void placement_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *placements = json_object_get(result, "placements");
    json_t *row;
    size_t i;
    char text[256], name[BENCHMARK_NAME];
    struct grid grid;
    if (!json_array_size(placements))
        return;
    fprintf(out, "%splacements%s   speed as a multiple of the first one's, same pool (95%% interval)\n\n",
            colour ? "\033[1m" : "", colour ? "\033[0m" : "");
    grid_begin(&grid);
    grid_column(&grid, "configuration", "", GRID_LEFT, 0);
    grid_column(&grid, "placement", "", GRID_LEFT, 0);
    json_array_foreach (placements, i, row) {
        const json_t *low = json_object_get(row, "low");
        struct stats_ratio ratio = {.ratio = json_number_value(json_object_get(row, "ratio")),
                                    .low = json_number_value(low),
                                    .high = json_number_value(json_object_get(row, "high")),
                                    .known = json_is_number(low),
                                    .pairs = (int)result_integer(row, "rounds")};
        grid_row(&grid);
        grid_cell(&grid, "%s", name_of(row, name, sizeof name));
        grid_cell(
            &grid, "%s",
            ratio_text_sentence(&ratio, NAN, result_string(row, "pin"), result_string(row, "over"), text, sizeof text));
    }
    grid_print(&grid, out, terminal_width(out), colour);
    grid_end(&grid);
    fputc('\n', out);
}
