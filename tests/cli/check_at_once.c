/* check_at_once.c - `poolbench check --at-once N`: cells, and runs of a cell, several at once. What is
 * counted is what would be counted one after the other, in the same order. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

static long long integer(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static json_t *checked(const char *options)
{
    char words[512];
    json_t *document;
    snprintf(words, sizeof words, "check --format json %s", options);
    cr_assert(run(words) == 0, "%s\n%s", options, out);
    document = json_loads(out, 0, NULL);
    cr_assert(document, "%s", out);
    return document;
}

/* The same rows in the same order, each run as often. */
static void expect_alike(const json_t *some, const json_t *others)
{
    const json_t *left = json_object_get(some, "cells"), *right = json_object_get(others, "cells"), *row;
    size_t i;
    cr_assert(json_array_size(left) > 0 && json_array_size(left) == json_array_size(right));
    json_array_foreach (left, i, row) {
        const json_t *other = json_array_get(right, i);
        cr_assert(!strcmp(text(row, "pool"), text(other, "pool")) &&
                      !strcmp(text(row, "fault"), text(other, "fault")) &&
                      !strcmp(text(row, "cell"), text(other, "cell")) &&
                      !strcmp(text(row, "verdict"), text(other, "verdict")),
                  "%s: %s, %s", text(row, "pool"), text(row, "fault"), text(other, "fault"));
        cr_assert(integer(row, "runs") == integer(other, "runs") && integer(row, "passed") == integer(other, "passed"),
                  "%s: %lld and %lld", text(row, "fault"), integer(row, "runs"), integer(other, "runs"));
        cr_assert(integer(row, "took_median_ns") > 0 || !strcmp(text(row, "verdict"), "not supported"));
    }
}

/* Seven runs do not divide among four; what is not supported is told once. */
CLI_TEST(check_at_once, counts_what_is_counted_one_after_the_other)
{
    json_t *one = checked("-p mutex,inline -f late-add,double-close,no-recover --repeat 7"),
           *four = checked("-p mutex,inline -f late-add,double-close,no-recover --repeat 7 --at-once 4");
    cr_assert(integer(one, "at_once") == 0 && integer(four, "at_once") == 4 && integer(four, "at_once_asked") == 4);
    expect_alike(one, four);
    json_decref(one);
    json_decref(four);
}

/* Without --repeat, too: then they are cells. */
CLI_TEST(check_at_once, is_for_cells_that_run_once)
{
    json_t *one = checked("-p mutex,ring -f late-add,double-close"),
           *many = checked("-p mutex,ring -f late-add,double-close --at-once 64");
    expect_alike(one, many);
    json_decref(one);
    json_decref(many);
    cr_assert(run("check -p mutex -f late-add,double-close --at-once 2") == 0 &&
                  strstr(out, "up to 2 at once, as was asked: a load on each other"),
              "%s", out);
}

CLI_TEST(check_at_once, loses_no_failure)
{
    char words[512];
    setenv("FAULTY", "close-forgets", 1);
    snprintf(words, sizeof words, "check --plugin %s/build/plugins/faulty.so -f close-forgets --repeat 9 --at-once 4",
             root);
    cr_assert(run(words) == 1, "%s", out);
    cr_assert(strstr(out, "| close-forgets | faulty | 9 of 9 |") && strstr(out, "faulty: 9 of 9 did not pass"), "%s",
              out);
    cr_assert(strstr(out, "8 jobs were queued at the close, and neither run nor given back"), "%s", out);
}

/* --at-once 1: of a slow pool, too, one after the other. */
CLI_TEST(check_at_once, one_is_one)
{
    char words[512];
    snprintf(words, sizeof words,
             "check --plugin %s/build/plugins/odd-SLOW.so -f inside-wait,wait-rearmed,one-waiter --format json "
             "--at-once 1",
             root);
    cr_assert(run(words) == 0 && strstr(out, "\"at_once\": 0") && strstr(out, "\"at_once_asked\": 1"), "%s", out);
}
