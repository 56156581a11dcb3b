/* saved.c - what was measured is saved before anything is reckoned from it: who dies while
 * he reckons, or is killed because that takes long, loses nothing. */
#include <jansson.h>

#include "tests/cli/program.h"

#define RUN "run -p mutex,ring -w cpu:size=1us -w empty -t 1,2 --rounds 3 --budget 10ms --no-figures -o kept.json"
enum { ENDED = 99 }; /* tests/plugins/ends.c */

static const char *const findings[] = {"speedups", "placements", "metg", "answer", "noise"};
enum { FINDINGS = sizeof findings / sizeof *findings };

static int found(const json_t *document)
{
    int count = 0;
    for (int i = 0; i < FINDINGS; i++)
        count += json_object_get(document, findings[i]) != NULL;
    return count;
}

static json_t *document_kept(void)
{
    json_t *document = json_load_file("kept.json", 0, NULL), *configuration;
    size_t i;
    cr_assert(document, "no document, or half of one: %s", err);
    cr_assert(json_array_size(json_object_get(document, "configurations")) >= 8);
    json_array_foreach (json_object_get(document, "configurations"), i, configuration) {
        cr_assert(json_array_size(json_object_get(configuration, "trials")) >= 1);
        cr_assert(json_object_get(configuration, "summary"));
    }
    return document;
}

CLI_TEST(saved, is_what_was_measured_before_what_follows_from_it)
{
    json_t *document;
    cr_assert(run_beside("ends.so", RUN) == ENDED, "it was to end at its first save: %s%s", out, err);
    cr_assert(!*out, "nothing is said before it is saved: %s", out);
    document = document_kept();
    cr_assert(found(document) == 0, "%d findings were reckoned before the file was there", found(document));
    json_decref(document);
}

/* The same run to its end: these are the findings, and they are saved as well. */
CLI_TEST(saved, is_in_the_end_what_follows_from_it_too)
{
    json_t *document;
    cr_assert(run(RUN) == 0, "%s%s", out, err);
    document = document_kept();
    cr_assert(found(document) == FINDINGS, "%d of %d findings", found(document), FINDINGS);
    json_decref(document);
}
