/* duet_record.c - see duet_record.h. */
#include "tests/core/duet_record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/results/result.h"

enum { FORMAT = 1 };

static json_t *names_of(const struct plan *plan)
{
    json_t *names = json_array();
    char name[192];
    for (int i = 0; i < plan->count; i++)
        json_array_append_new(names, must_text(plan_name(&plan->entries[i], name, sizeof name)));
    return names;
}

json_t *record_new(const struct plan *plan)
{
    return must_pack("{s:i, s:I, s:o, s:o}", "prove_duet_format", FORMAT, "share_ns", (json_int_t)plan->duet.share_ns,
                     "benchmarks", names_of(plan), "rows", json_object());
}

json_t *record_load(const char *path, const struct plan *plan)
{
    json_error_t error;
    json_t *document, *wanted;
    if (access(path, F_OK))
        return record_new(plan);
    document = json_load_file(path, 0, &error);
    wanted = record_new(plan);
    if (!document)
        fprintf(stderr, "prove-duet: %s: %s\n", path, error.text);
    else if (!json_equal(json_object_get(document, "prove_duet_format"),
                         json_object_get(wanted, "prove_duet_format")) ||
             !json_equal(json_object_get(document, "benchmarks"), json_object_get(wanted, "benchmarks")) ||
             !json_equal(json_object_get(document, "share_ns"), json_object_get(wanted, "share_ns")) ||
             !json_is_object(json_object_get(document, "rows")))
        fprintf(stderr,
                "prove-duet: %s: of other benchmarks, or of another share of time for each; name another file\n", path);
    else
        return json_decref(wanted), document;
    json_decref(wanted);
    json_decref(document);
    return NULL;
}

json_t *record_row(json_t *document, const char *name, bool fresh)
{
    json_t *rows = json_object_get(document, "rows"), *row = json_object_get(rows, name);
    char date[32];
    time_t now = time(NULL);
    struct tm utc;
    if (row && !fresh)
        return row;
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &utc));
    row = must_pack("{s:s, s:s, s:o, s:o}", "revision", machine_revision, "date", date, "processes", json_array(),
                    "now", json_object());
    json_object_set_new(rows, name, row);
    return row;
}

void record_take(json_t *document, const json_t *from, const char *name)
{
    json_t *row = json_object_get(json_object_get(from, "rows"), name);
    if (row)
        json_object_set_new(json_object_get(document, "rows"), name, json_deep_copy(row));
}

/* A list of so many nulls. */
static json_t *nulls(int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_null());
    return list;
}

void record_trial(json_t *row, const json_t *trial, int benchmarks)
{
    static const char *const keys[] = {"log_ratio", "log_ratio_again"};
    json_t *now = json_object_get(row, "now");
    size_t benchmark = (size_t)result_integer(trial, "configuration");
    for (int k = 0; k < 2; k++) {
        json_t *value = json_object_get(trial, keys[k]);
        if (!json_object_get(now, keys[k]))
            json_object_set_new(now, keys[k], nulls(benchmarks));
        if (json_is_number(value))
            json_array_set(json_object_get(now, keys[k]), benchmark, value);
    }
}

void record_process(json_t *row, double took_s)
{
    json_t *now = json_object_get(row, "now");
    if (json_object_size(now)) {
        json_object_set_new(now, "took_s", json_real(took_s));
        json_array_append(json_object_get(row, "processes"), now);
        json_object_set_new(row, "now", json_object());
    }
}

bool record_is_ours(const json_t *row)
{
    static const char dirty[] = "-dirty";
    const char *of[2] = {record_revision(row), machine_revision};
    size_t length[2];
    for (int i = 0; i < 2; i++) {
        const char *end = strstr(of[i], dirty);
        length[i] = end && !end[strlen(dirty)] ? (size_t)(end - of[i]) : strlen(of[i]);
    }
    return row && length[0] == length[1] && !strncmp(of[0], of[1], length[0]);
}

void record_real(json_t *row, const int *accused, int benchmarks)
{
    json_t *real = json_object_get(row, "real"), *run = json_array();
    if (!real)
        json_object_set_new(row, "real", real = json_array());
    for (int i = 0; i < benchmarks; i++)
        if (accused[i])
            json_array_append_new(run, json_integer(i));
    json_array_append_new(real, run);
}

int record_reals(const json_t *row, int *accusing)
{
    const json_t *real = json_object_get(row, "real");
    json_t *run;
    size_t i;
    *accusing = 0;
    json_array_foreach (real, i, run)
        *accusing += json_array_size(run) > 0;
    return (int)json_array_size(real);
}

int record_processes(const json_t *row)
{
    size_t count = json_array_size(json_object_get(row, "processes"));
    return count < RECORD_PROCESSES_MAX ? (int)count : RECORD_PROCESSES_MAX;
}

static void read_values(const json_t *list, double *values)
{
    for (size_t i = 0; i < RECORD_BENCHMARKS_MAX; i++) {
        const json_t *value = json_array_get(list, i);
        values[i] = json_is_number(value) ? json_number_value(value) : NAN;
    }
}

void record_read(const json_t *row, struct record_values *record)
{
    record->processes = record_processes(row);
    record->took_s = 0;
    for (int i = 0; i < record->processes; i++) {
        const json_t *process = json_array_get(json_object_get(row, "processes"), (size_t)i);
        read_values(json_object_get(process, "log_ratio"), record->change[i]);
        read_values(json_object_get(process, "log_ratio_again"), record->again[i]);
        record->took_s += json_number_value(json_object_get(process, "took_s"));
    }
}

const char *record_revision(const json_t *row)
{
    return result_string(row, "revision");
}

const char *record_date(const json_t *row)
{
    return result_string(row, "date");
}
