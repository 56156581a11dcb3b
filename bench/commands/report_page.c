/* report_page.c - see report_page.h. */
#include "bench/commands/report_page.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/commands/options_set.h"
#include "bench/page/page.h"
#include "bench/results/save.h"

/* results/x.json: results/x.html. */
static void target_of(const struct options *options, const char *first, char *path, size_t size)
{
    size_t length = strlen(first);
    if (options->out)
        snprintf(path, size, "%s", options->out);
    else if (length > 5 && !strcmp(first + length - 5, ".json"))
        snprintf(path, size, "%.*s.html", (int)length - 5, first);
    else
        snprintf(path, size, "%s.html", first);
}

#define FOLDER "results"

/* The newest result of the folder where runs put theirs. Returns 0 or -ENOENT. */
static int newest(char *path, size_t size)
{
    DIR *folder = opendir(FOLDER);
    struct dirent *entry;
    struct timespec latest = {0};
    *path = '\0';
    while (folder && (entry = readdir(folder))) {
        size_t length = strlen(entry->d_name);
        struct stat info;
        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") ||
            fstatat(dirfd(folder), entry->d_name, &info, 0) || !S_ISREG(info.st_mode))
            continue;
        if (info.st_mtim.tv_sec < latest.tv_sec ||
            (info.st_mtim.tv_sec == latest.tv_sec && info.st_mtim.tv_nsec <= latest.tv_nsec))
            continue;
        latest = info.st_mtim;
        snprintf(path, size, FOLDER "/%s", entry->d_name);
    }
    if (folder)
        closedir(folder);
    return *path ? 0 : -ENOENT;
}

/* Reads all. Returns an exit status; *count were read. */
static int read_all(const char *const *paths, int paths_count, struct document *documents, int *count)
{
    char why[1024];
    for (*count = 0; *count < paths_count; ++*count)
        if (documents_read(paths[*count], &documents[*count], why, sizeof why))
            return fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE;
    return EXIT_GOOD;
}

static int write_page(const struct document *documents, int count, const char *path, FILE *say)
{
    char *text;
    size_t length;
    int error = page_make(documents, count, stderr, &text, &length);
    if (error)
        return error == -EINVAL ? EXIT_USAGE : EXIT_BAD;
    error = save_text(text, length, path, true);
    free(text);
    if (error)
        return fprintf(stderr, "poolbench: could not write %s: %s\n", path, strerror(-error)), EXIT_BAD;
    fprintf(say, "page     %s\n", path);
    return EXIT_GOOD;
}

int report_page_command(const struct options *options)
{
    struct document documents[PAGE_DOCUMENTS_MAX];
    char why[1024], path[4200], found[4200];
    const char *only[] = {found}, *const *paths = options->word_count ? options->words : only;
    int count, status;
    if (!options->word_count && newest(found, sizeof found))
        return fprintf(stderr, "poolbench: report: there is no result in " FOLDER "/ here (name one)\n"), EXIT_USAGE;
    status = read_all(paths, options->word_count ? options->word_count : 1, documents, &count);
    target_of(options, paths[0], path, sizeof path);
    if (status == EXIT_GOOD && !options->out && options_check_page(path, (struct why){why, sizeof why}))
        status = (fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE);
    if (status == EXIT_GOOD)
        status = write_page(documents, count, path, stdout);
    while (count--)
        json_decref(documents[count].json);
    return status;
}

int report_page_of_run(const json_t *result, const char *saved, const char *path, FILE *say)
{
    struct document document = {saved, DOCUMENTS_RUN, (json_t *)(uintptr_t)result};
    return write_page(&document, 1, path, say);
}
