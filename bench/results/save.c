/* save.c - see save.h. */
#include "bench/results/save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/json/must.h"

/* Text. */

enum { FLAT_DEPTH = 5 }; /* a trial's own fields; what lies deeper goes on one line */

/* Whether something could not be made into text: one document at a time. */
static bool lacking;

static void print_flat(const json_t *value, FILE *out)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
    lacking = lacking || !text;
    if (text)
        fputs(text, out);
    free(text);
}

static void print_value(const json_t *value, int depth, FILE *out);

static void print_object(const json_t *object, int depth, FILE *out)
{
    const char *key, *before = "{";
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
        json_t *name = must_text(key);
        fprintf(out, "%s\n%*s", before, depth + 1, "");
        print_flat(name, out);
        json_decref(name);
        fputs(": ", out);
        print_value(value, depth + 1, out);
        before = ",";
    }
    fprintf(out, "\n%*s}", depth, "");
}

static void print_array(const json_t *array, int depth, FILE *out)
{
    json_t *value;
    size_t i;
    json_array_foreach (array, i, value) {
        fprintf(out, "%s\n%*s", i ? "," : "[", depth + 1, "");
        print_value(value, depth + 1, out);
    }
    fprintf(out, "\n%*s]", depth, "");
}

/* One field to a line at the top, one histogram to a line below: a tenth of the
 * lines that jansson's own indentation makes, and it can still be read. */
static void print_value(const json_t *value, int depth, FILE *out)
{
    if (depth < FLAT_DEPTH && json_object_size(value))
        print_object(value, depth, out);
    else if (depth < FLAT_DEPTH && json_array_size(value) && json_is_object(json_array_get(value, 0)))
        print_array(value, depth, out);
    else
        print_flat(value, out);
}

int save_print(const json_t *document, FILE *out)
{
    lacking = false;
    print_value(document, 0, out);
    fputc('\n', out);
    return lacking ? -ENOMEM : 0;
}

/* The file. */

#define PREFIX ".poolbench-"
#define SUFFIX ".tmp"
enum { TEMPORARY = 64, NAMES_TRIED = 16, OLD_S = 60 };

static bool is_temporary(const char *name)
{
    size_t length = strlen(name);
    return !strncmp(name, PREFIX, strlen(PREFIX)) && length > strlen(SUFFIX) &&
           !strcmp(name + length - strlen(SUFFIX), SUFFIX);
}

/* Temporary files of runs that were killed. Who writes one holds its lock; a minute is
 * more than there is between its making and its locking. */
static void clear_left_overs(int folder)
{
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again < 0 ? NULL : fdopendir(again);
    struct dirent *entry;
    if (!entries) {
        if (again >= 0)
            close(again);
        return;
    }
    while ((entry = readdir(entries))) {
        struct stat info;
        int file;
        if (!is_temporary(entry->d_name) || fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) ||
            !S_ISREG(info.st_mode) || info.st_uid != geteuid() || time(NULL) - info.st_mtime < OLD_S)
            continue;
        file = openat(folder, entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (file < 0)
            continue;
        if (!flock(file, LOCK_EX | LOCK_NB))
            unlinkat(folder, entry->d_name, 0);
        close(file);
    }
    closedir(entries);
}

/* A new file of a name that repeats for nobody, locked. Returns its descriptor or -errno. */
static int create_temporary(int folder, char name[TEMPORARY])
{
    int file = -1;
    for (int i = 0; i < NAMES_TRIED && file < 0; i++) {
        unsigned long long number;
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            return -errno;
        snprintf(name, TEMPORARY, PREFIX "%016llx" SUFFIX, number);
        file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (file < 0 && errno != EEXIST)
            return -errno;
    }
    if (file < 0)
        return -EEXIST;
    flock(file, LOCK_EX | LOCK_NB); /* a file system without locks has no clearing away either */
    return file;
}

/* Writes all of `text`, then makes sure that it is on the disk. */
static int write_all(int file, const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t wrote = write(file, text + done, length - done);
        if (wrote > 0)
            done += (size_t)wrote;
        else if (wrote == 0 || errno != EINTR)
            return wrote == 0 ? -EIO : -errno;
    }
    return fsync(file) ? -errno : 0;
}

/* Gives the finished file its name. Without `replace` an older file of that
 * name stays: -EEXIST. */
static int take_name(int folder, const char *temporary, const char *name, bool replace)
{
    if (replace)
        return renameat(folder, temporary, folder, name) ? -errno : 0;
    if (!renameat2(folder, temporary, folder, name, RENAME_NOREPLACE))
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    /* A file system that cannot do it in one step: a link fails where the name is taken. */
    if (!linkat(folder, temporary, folder, name, 0))
        return unlinkat(folder, temporary, 0), 0;
    if (errno != EPERM && errno != EOPNOTSUPP)
        return -errno;
    if (!faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW))
        return -EEXIST;
    return renameat(folder, temporary, folder, name) ? -errno : 0;
}

int save_text(const char *text, size_t length, const char *path, bool replace)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char folder_name[4200], temporary[TEMPORARY];
    int folder, file, error;
    snprintf(folder_name, sizeof folder_name, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    folder = open(folder_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    clear_left_overs(folder);
    file = create_temporary(folder, temporary);
    error = file < 0 ? file : write_all(file, text, length);
    if (!error)
        error = take_name(folder, temporary, name, replace);
    if (error && file >= 0)
        unlinkat(folder, temporary, 0);
    if (file >= 0 && close(file) && !error)
        error = -errno;
    if (!error && fsync(folder) && errno != EINVAL && errno != EROFS)
        error = -errno; /* else the name may be gone after a crash */
    close(folder);
    return error;
}

int save_document(const json_t *document, const char *path, bool replace)
{
    char *text = NULL;
    size_t length;
    FILE *memory = open_memstream(&text, &length);
    int error;
    if (!memory)
        return -ENOMEM;
    error = save_print(document, memory);
    if (ferror(memory))
        error = -ENOMEM;
    if (fclose(memory))
        error = -ENOMEM;
    if (!error)
        error = save_text(text, length, path, replace);
    free(text);
    return error;
}
