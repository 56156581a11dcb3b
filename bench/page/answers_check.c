/* answers_check.c - see answers_check.h. */
#include "bench/page/answers_check.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/page/isolated.h"
#include "bench/results/result.h"

enum { FINDINGS_SAID = 3 };

static int count_of(const json_t *cells, const char *verdict)
{
    const json_t *cell;
    size_t i;
    int count = 0;
    json_array_foreach (cells, i, cell)
        count += !strcmp(result_string(cell, "verdict"), verdict);
    return count;
}

static void say_cells(const json_t *cells, const char *verdict, const char *words, const char *more, const char *state,
                      struct answers *answers)
{
    const json_t *cell;
    size_t i;
    int all = count_of(cells, verdict), said = 0;
    json_array_foreach (cells, i, cell) {
        char place[ANSWERS_PLACE], pool[160], fault[160], finding[480];
        if (strcmp(result_string(cell, "verdict"), verdict) || said == FINDINGS_SAID)
            continue;
        snprintf(place, sizeof place, "p-%.200s", result_string(cell, "pool"));
        answers_add(answers, state, place, "figure-matrix", "%s %s %s: %s.",
                    isolated(result_string(cell, "pool"), pool, sizeof pool), words,
                    isolated(result_string(cell, "fault"), fault, sizeof fault),
                    isolated(result_string(cell, "finding"), finding, sizeof finding));
        said++;
    }
    if (all > said)
        answers_add(answers, state, "figure-matrix", "all", "%d more %s.", all - said, more);
}

static void say_good(const json_t *document, const json_t *cells, struct answers *answers)
{
    int holds = count_of(cells, "holds"), named = count_of(cells, "named"), caught = count_of(cells, "caught"),
        clean = 0;
    const json_t *cell;
    size_t i;
    json_array_foreach (cells, i, cell)
        clean += !strcmp(result_string(cell, "kind"), "clean");
    if (answers_check_is_contract(document)) {
        if (holds)
            answers_add(answers, "good", "figure-matrix", "all",
                        "%d of %d promises of the contract were seen to be kept.", holds, clean);
    } else if (holds && holds == clean)
        answers_add(
            answers, "good", "figure-matrix", "all",
            "All %d cells hold in which no bug was switched on: the pools, as they are, do what they should there.",
            holds);
    else if (holds)
        answers_add(answers, "good", "figure-matrix", "all", "%d of the %d cells hold in which no bug was switched on.",
                    holds, clean);
    if (named)
        answers_add(answers, "good", "figure-matrix", "all",
                    "%d time%s a client in the wrong was told so, by the name of its mistake.", named,
                    named == 1 ? "" : "s");
    if (caught)
        answers_add(answers, "good", "figure-matrix", "all",
                    "%d bug%s switched on, and caught: this check would see them.", caught,
                    caught == 1 ? " was" : "s were");
    if (json_is_true(json_object_get(document, "interrupted")))
        answers_add(answers, "bad", "figure-matrix", "all",
                    "It was interrupted: of what is not here nothing is known.");
}

static void say_open(const json_t *cells, bool contract, struct answers *answers)
{
    const char *what = contract ? "promise" : "cell";
    int unseen = count_of(cells, "not seen"), unsupported = count_of(cells, "not supported"),
        cannot = count_of(cells, "CANNOT");
    if (unseen)
        answers_add(answers, "open", "figure-matrix", "all",
                    "%d bug%s not show, which show only by chance: that is no proof.", unseen,
                    unseen == 1 ? " did" : "s did");
    if (unsupported)
        answers_add(answers, "open", "figure-matrix", "all",
                    "%d %s%s not asked: the pool does not support what it takes.", unsupported, what,
                    unsupported == 1 ? " was" : "s were");
    if (cannot)
        answers_add(answers, "open", "figure-matrix", "all", "%d %s%s this machine cannot run.", cannot, what,
                    cannot == 1 ? "" : "s");
}

bool answers_check_is_contract(const json_t *document)
{
    return !strcmp(result_string(json_array_get(json_object_get(document, "cells"), 0), "group"), "contract");
}

void answers_check(const json_t *document, struct answers *answers)
{
    bool contract = answers_check_is_contract(document);
    const json_t *cells = json_object_get(document, "cells");
    say_cells(cells, "FAILS", contract ? "breaks a promise of" : "has", contract ? "promises are broken" : "cells fail",
              "bad", answers);
    say_cells(cells, "missed", "with the bug switched on passes, so that the check does not see", "bugs were missed",
              "bad", answers);
    say_cells(cells, "STALLED", "neither ends nor is proved to hang under", "cells are stalled", "bad", answers);
    say_good(document, cells, answers);
    say_open(cells, contract, answers);
}
