/* sibling_options.c - see sibling_options.h. */
#include "bench/commands/sibling_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/options_set.h"
#include "bench/json/must.h"
#include "bench/show/shell_word.h"
#include "workloads/core/units.h"

enum { OPTIONS_MAX = 64 };

static int wrong_option(const struct sibling_options *options, const char *word, struct why why)
{
    const char *names[OPTIONS_MAX], *near;
    int count = 0;
    for (; count < OPTIONS_MAX && options->longs[count].name; count++)
        names[count] = options->longs[count].name;
    near = units_nearest(word + strspn(word, "-"), names, count);
    return why_wrong(why, "%s has no option \"%s\"%s%s%s (see: poolbench %s --help)", options->command, word,
                     near ? "; did you mean \"--" : "", near ? near : "", near ? "\"?" : "", options->command);
}

static int read_with(const struct sibling_options *options, sibling_set_fn *set, int argc, char **argv, struct why why)
{
    int letter, error = 0;
    optind = 0; /* from the start again */
    while (!error && (letter = getopt_long(argc, argv, options->shorts, options->longs, NULL)) != -1) {
        if (letter == '?')
            error = wrong_option(options, argv[optind - 1], why);
        else if (letter == ':')
            error = why_wrong(why, "%s: %s wants a value (see: poolbench %s --help)", options->command,
                              argv[optind - 1], options->command);
        else
            error = set(options->context, letter, optarg, why);
    }
    return error;
}

int sibling_options_read(const struct sibling_options *options, int argc, char **argv, struct why why)
{
    int error;
    opterr = 0;
    error = read_with(options, options->early, argc, argv, why);
    if (!error)
        error = read_with(options, options->set, argc, argv, why);
    if (!error && optind < argc)
        error = why_wrong(why, "%s: what is \"%s\"? (usage: poolbench %s [options])", options->command, argv[optind],
                          options->command);
    return error;
}

int sibling_options_each(const char *list, const char *option, sibling_add_fn *add, void *context, struct why why)
{
    for (const char *at = list;;) {
        char name[64];
        size_t length = strcspn(at, ",");
        int error;
        if (!length || length >= sizeof name)
            return why_wrong(why, "%s \"%s\": names nothing; names go by comma (see --help)", option, list);
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        error = add(context, name, why);
        if (error)
            return error;
        at += length;
        if (!*at++)
            return 0;
    }
}

int sibling_options_choice(int *choice, const char *text, const char *option, const char *const *names, struct why why)
{
    char all[128] = "";
    for (int i = 0; names[i]; i++) {
        if (!strcmp(text, names[i])) {
            *choice = i;
            return 0;
        }
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s",
                 i == 0         ? ""
                 : names[i + 1] ? ", "
                                : " or ",
                 names[i]);
    }
    return why_wrong(why, "%s \"%s\": must be %s", option, text, all);
}

int sibling_options_pool(const struct pool_ops **pools, int *count, const char *name, struct why why)
{
    const struct pool_ops *pool = pool_find(name);
    const char *names[OPTIONS_MAX];
    int known = pool_count() < OPTIONS_MAX ? pool_count() : OPTIONS_MAX;
    for (int i = 0; i < known; i++)
        names[i] = pool_at(i)->name;
    if (!pool)
        return why_wrong_name(why, "no pool", name, "pools: ", names, known);
    for (int i = 0; i < *count; i++)
        if (pools[i] == pool)
            return why_wrong(why, "pool \"%s\" is named twice", name);
    pools[(*count)++] = pool;
    return 0;
}

int sibling_options_out(const char **out, const char *text, struct why why)
{
    size_t length = strlen(text);
    if (length < 6 || length > 4000 || strcmp(text + length - 5, ".json"))
        return why_wrong(why, "-o \"%s\": must be a file that ends in .json", text);
    *out = text;
    return options_check_out(text, why);
}

int sibling_options_loaded(char *loaded, size_t size, const char *path)
{
    size_t used = strlen(loaded), length;
    char *words = NULL;
    FILE *out = must_memory(open_memstream(&words, &length));
    bool fits;
    fputs(" --plugin", out);
    shell_word(out, path);
    fclose(out);
    fits = strlen(must_memory(words)) < size - used;
    if (fits)
        strcpy(loaded + used, words);
    free(words);
    return fits ? 0 : -ENOSPC;
}
