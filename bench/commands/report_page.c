/* report_page.c - see report_page.h. */
#include "bench/commands/report_page.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/commands/options_set.h"
#include "bench/commands/sibling.h"
#include "bench/page/page.h"

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

int report_page_command(const struct options *options)
{
    char why[1024], path[4200], found[4200], program[] = "poolbench-page";
    const char *only[] = {found}, *const *paths = options->word_count ? options->words : only;
    int count = options->word_count ? options->word_count : 1;
    char *argv[PAGE_DOCUMENTS_MAX + 3] = {program, path};
    if (!options->word_count && newest(found, sizeof found))
        return fprintf(stderr, "poolbench: report: there is no result in " FOLDER "/ here (name one)\n"), EXIT_USAGE;
    target_of(options, paths[0], path, sizeof path);
    if (!options->out && options_check_page(path, (struct why){why, sizeof why}))
        return fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE;
    for (int i = 0; i < count; i++)
        argv[2 + i] = (char *)(uintptr_t)paths[i];
    return sibling_become("-page", argv);
}

int report_page_of_run(const char *saved, const char *path, FILE *say)
{
    char quiet[] = "-q", *argv[] = {NULL, quiet, (char *)(uintptr_t)path, (char *)(uintptr_t)saved, NULL};
    int status = sibling_run("-page", argv);
    if (status == EXIT_GOOD)
        fprintf(say, "page     %s\n", path);
    return status;
}
