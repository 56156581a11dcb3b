/* side_by_side_rows.c - see side_by_side_rows.h. */
#include "bench/page/side_by_side_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/several_label.h"
#include "bench/results/result.h"

static struct side_by_side_row *row_of(struct side_by_side_rows *rows, int *room, const json_t *configuration)
{
    char name[BENCHMARK_NAME];
    struct side_by_side_row *row;
    benchmark_name(configuration, name, sizeof name);
    for (int i = 0; i < rows->count; i++)
        if (!strcmp(rows->all[i].name, name))
            return &rows->all[i];
    if (rows->count == *room) {
        *room = *room ? 2 * *room : 64;
        rows->all = must_memory(realloc(rows->all, (size_t)*room * sizeof *rows->all));
    }
    row = &rows->all[rows->count++];
    *row = (struct side_by_side_row){.least = -1, .most = -1};
    snprintf(row->name, sizeof row->name, "%s", name);
    benchmark_metric(configuration, &row->metric);
    for (int i = 0; i < SIDE_BY_SIDE_MAX; i++)
        row->values[i] = (struct side_by_side_value){NAN, NAN, NAN, false};
    return row;
}

static void add_document(const struct document *document, int which, struct side_by_side_rows *rows, int *room)
{
    static const double enough = 0.95;
    const json_t *configuration;
    size_t i;
    if (!several_label_is_run(document))
        return;
    json_array_foreach (json_object_get(document->json, "configurations"), i, configuration) {
        struct side_by_side_row *row;
        struct side_by_side_value value;
        struct benchmark_metric metric;
        if (result_is_floor(configuration) || *result_string(configuration, "unsupported"))
            continue;
        benchmark_metric(configuration, &metric);
        if (!result_metric(configuration, metric.name, &value.value, &value.low, &value.high))
            continue;
        row = row_of(rows, room, configuration);
        if (strcmp(row->metric.name, metric.name) || isfinite(row->values[which].value))
            continue;
        value.interval = isfinite(value.low) && isfinite(value.high) && value.low > 0 &&
                         result_coverage(configuration, metric.name) >= enough;
        row->values[which] = value;
        row->known++;
    }
}

/* What two intervals leave between them. */
static void look_apart(struct side_by_side_row *row, int count)
{
    for (int a = 0; a < count; a++)
        for (int b = 0; b < count; b++) {
            double gap =
                row->values[a].interval && row->values[b].interval ? log(row->values[b].low / row->values[a].high) : 0;
            if (gap > row->apart) {
                row->apart = gap;
                row->least = a;
                row->most = b;
            }
        }
}

static int by_gap(const void *left, const void *right)
{
    const struct side_by_side_row *a = left, *b = right;
    if (a->apart != b->apart)
        return a->apart < b->apart ? 1 : -1;
    return strcmp(a->name, b->name);
}

void side_by_side_rows(const struct document *documents, int count, struct side_by_side_rows *rows)
{
    int room = 0, kept = 0;
    *rows = (struct side_by_side_rows){.all = NULL};
    for (int i = 0; i < count && i < SIDE_BY_SIDE_MAX; i++)
        add_document(&documents[i], i, rows, &room);
    for (int i = 0; i < rows->count; i++) {
        if (rows->all[i].known < 2)
            continue;
        look_apart(&rows->all[i], count);
        rows->all[kept++] = rows->all[i];
    }
    rows->count = kept;
    if (kept)
        qsort(rows->all, (size_t)kept, sizeof *rows->all, by_gap);
}
