/* replay.c - a fuzz target over files that are there already: FILE|FOLDER ...
 * Prints how many; a finding ends it by a signal, and the name of its file came last. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/json/must.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 20, SECONDS_MAX = 60 };

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_MAX), *exact;
    size_t size;
    if (!file || !data) {
        perror(path);
        exit(1);
    }
    size = fread(data, 1, INPUT_MAX, file);
    fclose(file);
    exact = realloc(data, size ? size : 1); /* so that a sanitizer sees a read beyond the end */
    fprintf(stderr, "%s\n", path);
    alarm(SECONDS_MAX);
    LLVMFuzzerTestOneInput(exact ? exact : data, size);
    alarm(0);
    free(exact ? exact : data);
    return 1;
}

static int replay_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort), done = 0;
    for (int i = 0; i < count; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            done += replay(name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return done;
}

int main(int argc, char **argv)
{
    int done = 0;
    must_begin();
    for (int i = 1; i < argc; i++) {
        struct stat info;
        if (stat(argv[i], &info)) {
            perror(argv[i]);
            return 1;
        }
        done += S_ISDIR(info.st_mode) ? replay_folder(argv[i]) : replay(argv[i]);
    }
    printf("%d inputs\n", done);
    return done ? 0 : 1;
}
