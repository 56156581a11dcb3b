/* duet_record.c - what `make prove-duet` has recorded is what it goes on with: nothing of it is lost, and no other
 * program adds to it. */
#include "tests/core/duet_record.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/results/save.h"

static json_t *row_of(const char *revision)
{
    return must_pack("{s:s}", "revision", revision);
}

static bool is_ours(const char *revision)
{
    json_t *row = row_of(revision);
    bool ours = record_is_ours(row);
    json_decref(row);
    return ours;
}

/* The table that a first part has written makes the tree dirty, and the second part must go on all the same. */
Test(duet_record, a_table_that_was_written_makes_no_other_program, .timeout = 10)
{
    char clean[128], dirty[160], other[160];
    const char *end = strstr(machine_revision, "-dirty");
    snprintf(clean, sizeof clean, "%.*s", (int)(end ? end - machine_revision : (long)strlen(machine_revision)),
             machine_revision);
    snprintf(dirty, sizeof dirty, "%s-dirty", clean);
    snprintf(other, sizeof other, "%s0-dirty", clean);
    cr_assert(is_ours(clean) && is_ours(dirty));
    cr_assert(!is_ours(other) && !is_ours("") && !is_ours("-dirty") && !record_is_ours(NULL));
    clean[strlen(clean) - 1] = '\0';
    cr_assert(!is_ours(clean));
}

/* Of a row, as it comes back from its file. Owner of what it returns: the caller. */
static json_t *written_and_read(const json_t *document, const struct plan *plan)
{
    char path[] = "/tmp/duet_record.XXXXXX";
    int file = mkstemp(path);
    json_t *read;
    cr_assert(file >= 0 && !save_document(document, path, true));
    read = record_load(path, plan);
    remove(path);
    return read;
}

/* Real runs count on over the file, by what each accused. */
Test(duet_record, real_runs_are_kept_and_go_on, .timeout = 10)
{
    static const int none[2] = {0, 0}, second[2] = {0, 1};
    struct plan plan = {.count = 0};
    json_t *document = record_new(&plan), *from, *row = record_row(document, "quiet:same", true);
    int accusing;
    cr_assert(record_reals(NULL, &accusing) == 0 && record_reals(row, &accusing) == 0 && accusing == 0);
    record_real(row, none, 2);
    record_real(row, second, 2);
    from = written_and_read(document, &plan);
    json_decref(document);
    document = record_new(&plan);
    record_take(document, from, "quiet:same");
    row = record_row(document, "quiet:same", false);
    cr_assert(record_is_ours(row) && record_reals(row, &accusing) == 2 && accusing == 1, "%d", accusing);
    record_real(row, second, 2);
    cr_assert(record_reals(row, &accusing) == 3 && accusing == 2, "%d", accusing);
    json_decref(from);
    json_decref(document);
}
